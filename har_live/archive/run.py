"""One run over an archive: what is not known yet is looked at, and all becomes tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from har_live.archive.journal import Journal, header_of
from har_live.archive.local_workers import local_outcomes
from har_live.archive.ray_workers import ray_outcomes
from har_live.archive.stores import require_pyarrow
from har_live.archive.tables import write_tables
from har_live.archive.work import UNFINISHED, Outcome, Task, WorkSettings
from har_live.errors import SinkError
from har_live.sinks.file_checks import CONTAINERS, discard, numbered, reason
from har_live.threads import num_cores

if TYPE_CHECKING:
    from har_live.archive.videos import Video
    from har_live.nodes.packed_recognizer import PackedRecognizer

ANNOTATED = "annotated"
"""Folder, within that of the archive, of videos that are written again."""

OnDone = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """How an archive is made."""

    annotate: bool = False
    """Write each video again, with what is recognized drawn on it."""
    overwrite: bool = False
    """Begin anew where there is an archive already."""
    retry: bool = False
    """Look again at those that earlier runs found broken."""
    ray_address: str | None = None
    """Cluster of Ray that does the work; None: the cores of this machine."""
    num_workers: int | None = None
    """Processes on this machine; None: one a core."""
    work: WorkSettings = field(default_factory=WorkSettings)


@dataclass(frozen=True, slots=True)
class Archived:
    """What an archive holds after a run."""

    num_videos: int
    num_segments: int
    num_broken: int
    num_known: int
    """Videos of which earlier runs knew already."""


def archive(
    videos: Sequence[Video],
    folder: Path,
    packed: PackedRecognizer,
    *,
    settings: ArchiveSettings | None = None,
    on_begin: Callable[[int], None] = lambda num_to_do: None,
    on_done: OnDone = lambda outcome: None,
) -> Archived:
    """Look at all videos, each exactly once, and write what was done in them.

    A run that ended early, however that was, is gone on with by the next one.

    Args:
        folder: is made where it is missing; what it then holds, ``har_live.archive`` says.
        on_begin: is told how many videos are still to be looked at.
        on_done: is told what became of each of them as soon as it is written down.

    Raises:
        SinkError: something can't be written, another run writes it, or it is of other settings.
        BackendError: pyarrow, or Ray where it is asked for, is missing; no cluster answers.
        WeightsError, ValueError: see ``Recognizer``.
    """
    settings = settings or ArchiveSettings()
    require_pyarrow()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"can't make the folder {folder}: {reason(error)}") from error
    header = header_of(packed)
    told = header | {"fingerprint": _fingerprint(packed, settings)}
    with Journal(folder, told, overwrite=settings.overwrite) as journal:
        _clear(folder)
        to_do = [video for video in videos if _is_to_do(journal, video, retry=settings.retry)]
        on_begin(len(to_do))
        tasks = _tasks(to_do, videos, folder, settings)
        with closing(_outcomes(packed, tasks, settings)) as outcomes:
            for outcome in outcomes:
                journal.add(outcome)
                on_done(outcome)
        _clear(folder)
        lines = [line for video in videos if (line := journal.line_of(video)) is not None]
        write_tables(folder, header, lines)
    return Archived(
        num_videos=len(lines),
        num_segments=sum(len(line["segments"]) for line in lines),
        num_broken=sum(line["broken"] is not None for line in lines),
        num_known=len(videos) - len(to_do),
    )


def _clear(folder: Path) -> None:
    """Take away what workers that were killed had not finished."""
    for path in (folder / ANNOTATED).rglob(f"{UNFINISHED}*"):
        discard(path)


def _fingerprint(packed: PackedRecognizer, settings: ArchiveSettings) -> str:
    kind = "-annotated" if settings.annotate else ""
    return f"{packed.fingerprint}-{settings.work.min_duration_seconds:g}{kind}"


def _is_to_do(journal: Journal, video: Video, *, retry: bool) -> bool:
    line = journal.line_of(video)
    return line is None or (retry and line["broken"] is not None)


def _tasks(
    to_do: Sequence[Video], videos: Sequence[Video], folder: Path, settings: ArchiveSettings
) -> list[Task]:
    outputs = _outputs(videos, folder / ANNOTATED) if settings.annotate else {}
    return [Task(video, outputs.get(video.path), settings.work) for video in to_do]


def _outputs(videos: Sequence[Video], folder: Path) -> dict[str, Path]:
    """Choose where each video is written again: under its own path, no two at the same place."""
    outputs: dict[str, Path] = {}
    taken: Counter[str] = Counter()
    for video in videos:
        path = PurePosixPath(video.path.replace("://", "/").lstrip("/"))
        parts = [part for part in path.parts if part not in ("..", ".")]
        suffix = path.suffix if path.suffix.lower() in CONTAINERS else ".mp4"
        for stem in numbered(path.stem):
            output = folder.resolve().joinpath(*parts[:-1], f"{stem}{suffix}")
            if not taken[str(output).casefold()]:
                break
        taken[str(output).casefold()] += 1
        outputs[video.path] = output
    return outputs


def _outcomes(
    packed: PackedRecognizer, tasks: Sequence[Task], settings: ArchiveSettings
) -> Generator[Outcome, None, None]:
    if not tasks:
        return
    if settings.ray_address is not None:
        yield from ray_outcomes(packed, tasks, address=settings.ray_address)
    else:
        num_workers = min(settings.num_workers or num_cores(), len(tasks))
        yield from local_outcomes(packed, tasks, num_workers=num_workers)
