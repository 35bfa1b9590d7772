"""The file beside an output that is written until it is complete: ``out.part.mp4``."""

from __future__ import annotations

import logging
import re
from itertools import count
from typing import IO, TYPE_CHECKING

from har_live.errors import SinkError
from har_live.sinks.file_checks import discard, put_in_place, reason
from har_live.sinks.lock import is_locked, lock
from har_live.sinks.naming import of_any_time
from har_live.sinks.remux import holds_packets

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)


class Part:
    """A new, empty file, held by this run until ``release``.

    What an earlier run left behind under that name is kept, and named in a warning; the new one
    gets a number.

    Args:
        output: what it will be.
        suffix: of what is written meanwhile.

    Raises:
        SinkError: can't be created, or another run is writing this output.
    """

    def __init__(self, output: Path, suffix: str) -> None:
        self.path, self._file = _created(output, suffix)
        # Held from here on, or asked about by another run at this moment, which holds its own.
        is_ours = lock(self._file)
        others = [path for path in leftovers(output, suffix) if path != self.path]
        if not is_ours or any(is_locked(path) for path in others):
            self.discard()
            raise SinkError(
                f"can't write {output}: another run is writing it; end that one, or give another "
                "name"
            )
        for path in others:
            if path.stat().st_size:
                logger.warning("%s is what a run recorded that was killed; it is kept", path)

    def release(self) -> None:
        """Let others have it; it is about to get its name."""
        self._file.close()

    def discard(self) -> None:
        """Take it away: nobody wants it."""
        self.release()
        discard(self.path)


def adopt(pattern: Path, suffix: str) -> None:
    """Give recordings of killed runs their names: of those whose names asked for the time.

    Args:
        pattern: of the outputs, see ``har_live.sinks.naming``.
    """
    for number in ("", *range(2, 10)):
        parts = pattern.with_name(f"{_stem(pattern, suffix)}{number}{suffix}")
        for part in of_any_time(parts):
            stem, _, _ = part.name.rpartition(".part")
            path = part.with_name(stem if pattern.suffix.lower() != suffix else f"{stem}{suffix}")
            if is_locked(part) or path.exists() or not part.stat().st_size:
                continue
            if not holds_packets(part):
                logger.warning("%s is what a run began that was killed; it has no picture", part)
                continue
            put_in_place(part, path, overwrite=False)
            logger.warning("%s is what a run recorded that was killed", path)


def is_taken(output: Path, suffix: str = ".mp4") -> bool:
    """Return whether a video has this name, or is being written to have it."""
    return output.exists() or bool(leftovers(output, suffix))


def leftovers(output: Path, suffix: str) -> list[Path]:
    """List the parts of an output that are there."""
    pattern = re.compile(rf"{re.escape(_stem(output, suffix))}\d*{re.escape(suffix)}")
    try:
        return sorted(path for path in output.parent.iterdir() if pattern.fullmatch(path.name))
    except OSError:  # a folder may be written to and not be read
        return []


def _created(output: Path, suffix: str) -> tuple[Path, IO[bytes]]:
    stem, numbers = _stem(output, suffix), count(2)
    part = output.with_name(f"{stem}{suffix}")
    while True:
        try:
            return part, part.open("xb")
        except FileExistsError:
            part = output.with_name(f"{stem}{next(numbers)}{suffix}")
        except OSError as error:
            raise SinkError(f"can't write {output}: {reason(error)}") from error


def _stem(output: Path, suffix: str) -> str:
    """Name a part: ``out.mp4`` and ``out.mkv``, written at once, have parts of their own."""
    name = output.stem if output.suffix.lower() == suffix else output.name
    return f"{name}.part"
