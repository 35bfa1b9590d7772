"""Annotating many videos with one recognizer.

One after another: decoding and scoring of a video go on beside drawing and encoding, so that one
keeps two cores busy as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from har_live.errors import HarLiveError, SinkError
from har_live.files.annotate import annotate
from har_live.files.recognize import Recognition
from har_live.sinks.base import SinkSettings
from har_live.sinks.file_checks import CONTAINERS, numbered, reason
from har_live.sinks.kinds import is_url, known_kinds, open_sink
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from har_live.files.recognize import OnFrame
    from har_live.recognizer import Recognizer
    from har_live.sources import SourceSettings


@dataclass(frozen=True, slots=True)
class Annotated:
    """The outcome of one of many videos."""

    source: str
    output: Path
    events: tuple[Path, ...]
    """Files of segments beside it."""
    result: Recognition | HarLiveError
    """The recognition; or the error for which there is no output, or not all of it."""


def annotate_all(
    sources: Sequence[str | Path],
    folder: str | Path,
    recognizer: Recognizer,
    *,
    events: Sequence[str] = (),
    overwrite: bool = False,
    joints: bool = True,
    min_duration_seconds: float = 0.0,
    options: SourceSettings | None = None,
    on_frame: OnFrame | None = None,
    on_done: Callable[[Annotated], object] | None = None,
) -> list[Annotated]:
    """Annotate videos into a folder, as ``annotate`` does each; one that fails stops no other.

    Args:
        sources: paths, addresses or ``figure``.
        folder: is made where it is missing. The outputs are named after their sources, and no two
            of them alike: ``a/in.mp4`` and ``b/in.avi`` become ``in.mp4`` and ``in-2.mp4``.
        events: kinds of files of segments to write beside each: ``.jsonl``, ``.csv``, ``.srt``,
            ``.vtt``; and addresses that get the segments of all.
        overwrite: replace files that exist.
        joints: draw people's limbs.
        min_duration_seconds: shorter segments are left out.
        options: how to open each.
        on_done: is told what became of each as soon as it is known.

    Returns:
        What became of each, in their order.

    Raises:
        SinkError: the folder can't be made, or an address is refused.
        ValueError: a kind of events is unknown.
    """
    suffixes = [kind for kind in known_kinds() if kind[0] == "." and kind not in CONTAINERS]
    addresses = [address for address in events if is_url(address)]
    events = [kind for kind in events if not is_url(kind)]
    for suffix in events:
        if suffix not in suffixes:
            raise ValueError(f"events is {suffix!r}; expected one of {', '.join(suffixes)}")
    for address in addresses:
        open_sink(address, SinkSettings(overwrite=overwrite))  # what is refused is refused now
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"can't make the folder {folder}: {reason(error)}") from error
    specs = [str(source) for source in sources]
    outputs = output_paths(specs, Path(folder), events)

    def one(source: str, output: Path, beside: tuple[Path, ...]) -> Annotated:
        result: Recognition | HarLiveError
        try:
            result = annotate(
                source,
                recognizer,
                sinks=[output, *beside, *addresses],
                overwrite=overwrite,
                joints=joints,
                min_duration_seconds=min_duration_seconds,
                options=options,
                on_frame=on_frame,
            )
        except HarLiveError as error:
            result = error
        return Annotated(source, output, beside, result)

    done = []
    for source, paths in zip(specs, outputs, strict=True):
        done.append(one(source, *paths))
        if on_done is not None:
            on_done(done[-1])
    return done


def output_paths(
    sources: Sequence[str], folder: Path, events: Sequence[str] = ()
) -> list[tuple[Path, tuple[Path, ...]]]:
    """Choose paths in ``folder`` for each source: the video, and beside it the events.

    No two have the same stem, whatever the case, and none is the file of a source: one that is
    still to be read could be overwritten.
    """
    files = [Path(source) for source in sources if kind_of(source).is_file]
    taken: set[str] = set()
    outputs = []
    for source in sources:
        stem, suffix = _name(source)
        for name in numbered(stem):
            video, *beside = (folder / f"{name}{kind}" for kind in (suffix, *events))
            if name.casefold() not in taken and not _any_is_one_of([video, *beside], files):
                break
        taken.add(name.casefold())
        outputs.append((video, tuple(beside)))
    return outputs


def _any_is_one_of(paths: Sequence[Path], files: Sequence[Path]) -> bool:
    """Return whether one of ``paths`` is one of ``files``, by whatever name or link."""
    pairs = product((p for p in paths if p.exists()), files)
    return any(file.exists() and path.samefile(file) for path, file in pairs)


def _name(source: str) -> tuple[str, str]:
    """Return stem and suffix of the output for a source."""
    kind = kind_of(source)
    name = Path(source) if kind.is_file else PurePosixPath(kind.label(source))
    stem = re.sub(r"[^\w.-]+", "_", name.stem).strip("._") or "video"
    suffix = name.suffix.lower()
    return stem, suffix if kind.is_file and suffix in CONTAINERS else ".mp4"
