"""Workers on this machine: a process a core, by ``concurrent.futures``."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread

from har_live.archive.work import Outcome, Task, broken, look_at
from har_live.nodes.packed_recognizer import PackedRecognizer


def local_outcomes(
    packed: PackedRecognizer, tasks: Sequence[Task], *, num_workers: int
) -> Iterator[Outcome]:
    """Yield what becomes of each video, in the order in which that is known.

    Where a worker dies, those videos that were under way are looked at once more, one by one: the
    one at fault is known then.

    Raises:
        WeightsError, BackendError, ValueError: there can be no recognizer here.
    """
    waiting = deque(tasks)
    while waiting:
        under_way: dict[Future[Outcome], Task] = {}
        try:
            with _pool(packed, num_workers) as pool:
                while waiting or under_way:
                    while waiting and len(under_way) <= num_workers:
                        task = waiting.popleft()
                        under_way[pool.submit(_look_at, task)] = task
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        outcome = future.result()
                        del under_way[future]
                        yield outcome
        except BrokenProcessPool:
            yield from _one_by_one(packed, under_way.values())


def _one_by_one(packed: PackedRecognizer, tasks: Iterable[Task]) -> Iterator[Outcome]:
    waiting = deque(tasks)
    while waiting:
        with _pool(packed, 1) as pool:
            while waiting:
                task = waiting.popleft()
                try:
                    outcome = pool.submit(_look_at, task).result()
                except BrokenProcessPool:
                    yield broken(task.video, "it ended the process that looked at it (memory?)")
                    break
                yield outcome


@contextmanager
def _pool(packed: PackedRecognizer, num_workers: int) -> Iterator[ProcessPoolExecutor]:
    """Lend workers; whatever ends the block, none is left."""
    # Spawned: a copy of this process would share its threads' locks.
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(num_workers, context, initializer=_begin, initargs=(packed,))
    try:
        yield pool
    finally:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()  # it has nothing left to do, or nobody wants what it does
        pool.shutdown(cancel_futures=True)


_packed: PackedRecognizer | None = None


def _begin(packed: PackedRecognizer) -> None:
    """Begin a worker: Ctrl-C is its parent's business, and it ends with its parent."""
    global _packed
    _packed = packed
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None
    Thread(target=_end_after, args=(parent.join,), daemon=True, name="har-live-parent").start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)


def _look_at(task: Task) -> Outcome:
    assert _packed is not None
    return look_at(_packed, task)
