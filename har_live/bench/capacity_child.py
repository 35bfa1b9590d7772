"""The process that ``capacity`` asks what many cameras take: ``FILE WEIGHTS NUM SECONDS``.

So many recordings go through what live use is made of: each is decoded in a process of its own, as
cameras are, and all share one batch. They are played in step and not by the clock, so that nothing
is left out on a machine that is busy, and what is counted is processor time. Prints JSON:
``decoding_seconds`` and ``scoring_seconds`` of processor time for ``video_seconds`` of all cameras
together, and ``bytes`` of memory, what processes share counted once.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from har_live.recognizer import Recognizer
from har_live.sources import SourceSettings
from har_live.sources.isolated import IsolatedSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from har_live.recognizer import StreamGroup
    from har_live.time_grid import TimeGrid
    from har_live.types import Frame

WARM_UP_SECONDS = 1.0
"""Of video: by then all are open, and the first windows are under way."""
PATIENCE_SECONDS = 600.0


def main() -> None:
    path, weights, number, seconds = sys.argv[1:]
    num_cameras = int(number)
    recognizer = Recognizer(weights)
    group, grids = recognizer.streams(num_cameras), [recognizer.grid() for _ in range(num_cameras)]
    with ExitStack() as stack:
        sources = [stack.enter_context(_opened(path)) for _ in range(num_cameras)]
        pids = [source.pid for source in sources]
        films = [iter(source) for source in sources]
        begun = _play(films, grids, group, until_seconds=WARM_UP_SECONDS)
        before = _seconds_of(pids), _seconds_of([os.getpid()])
        ended = _play(films, grids, group, until_seconds=WARM_UP_SECONDS + float(seconds))
        after = _seconds_of(pids), _seconds_of([os.getpid()])
        num_bytes = sum(map(_bytes_of, [*pids, os.getpid()]))
    print(
        json.dumps(
            {
                "decoding_seconds": after[0] - before[0],
                "scoring_seconds": after[1] - before[1],
                "video_seconds": (ended - begun) * num_cameras,
                "bytes": num_bytes,
            }
        )
    )


def _opened(path: str) -> IsolatedSource:
    return IsolatedSource(
        path,
        SourceSettings(live=True),
        stall_seconds=PATIENCE_SECONDS,
        open_seconds=PATIENCE_SECONDS,
    )


def _play(
    films: list[Iterator[Frame]],
    grids: list[TimeGrid],
    group: StreamGroup,
    *,
    until_seconds: float,
) -> float:
    """Play all films in step; return how far they have come."""
    while True:
        frames = [next(film) for film in films]
        picked = [grid.push(frame) for grid, frame in zip(grids, frames, strict=True)]
        for step in range(max(map(len, picked))):
            group.advance({n: some[step] for n, some in enumerate(picked) if step < len(some)})
        if frames[0].pts_seconds >= until_seconds:
            return frames[0].pts_seconds


def _seconds_of(pids: list[int]) -> float:
    """Processor time that processes have taken so far."""
    ticks = 0
    for pid in pids:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _bytes_of(pid: int) -> int:
    """Memory of a process, its share of what it has in common with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


if __name__ == "__main__":
    main()
