"""Recordings of somebody doing something, as joints, and the folder that keeps those of a lesson.

Each take is a file of its own, there whole or not at all: whatever ends a recording, what was
recorded before is kept, and the next start goes on from it.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from har_live.errors import SinkError, SourceError
from har_live.sinks.file_checks import discard, reason, sync
from har_live.types import NONE, NUM_JOINTS, UNSURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLAN_FILE, MORE_FILE = "plan.json", "more.json"
"""What a lesson is of, and what was asked for beyond it."""
TAKE_SUFFIX = ".npz"
VIDEO_SUFFIX = ".mp4"
"""Of a video beside a take, which goes when that does."""
MOST_LETTERS = 60


def check_label(label: str) -> str:
    """Check the name of an action.

    Returns:
        It, without spaces around it.

    Raises:
        ValueError: it is empty, too long, ``unsure``, or holds what can't be printed.
    """
    name = label.strip()
    if not name or len(name) > MOST_LETTERS or not name.isprintable():
        raise ValueError(
            f"action {label!r}: expected a name of 1 to {MOST_LETTERS} letters that can be printed"
        )
    if name == UNSURE:
        raise ValueError(f"action {label!r}: that is what is said where no action is sure enough")
    return name


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Recording:
    """One take: one person doing one thing."""

    label: str
    """Name of what is done; ``none`` is one like any other."""
    joints: NDArray[np.float32]
    """(F, 13, 3) float32: x right and y down in heights of the picture, score 0–1; all 0 while
    the person is lost."""
    grid_fps: float
    """Grid frames per second: F of them were seen."""
    person: str = ""
    """Name of who does it; empty where nobody said."""
    origin: str = ""
    """File or camera that it was recorded from."""
    recorded_on: str = field(default_factory=lambda: date.today().isoformat())
    """Day, as 2026-11-30."""

    def __post_init__(self) -> None:
        check_label(self.label)
        joints = self.joints
        if joints.dtype != np.float32 or joints.shape[1:] != (NUM_JOINTS, 3) or not len(joints):
            raise ValueError(
                f"joints are {joints.dtype} {joints.shape}; expected float32 (F, {NUM_JOINTS}, 3)"
            )
        if not np.isfinite(joints).all():
            raise ValueError("joints hold what is no number; one that is not seen has score 0")
        if not 0 < self.grid_fps < math.inf:
            raise ValueError(f"grid_fps is {self.grid_fps}; expected a positive number")

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.joints) / self.grid_fps

    def __repr__(self) -> str:
        return f"Recording({self.label!r}, {self.seconds:.1f} s, person={self.person!r})"


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """The takes that are to be recorded."""

    actions: tuple[str, ...] = ()
    """Names of the actions, without ``none``."""
    takes: int = 8
    """Takes wanted of each."""
    take_seconds: float = 3.0
    """Length of each."""
    none_seconds: float = 20.0
    """Length of a take of ``none``; 0: none is wanted."""
    none_takes: int = 1
    """Takes wanted of ``none``."""

    def __post_init__(self) -> None:
        for label in self.actions:
            check_label(label)
        if len(set(self.actions)) != len(self.actions) or NONE in self.actions:
            raise ValueError(f"actions are {self.actions}; expected distinct ones without {NONE!r}")
        for name in ("takes", "none_takes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; expected at least 1")
        if not self.take_seconds > 0:
            raise ValueError(f"take_seconds is {self.take_seconds}; expected a positive number")
        if not self.none_seconds >= 0:
            raise ValueError(f"none_seconds is {self.none_seconds}; expected 0 or more")


class Recordings:
    """The takes of one lesson, in a folder; iterating reads them, oldest first.

    Args:
        folder: is made when the first take is added.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def __iter__(self) -> Iterator[Recording]:
        """Raises ``SourceError``: a file can't be read."""
        for path in self._files():
            with suppress(FileNotFoundError):  # taken away meanwhile: the page looks as it learns
                yield _read(path)

    def __len__(self) -> int:
        return len(self._files())

    def counts(self) -> dict[str, int]:
        """Return the number of takes of each label, in the order in which they first came."""
        return dict(Counter(take.label for take in self))

    def add(self, take: Recording) -> Path:
        """Write a take; it is on the disk when this returns.

        Returns:
            Its file.

        Raises:
            SinkError: it can't be written; the others are as they were.
        """
        number = 1 + max((int(path.stem) for path in self._files()), default=0)
        path = self.folder / f"{number:04d}{TAKE_SUFFIX}"
        told = {name: getattr(take, name) for name in _TOLD}
        _write_whole(path, lambda file: np.savez(file, joints=take.joints, told=json.dumps(told)))
        return path

    def drop_last(self, label: str | None = None) -> Recording | None:
        """Take the newest take away, or the newest of a label; return it, None if there is none.

        Raises:
            SinkError: it can't be taken away.
        """
        for path in reversed(self._files()):
            take = _read(path)
            if label in (None, take.label):
                _take_away(path)
                return take
        return None

    def drop(self, is_unwanted: Callable[[Recording], bool]) -> None:
        """Take all unwanted takes away. Raises ``SinkError``: one can't be taken away."""
        for path in self._files():
            if is_unwanted(_read(path)):
                _take_away(path)

    @property
    def plan(self) -> LessonPlan | None:
        """The plan that was kept last; None where there is none.

        Raises:
            SourceError: it can't be read.
        """
        return _read_plan(self.folder / PLAN_FILE)

    @property
    def more(self) -> LessonPlan | None:
        """What was asked for last beyond the plan; None where nothing was. Raises as ``plan``."""
        return _read_plan(self.folder / MORE_FILE)

    def keep_plan(self, plan: LessonPlan, *, is_more: bool = False) -> None:
        """Keep a plan for the next start, as ``plan`` or as ``more``.

        Raises:
            SinkError: it can't be written.
        """
        text = json.dumps(asdict(plan), indent=2, ensure_ascii=False) + "\n"
        path = self.folder / (MORE_FILE if is_more else PLAN_FILE)
        _write_whole(path, lambda file: file.write(text.encode()))

    def missing(self, plan: LessonPlan) -> dict[str, int]:
        """Return how many takes of each action, and of ``none``, a plan still lacks; those of which
        none is lacking are left out."""
        wanted = dict.fromkeys(plan.actions, plan.takes)
        wanted |= {NONE: plan.none_takes} if plan.none_seconds else {}
        counts = self.counts()
        lacking = {label: count - counts.get(label, 0) for label, count in wanted.items()}
        return {label: count for label, count in lacking.items() if count > 0}

    def _files(self) -> list[Path]:
        found = self.folder.glob(f"*{TAKE_SUFFIX}")
        return sorted(
            (path for path in found if path.stem.isdecimal()), key=lambda path: int(path.stem)
        )


