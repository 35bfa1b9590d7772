"""Annotating many videos with one recognizer.

One after another: decoding and scoring of a video go on beside drawing and encoding, so that one
keeps two cores busy as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from har_live.errors import HarLiveError, SinkError
from har_live.offline import Recognition, annotate
from har_live.redact import redact_url
from har_live.sinks.events import FORMATS
from har_live.sinks.files import reason
from har_live.sinks.remux import CONTAINERS
from har_live.sources.kinds import kind_of

if TYPE_CHECKING:
    from har_live.offline import OnFrame
    from har_live.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class Annotated:
    """What became of one of many videos."""

    source: str
    output: Path
    result: Recognition | HarLiveError
    """What was recognized; or why there is no output, or not all of it."""


def annotate_all(
    sources: Sequence[str | Path],
    folder: str | Path,
    recognizer: Recognizer,
    *,
    events: Sequence[str] = (),
    overwrite: bool = False,
    min_duration_seconds: float = 0.0,
    on_frame: OnFrame | None = None,
) -> Iterator[Annotated]:
    """Annotate videos into a folder, as ``annotate`` does each; one that fails stops no other.

    Args:
        sources: paths, addresses or ``figure``.
        folder: is made where it is missing. The outputs are named after their sources, and no two
            of them alike: ``a/in.mp4`` and ``b/in.avi`` become ``in.mp4`` and ``in-2.mp4``.
        events: kinds of files of segments to write beside each: ``.jsonl``, ``.csv``, ``.srt``,
            ``.vtt``.
        overwrite: replace files that exist.
        min_duration_seconds: shorter segments are left out.

    Yields:
        What became of each, as soon as it is known, in their order.

    Raises:
        SinkError: the folder can't be made.
        ValueError: a kind of events is unknown.
    """
    for suffix in events:
        if suffix not in FORMATS:
            raise ValueError(f"events is {suffix!r}; expected one of {', '.join(FORMATS)}")
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"can't make the folder {folder}: {reason(error)}") from error
    specs = [str(source) for source in sources]
    for source, output in zip(specs, output_paths(specs, Path(folder)), strict=True):
        result: Recognition | HarLiveError
        try:
            result = annotate(
                source,
                output,
                recognizer,
                events=[output.with_suffix(suffix) for suffix in events],
                overwrite=overwrite,
                min_duration_seconds=min_duration_seconds,
                on_frame=on_frame,
            )
        except HarLiveError as error:
            result = error
        yield Annotated(source, output, result)


def output_paths(sources: Sequence[str], folder: Path) -> list[Path]:
    """A path in ``folder`` for each source; no two have the same stem, whatever the case."""
    taken: set[str] = set()
    paths = []
    for source in sources:
        stem, suffix = _name(source)
        stems = chain([stem], (f"{stem}-{number}" for number in count(2)))
        free = next(stem for stem in stems if stem.casefold() not in taken)
        taken.add(free.casefold())
        paths.append(folder / f"{free}{suffix}")
    return paths


def _name(source: str) -> tuple[str, str]:
    """Stem and suffix of the output for a source."""
    is_file = kind_of(source) == "file"
    name = Path(source) if is_file else PurePosixPath(redact_url(source))
    stem = re.sub(r"[^\w.-]+", "_", name.stem).strip("._") or "video"
    suffix = name.suffix.lower()
    return stem, suffix if is_file and suffix in CONTAINERS else ".mp4"
