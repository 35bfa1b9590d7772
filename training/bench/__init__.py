"""The same work by others, and where the time goes."""
