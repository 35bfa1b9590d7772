"""Running the application on uvicorn until a signal ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from har_live.serve.app import create_app

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.serve.settings import ServeSettings

GRACE_SECONDS = 3
"""Time that answers under way have at the end."""


def serve(settings: ServeSettings, recognizer: Recognizer) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    config = uvicorn.Config(
        create_app(settings, recognizer),
        host=settings.host,
        port=settings.port,
        access_log=False,  # addresses may hold what is nobody's business
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run()
