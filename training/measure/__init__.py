"""Measures of how good answers are: figures, curves, and the runs that they come from."""
