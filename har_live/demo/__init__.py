"""A recording that ships with the program, and what is done in it from when to when.

Both files are written by ``python -m training bake-demo``, never by hand.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
VIDEO_FILE = "demo.mp4"
"""A drawn person acts."""
TRUTH_FILE = "truth.jsonl"
"""A line for each stretch, without gaps: ``start_seconds``, ``end_seconds``, ``label``."""
