"""All that requests share, made once for an application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from har_live.serve.settings import ServeSettings

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.serve.bell import Bell
    from har_live.serve.feed import Feed, SegmentLog
    from har_live.serve.figures import Figures
    from har_live.serve.jobs import JobQueue
    from har_live.serve.rtc_desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Give a request what it needs; a router asks for it by a parameter ``services: Shared``."""

    settings: ServeSettings
    recognizer: Recognizer
    """The default weights, shared by all that is live."""
    desk: Desk
    """Visitors with cameras."""
    folder: Path
    """The server's own folder: nothing is written anywhere else."""
    bell: Bell
    """Rings when anything live is new, and when the server ends."""
    feeds: tuple[Feed, ...]
    """The newest of each live source."""
    segments: SegmentLog
    """The last segments of all of them."""
    figures: Figures
    jobs: JobQueue
    """Videos that visitors opened."""


def services_of(connection: HTTPConnection) -> Services:
    """Return the services of the application that a request or WebSocket came to."""
    return cast("Services", connection.app.state.services)


Shared = Annotated[Services, Depends(services_of)]
