"""The application: routers by subject, behind the gate."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from har_live.serve import health, login, models, rtc
from har_live.serve.gate import Gate
from har_live.serve.rtc_desk import Desk
from har_live.serve.services import Services
from har_live.version import __version__

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.serve.settings import ServeSettings

PAGE = Path(__file__).parent / "page"
ROUTERS = (health.router, login.router, models.router, rtc.router)


def create_app(settings: ServeSettings, recognizer: Recognizer) -> FastAPI:
    """Make the application; what runs in it begins and ends with its lifespan.

    Args:
        settings: the operator's.
        recognizer: of the weights that ``settings`` names, for what is live.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="har-live-", dir=settings.folder) as folder:
            desk = Desk(recognizer, wishes=settings.wishes, max_visitors=settings.max_visitors)
            app.state.services = Services(
                settings=settings, recognizer=recognizer, desk=desk, folder=Path(folder)
            )
            try:
                yield
            finally:
                await desk.close()

    # FastAPI's own pages of documentation load scripts from elsewhere.
    app = FastAPI(
        title="har-live", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/", StaticFiles(directory=PAGE, html=True), name="page")
    app.add_middleware(Gate, settings=settings)
    return app
