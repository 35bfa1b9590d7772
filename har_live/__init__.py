"""har-live: sees, live and on the picture, what people are doing and how sure it is."""

__version__ = "0.1.0"
