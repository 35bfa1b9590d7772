"""Weights as they behave live: streams with known timelines, measured and tuned."""