_TOLD = ("label", "grid_fps", "person", "origin", "recorded_on")
"""Fields of a take that are kept as text."""


def _read(path: Path) -> Recording:
    try:
        with np.load(path) as file:
            told: dict[str, Any] = json.loads(str(file["told"]))
            return Recording(joints=file["joints"], **{name: told[name] for name in _TOLD})
    except FileNotFoundError:
        raise
    except Exception as error:  # zipfile and NumPy raise all kinds of a damaged file
        raise SourceError(f"{path} is no take that can be read; delete it: {error}") from error


def _read_plan(path: Path) -> LessonPlan | None:
    try:
        values = json.loads(path.read_text("utf-8"))
        return LessonPlan(**{**values, "actions": tuple(values["actions"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{path} is no plan of a lesson; delete it: {error}") from error


def _take_away(path: Path) -> None:
    try:
        path.unlink()
        path.with_suffix(VIDEO_SUFFIX).unlink(missing_ok=True)
    except OSError as error:
        raise SinkError(f"can't take {path} away: {reason(error)}") from error


def _write_whole(path: Path, write: Any) -> None:
    """Write a file by ``write(file)``: whole and on the disk, or not at all."""
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            write(file)
        sync(draft)
        draft.replace(path)
    except OSError as error:
        raise SinkError(f"can't write {path}: {reason(error)}") from error
    finally:
        discard(draft)
