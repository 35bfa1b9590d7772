"""Networks learn: from pictures, from features, from joints."""
