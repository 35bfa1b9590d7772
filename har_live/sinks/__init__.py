"""Where annotated pictures and events go."""
