"""One run: what is asked for, one group of measurements after the other."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.bench import end_to_end, steps
from har_live.bench.clips import make_clips
from har_live.recognizer import Recognizer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from har_live.bench.rows import Row
    from har_live.bench.timing import Effort
    from har_live.card import Weights

STEP_GROUPS = {
    "grid-frame": steps.grid_frame_rows,
    "anew": steps.anew_rows,
    "streams": steps.streams_rows,
}
SETUP_GROUPS = {
    "file": end_to_end.file_rows,
    "latency": end_to_end.latency_rows,
    "process": end_to_end.process_rows,
}
GROUPS: tuple[str, ...] = (*STEP_GROUPS, *SETUP_GROUPS)
"""Names of what can be measured alone."""


def measure(
    weights: Sequence[Weights],
    *,
    effort: Effort,
    only: Sequence[str] = (),
    on_name: Callable[[str], None] = lambda name: None,
) -> Iterator[Row]:
    """Measure what the weights cost here.

    Args:
        weights: the first of them stand for all in what is measured end to end.
        only: some of ``GROUPS``; all, if empty.
        on_name: called with what is measured next.

    Raises:
        ValueError: a group of that name does not exist.
        WeightsError, BackendError: the weights can't be loaded, or a process of ours failed.
    """
    for name in only:
        if name not in GROUPS:
            raise ValueError(f"{name!r} can't be measured; choose of {', '.join(GROUPS)}")
    return _rows(weights, [name for name in GROUPS if name in only or not only], effort, on_name)


def _rows(
    weights: Sequence[Weights],
    wanted: Sequence[str],
    effort: Effort,
    on_name: Callable[[str], None],
) -> Iterator[Row]:
    recognizers = steps.open_all(weights) if set(wanted) & STEP_GROUPS.keys() else []
    for name in wanted:
        if name in STEP_GROUPS:
            on_name(name)
            yield from STEP_GROUPS[name](recognizers, effort)
    names = [name for name in wanted if name in SETUP_GROUPS]
    if names:
        yield from _end_to_end(weights[0], names, effort, on_name)


def _end_to_end(
    weights: Weights, names: Sequence[str], effort: Effort, on_name: Callable[[str], None]
) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="har-live-bench-") as folder:
        on_name("making a clip")
        clips = make_clips(
            Path(folder),
            window_seconds=weights.card.clip.window_seconds,
            seconds=effort.seconds,
        )
        setup = end_to_end.Setup(weights, Recognizer(weights), clips, Path(folder), effort)
        for name in names:
            on_name(name)
            yield from SETUP_GROUPS[name](setup)
