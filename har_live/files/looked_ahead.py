"""Frames of a file, looked at ahead: several at once, while those before them are scored."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from har_live.errors import HarLiveError
from har_live.threads import no_thread_left

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from har_live.recognizer import Look, Recognizer
    from har_live.time_grid import GridFrame
    from har_live.types import Frame


class Looked(NamedTuple):
    """A frame of a source, and what its arrival decided."""

    frame: Frame | None
    """None after the last one."""
    grid_frames: list[GridFrame]
    looks: list[Look]
    """At each grid frame."""


def looked_ahead(frames: Iterable[Frame], recognizer: Recognizer) -> Generator[Looked, None, None]:
    """Yield all frames of a source, and one None, with the grid frames that each decides.

    What a frame shows by itself is looked up by as many threads as the recognizer may use. What
    they say is the same as without them, and so is what goes wrong, after the frames before it.
    """
    cores = recognizer.num_threads
    grid = recognizer.grid()
    waiting: deque[tuple[Frame | None, list[GridFrame], list[Future[Look]]]] = deque()
    last: tuple[Frame, Future[Look]] | None = None
    with ThreadPoolExecutor(cores, "har-live-look") as threads:

        def submitted(frame: Frame) -> Future[Look]:
            try:
                return threads.submit(recognizer.look, frame)
            except RuntimeError as error:
                raise no_thread_left(error) from error

        def add(frame: Frame | None, grid_frames: list[GridFrame]) -> None:
            nonlocal last
            futures = []
            for one in grid_frames:
                if last is None or last[0] is not one.frame:  # one that plays on is known
                    last = one.frame, submitted(one.frame)
                futures.append(last[1])
            waiting.append((frame, grid_frames, futures))

        def taken() -> Looked:
            frame, grid_frames, futures = waiting.popleft()
            return Looked(frame, grid_frames, [future.result() for future in futures])

        try:
            for frame in frames:
                add(frame, grid.push(frame))
                while sum(len(futures) for _, _, futures in waiting) > cores:
                    yield taken()
            add(None, grid.finish())
        except HarLiveError:  # the source is lost: what came of it is told
            while waiting:
                yield taken()
            raise
        while waiting:
            yield taken()
