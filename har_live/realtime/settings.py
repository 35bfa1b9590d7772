"""The caller's settings of a run of live use, apart from the source and the weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from har_live.sources import SourceSettings


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """Settings of ``live``."""

    split_seconds: float | None = None
    """Begin a new recording whenever one is so long."""
    append: bool = False
    """Go on with files of segments that exist, ``.jsonl`` or ``.csv``."""
    overwrite: bool = False
    """Replace files that exist."""
    seconds: float | None = None
    """End this long after the first frame."""
    retries: int | None = None
    """Attempts in a row to open a lost live source again; None never gives up. When given, the
    first opening is tried again as often; otherwise its failing is an error at once."""
    mirror: bool | None = None
    """Show the picture as in a mirror; None does so with cameras. The network never sees it so."""
    joints: bool = True
    """Draw people's limbs, until a key says otherwise."""
    min_duration_seconds: float = 0.0
    """Leave out segments shorter than this."""
    folder: Path = Path()
    """Folder of screenshots, and of recordings begun by key."""
    options: SourceSettings = field(default_factory=lambda: SourceSettings(live=True))
    """Settings with which the source is opened."""

    def __post_init__(self) -> None:
        if self.seconds is not None and not self.seconds > 0:
            raise ValueError(f"seconds is {self.seconds}; expected a positive number")
        if self.split_seconds is not None and not self.split_seconds >= 1:
            raise ValueError(f"split_seconds is {self.split_seconds}; expected at least 1")
        if self.retries is not None and self.retries < 0:
            raise ValueError(f"retries is {self.retries}; expected at least 0")
