"""The application: routers by subject, behind the gate."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from har_live.realtime.outputs import names_of
from har_live.serve import events, health, login, metrics, models, predict, rtc, sources
from har_live.serve.bell import Bell
from har_live.serve.ending import Ending
from har_live.serve.feed import Feed, SegmentLog
from har_live.serve.figures import Figures
from har_live.serve.gate import Gate
from har_live.serve.jobs import JobQueue
from har_live.serve.limits import BodyLimits
from har_live.serve.live_run import LiveRun
from har_live.serve.rtc_desk import Desk
from har_live.serve.services import Services
from har_live.sources.kinds import kind_of
from har_live.version import __version__

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.serve.settings import ServeSettings

PAGE = Path(__file__).parent / "page"
ROUTERS = (
    health.router,
    login.router,
    models.router,
    sources.router,
    predict.router,
    events.router,
    metrics.router,
    rtc.router,
)


def create_app(settings: ServeSettings, recognizer: Recognizer) -> FastAPI:
    """Make the application; what runs in it begins and ends with its lifespan.

    Args:
        settings: the operator's.
        recognizer: of the weights that ``settings`` names, for what is live.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            services = app.state.services = _begin(settings, recognizer, stack)
            async with _working(services.jobs), services.desk:
                yield

    # FastAPI's own pages of documentation load scripts from elsewhere.
    app = FastAPI(
        title="har-live", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/", StaticFiles(directory=PAGE, html=True), name="page")
    app.add_middleware(BodyLimits, settings=settings)
    app.add_middleware(Gate, settings=settings)
    app.add_middleware(Ending)
    return app


def _begin(settings: ServeSettings, recognizer: Recognizer, stack: ExitStack) -> Services:
    """Begin all that runs, until the stack closes."""
    folder = tempfile.TemporaryDirectory(prefix="har-live-", dir=settings.folder)
    own = Path(stack.enter_context(folder))
    bell, segments, figures = Bell(), SegmentLog(), Figures()
    desk = Desk(recognizer, wishes=settings.wishes, max_visitors=settings.max_visitors)
    figures.cameras.set_function(lambda: desk.num_visitors)
    services = Services(
        settings=settings,
        recognizer=recognizer,
        desk=desk,
        folder=own,
        bell=bell,
        feeds=tuple(
            Feed(
                number,
                name,
                is_mirrored=kind_of(settings.sources[number]).is_mirrored,
                bell=bell,
                log=segments,
                figures=figures,
            )
            for number, name in enumerate(names_of(settings.sources))
        ),
        segments=segments,
        figures=figures,
        jobs=JobQueue(settings, own, figures),
    )
    if services.feeds:
        run = LiveRun(
            settings.sources, services.feeds, recognizer, settings.live, events=settings.events
        )
        run.start()
        stack.callback(run.stop)
    return services


@asynccontextmanager
async def _working(jobs: JobQueue) -> AsyncIterator[None]:
    """Let videos be worked on; at the end, one that is under way is given up."""
    work = asyncio.create_task(jobs.work())
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
