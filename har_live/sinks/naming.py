"""File names with the time in them, for runs that begin again by themselves:
``cam-%Y%m%d-%H%M%S.mp4``."""

from __future__ import annotations

import glob
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.errors import SinkError
from har_live.sinks.file_checks import numbered, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3}
"""Letters that may stand behind a ``%``, as of ``strftime``, and how many digits each becomes."""
_DIRECTIVE = re.compile(f"%([{''.join(_DIGITS)}])")


def has_time(path: Path) -> bool:
    """Return whether a name asks for the time."""
    return _DIRECTIVE.search(str(path)) is not None


def with_time(path: Path) -> Path:
    """The path with the time of now in it; its folders, where they have the time in them, are made.

    Raises:
        SinkError: a folder can't be made.
    """
    now = datetime.now()
    dated = Path(_DIRECTIVE.sub(lambda match: now.strftime(match[0]), str(path)))
    if has_time(path.parent):
        try:
            dated.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"can't make {dated.parent}: {reason(error)}") from error
    return dated


def free_path(path: Path, *, is_taken: Callable[[Path], bool] = Path.exists) -> Path:
    """The path with the time of now in it or, where that is taken, with a number, too."""
    dated = with_time(path)
    paths = (dated.with_name(f"{stem}{dated.suffix}") for stem in numbered(dated.stem))
    return next(path for path in paths if not is_taken(path))


def of_any_time(path: Path) -> Iterator[Path]:
    """The files there are whose names have another time where the path asks for it."""
    text = str(path)
    exact = re.compile(_replaced(text, re.escape, lambda letter: rf"\d{{{_DIGITS[letter]}}}"))
    for found in glob.iglob(_replaced(text, glob.escape, lambda _letter: "*")):
        if exact.fullmatch(found):
            yield Path(found)


def _replaced(text: str, plain: Callable[[str], str], time: Callable[[str], str]) -> str:
    parts = _DIRECTIVE.split(text)  # text, letter, text, letter, …, text
    return "".join(time(part) if index % 2 else plain(part) for index, part in enumerate(parts))
