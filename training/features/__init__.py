"""What the frozen encoder says of windows: computed once, kept in banks."""
