"""The commands of ``python -m training``: parsed, called, printed."""
