"""What ``predict --json`` and the web server tell of a whole video: format
``har-live-prediction``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from har_live.files.recognize import Recognition

FORMAT = "har-live-prediction"
VERSION = 2


def recognition_head(recognition: Recognition, *, source: str, weights: str) -> dict[str, Any]:
    """Return what is said of the video as a whole.

    Args:
        source: its name for people, without secrets.
        weights: the name of those that scored it.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "source": source,
        "source_start_seconds": round(recognition.source_start_seconds, 6),
        "weights": weights,
        "num_frames": recognition.num_frames,
    }


def segment_values(recognition: Recognition) -> dict[str, Any]:
    """Return what is said of its parts."""
    return {
        "segments": [asdict(s) | {"person": s.person or None} for s in recognition.segments],
        "left_out_seconds": recognition.left_out_seconds,
    }
