"""The files that live use is to write: how they are named, and whether they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.sinks.events import check_events
from har_live.sinks.files import check_video
from har_live.sinks.naming import free_path, has_time, with_time
from har_live.sinks.part import is_taken

if TYPE_CHECKING:
    from pathlib import Path

    from har_live.live.settings import LiveSettings


def check_targets(settings: LiveSettings, *, num_sources: int) -> None:
    """Refuse files that can't be written, before weights are loaded, a camera is opened or a
    server is asked.

    Raises:
        SinkError: a file exists already, can't be where it should be, or is of no known kind.
    """
    if settings.record is not None:
        check_video(first_recording(settings.record), overwrite=settings.overwrite)
    for number in numbers_of(num_sources):
        for path in events_of(settings, number):
            check_events(path, overwrite=settings.overwrite, append=settings.append)


def numbers_of(num_sources: int) -> list[int | None]:
    """What tells the files of several sources apart; None for that of a single one."""
    return [*range(1, num_sources + 1)] if num_sources > 1 else [None]


def first_recording(path: Path) -> Path:
    """The name of a recording that begins now."""
    return free_path(path, is_taken=is_taken) if has_time(path) else path


def events_of(settings: LiveSettings, number: int | None) -> list[Path]:
    """The files of segments of one source, with the time of now where that is asked for."""
    return [_dated(_numbered(path, number), settings) for path in settings.events]


def _dated(path: Path, settings: LiveSettings) -> Path:
    if not has_time(path):
        return path
    return with_time(path) if settings.append else free_path(path)


def _numbered(path: Path, number: int | None) -> Path:
    return path if number is None else path.with_name(f"{path.stem}-{number}{path.suffix}")
