"""The videos that visitors open: few may wait, one at a time is worked on, by a child process."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from har_live.child_process import child_command, child_environment
from har_live.serve.job_child import ANSWER_FILE, EVENT_FILES, VIDEO_FILE, Order

if TYPE_CHECKING:
    from har_live.serve.figures import Figures
    from har_live.serve.settings import ServeSettings

logger = logging.getLogger(__name__)

State = Literal["receiving", "waiting", "working", "done", "failed"]
OPEN = ("receiving", "waiting", "working")
FILES = (ANSWER_FILE, *EVENT_FILES, VIDEO_FILE)
LONGEST_LINE_BYTES = 1 << 16


class BusyError(Exception):
    """Raised where as many videos are open as there may be."""


@dataclass(slots=True, eq=False)
class Job:
    """A video, from its arrival until its files are deleted."""

    id: str
    """Can't be guessed: who knows it may see the video."""
    folder: Path
    name: str
    state: State = "receiving"
    stage: str | None = None
    progress: float | None = None
    error: str | None = None
    answer: dict[str, Any] | None = None
    order: Order | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it is done, or has failed."""

    @property
    def files(self) -> list[str]:
        """Names of the files that there are to be had."""
        return [name for name in FILES if self.state == "done" and (self.folder / name).is_file()]


class JobQueue:
    """Keeps the videos and works on them, one after another. In the loop's thread alone.

    Args:
        folder: holds a folder for each of them.
    """

    def __init__(self, settings: ServeSettings, folder: Path, figures: Figures) -> None:
        self._settings = settings
        self._folder = folder
        self._figures = figures
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._has_work = asyncio.Event()
        self._working: tuple[Job, Process] | None = None

    @property
    def num_open(self) -> int:
        """Number of videos that come in, wait, or are worked on."""
        return sum(job.state in OPEN for job in self._jobs.values())

    def reserve(self, name: str) -> Job:
        """Make room for a video that is about to come.

        Raises:
            BusyError: there is none.
        """
        if self.num_open >= self._settings.max_jobs:
            raise BusyError
        job_id = secrets.token_urlsafe(16)
        job = Job(job_id, self._folder / job_id, name)
        job.folder.mkdir(mode=0o700)
        self._jobs[job_id] = job
        self._count()
        return job

    def submit(self, job: Job, order: Order) -> None:
        """Let it be worked on, in its turn."""
        job.order, job.state = order, "waiting"
        self._waiting.append(job)
        self._has_work.set()

    def find(self, job_id: str) -> Job | None:
        """Return a video by its id; None where there is none, or no longer."""
        return self._jobs.get(job_id)

    def place_of(self, job: Job) -> int | None:
        """Return how many are before it; None where it doesn't wait."""
        return self._waiting.index(job) + 1 if job in self._waiting else None

    def remove(self, job: Job) -> None:
        """Forget a video and delete its files, whatever is being done with it."""
        self._jobs.pop(job.id, None)
        with suppress(ValueError):
            self._waiting.remove(job)
        if self._working is not None and self._working[0] is job:
            _kill(self._working[1])
        job.over.set()
        shutil.rmtree(job.folder, ignore_errors=True)
        self._count()

    async def work(self) -> None:
        """Work on what comes, for ever."""
        while True:
            await self._has_work.wait()
            if not self._waiting:
                self._has_work.clear()
                continue
            job = self._waiting.popleft()
            try:
                await self._do(job)
            except Exception:
                logger.exception("a video failed")
                self._end(job, error="something went wrong; the server's log says what")

    async def _do(self, job: Job) -> None:
        assert job.order is not None
        job.state = "working"
        child = await _start()
        self._working = job, child
        try:
            async with asyncio.timeout(self._settings.max_job_seconds):
                await self._follow(job, child, job.order)
                await child.wait()
        except TimeoutError:
            minutes = self._settings.max_job_seconds / 60
            self._end(job, error=f"it takes longer than {minutes:g} minutes, which is the most")
        finally:
            self._working = None
            if child.returncode is None:
                _kill(child)
                await child.wait()
        if job.id not in self._jobs:  # removed meanwhile, but the child was still writing
            shutil.rmtree(job.folder, ignore_errors=True)

    async def _follow(self, job: Job, child: Process, order: Order) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(ConnectionError):  # it died at once: its end tells
            child.stdin.write(order.to_line())
            await child.stdin.drain()
        async for line in child.stdout:
            told = json.loads(line)
            if "error" in told:
                self._end(job, error=told["error"])
            elif "done" in told:
                answer = await asyncio.to_thread((job.folder / ANSWER_FILE).read_text, "utf-8")
                job.answer = json.loads(answer)
                self._end(job, error=None)
            else:
                job.stage = told.get("stage", job.stage)
                job.progress = told["progress"]
        if job.state == "working":
            self._end(job, error="its process died; the video may be damaged, or too large")

    def _end(self, job: Job, *, error: str | None) -> None:
        if job.id not in self._jobs or job.state not in OPEN:
            return
        job.state = "done" if error is None else "failed"
        job.error, job.progress = error, None if error else 1.0
        with suppress(OSError):
            (job.folder / job.name).unlink()  # what was sent is no longer needed
        self._figures.jobs.labels(job.state).inc()
        job.over.set()
        self._count()
        ended = [one for one in self._jobs.values() if one.state not in OPEN]
        for one in ended[: -self._settings.max_kept]:
            self.remove(one)

    def _count(self) -> None:
        self._figures.jobs_open.set(self.num_open)


async def _start() -> Process:
    return await asyncio.create_subprocess_exec(
        *child_command("har_live.serve.job_child"),
        stdin=PIPE,
        stdout=PIPE,
        limit=LONGEST_LINE_BYTES,
        env=child_environment(),
        # Spared the Ctrl-C of the terminal: the server ends it.
        start_new_session=sys.platform != "win32",
    )


def _kill(child: Process) -> None:
    with suppress(ProcessLookupError):
        child.kill()
