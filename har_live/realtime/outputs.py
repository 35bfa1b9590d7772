"""The outputs of live use: how they are named, and whether they can be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from har_live.sinks.base import Sink, SinkSettings
from har_live.sinks.file_checks import check_video, numbered
from har_live.sinks.kinds import is_url, is_video, open_sink
from har_live.sinks.naming import free_path, has_time, with_time
from har_live.sinks.part_file import is_taken
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from har_live.realtime.settings import LiveSettings


@dataclass(frozen=True, slots=True)
class LiveOutputs:
    """The outputs of a run, made once, which nothing was written to yet."""

    recording: Path | None
    """The video of all sources, whose name may ask for the time."""
    sinks: tuple[tuple[Sink, ...], ...]
    """The sinks of each source."""


def open_outputs(
    sinks: Sequence[str | Path | Sink], settings: LiveSettings, *, sources: Sequence[str]
) -> LiveOutputs:
    """Make the outputs of a run; made early, they refuse what can't be written before weights are
    loaded, a camera is opened or a server is asked.

    Raises:
        SinkError: a file exists already, can't be where it should be, or is of no known kind.
        ValueError: there are several videos, or a sink itself is given for several sources.
    """
    recording = _recording_of(sinks)
    if recording is not None:
        check_video(first_recording(recording), overwrite=settings.overwrite)
    numbers = [*range(1, len(sources) + 1)] if len(sources) > 1 else [None]
    named = zip(numbers, names_of(sources), strict=True)
    return LiveOutputs(
        recording,
        tuple(sinks_of(sinks, number, settings, source_name=name) for number, name in named),
    )


def names_of(sources: Sequence[str]) -> list[str]:
    """Return names for people, no two alike; a file's without its folders, as where files are read
    whole: nobody else need know of them."""
    names: list[str] = []
    for source in sources:
        kind = kind_of(source)
        label = Path(source).name if kind.is_file else kind.label(source)
        names.append(next(name for name in numbered(label) if name not in names))
    return names


def _recording_of(sinks: Sequence[str | Path | Sink]) -> Path | None:
    """Return the video among the sinks: of all sources it is one, of what is shown.

    Raises:
        ValueError: there are several.
    """
    videos = [Path(sink) for sink in sinks if _is_recording(sink)]
    if len(videos) > 1:
        raise ValueError(f"sinks has {len(videos)} videos; expected one, of what is shown")
    return videos[0] if videos else None


def first_recording(path: Path) -> Path:
    """Return the name of a recording that begins now."""
    return free_path(path, is_taken=is_taken) if has_time(path) else path


def sinks_of(
    sinks: Sequence[str | Path | Sink],
    number: int | None,
    settings: LiveSettings,
    *,
    source_name: str,
) -> tuple[Sink, ...]:
    """Return the sinks of one source, without the recording; paths with its number and the time of
    now.

    Raises:
        SinkError: one can't be written, or exists already.
        ValueError: a sink itself is given for several sources: it takes the moments of one.
    """
    if number is not None and any(not isinstance(sink, str | Path) for sink in sinks):
        raise ValueError(
            "a sink takes the moments of one source, and there are several; give an address, of "
            "which each source gets a sink of its own (har_live.sinks.register)"
        )
    wanted = SinkSettings(
        overwrite=settings.overwrite,
        append=settings.append,
        hwaccel=settings.options.hwaccel,
        source_name=source_name,
    )
    return tuple(
        open_sink(_named(sink, number, append=settings.append), wanted)
        for sink in sinks
        if not _is_recording(sink)
    )


def _is_recording(sink: str | Path | Sink) -> TypeGuard[str | Path]:
    return isinstance(sink, str | Path) and is_video(sink)


def _named(sink: str | Path | Sink, number: int | None, *, append: bool) -> str | Path | Sink:
    if not isinstance(sink, str | Path) or is_url(sink):
        return sink
    path = Path(sink)
    if number is not None:
        path = path.with_name(f"{path.stem}-{number}{path.suffix}")
    if not has_time(path):
        return path
    return with_time(path) if append else free_path(path)
