"""The command ``serve``: a web page and an API."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from har_live.cli.options import DurationOption, EventsOption, RecognizerOptions, named
from har_live.errors import HarLiveError

TOKEN_VARIABLE = "HAR_LIVE_TOKEN"
INSTALL_SERVE = "pip install 'har-live[serve]'"
_PORT = 8808


@dataclass(frozen=True)
class LimitOptions:
    """Options of what visitors may do."""

    address: Annotated[
        list[str] | None,
        typer.Option(
            help="Kind of address that visitors may have opened: http, https, youtube, or none. "
            "Repeatable. Default: all three.",
        ),
    ] = None
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private", help="Open addresses in private networks and on this machine, too."
        ),
    ] = False
    max_upload: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Largest video that is taken.")
    ] = 500
    max_minutes: Annotated[
        float, typer.Option(min=0.1, help="Longest time that one video may take.")
    ] = 30.0
    max_jobs: Annotated[
        int, typer.Option(min=1, help="Videos that may wait; more are told: busy.")
    ] = 4
    max_cameras: Annotated[
        int, typer.Option(min=1, help="Visitors' own cameras at once; more are told: busy.")
    ] = 4


def serve(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="What is shown live: each as for har-live live. Without any, visitors have their "
            "own camera, and videos.",
            show_default=False,
            callback=named,
        ),
    ] = None,
    recognizing: RecognizerOptions = RecognizerOptions(),
    host: Annotated[
        str,
        typer.Option(help="Listen at this address, such as 0.0.0.0: others then need the token."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: one that is free.")] = _PORT,
    token: Annotated[
        str | None,
        typer.Option(
            help="Password of the page and the API, 16 letters or more; better in "
            f"{TOKEN_VARIABLE}, for others of this machine see what is typed. Default, where "
            "others can reach it: one is made and printed.",
            show_default=False,
        ),
    ] = None,
    host_name: Annotated[
        list[str] | None,
        typer.Option(help="Another name by which browsers may call this server. Repeatable."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Keep videos, until the end, in a folder of its own in here. Default: the "
            "system's for temporary files.",
        ),
    ] = None,
    limits: LimitOptions = LimitOptions(),
    min_duration: DurationOption = 0.0,
    events: EventsOption = None,
) -> None:
    """Show sources, your camera and videos in a browser, with an API beside it."""
    if None in map(find_spec, ("aiortc", "fastapi", "prometheus_client", "uvicorn", "websockets")):
        raise HarLiveError(f"a web server was asked for, but it is not installed; {INSTALL_SERVE}")
    if events and not sources:
        raise typer.BadParameter("--events tells of sources; name one")
    from har_live.realtime import LiveSettings
    from har_live.realtime.outputs import open_outputs
    from har_live.serve.settings import ServeSettings, is_loopback
    from har_live.sources.check import check_sources

    check_sources(sources or [])
    token = token or os.environ.get(TOKEN_VARIABLE) or None
    is_made = token is None and not is_loopback(host)
    if is_made:
        token = secrets.token_urlsafe(16)
    kinds = limits.address or ["http", "https", "youtube"]
    try:
        settings = ServeSettings(
            sources=tuple(sources or ()),
            host=host,
            port=port,
            token=token,
            host_names=tuple(host_name or ()),
            address_kinds=tuple(kind for kind in kinds if kind != "none"),  # type: ignore[misc]
            allow_private=limits.allow_private,
            max_upload_bytes=limits.max_upload * 1_000_000,
            max_job_seconds=limits.max_minutes * 60,
            max_jobs=limits.max_jobs,
            max_visitors=limits.max_cameras,
            folder=folder,
            weights=recognizing.weights,
            wishes=recognizing.settings(),
            live=LiveSettings(min_duration_seconds=min_duration, append=True),
            events=tuple(events or ()),
        )
        if events:  # what can't be written is said now
            open_outputs(settings.events, settings.live, sources=settings.sources)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    recognizer = recognizing.open()
    from har_live.cli.console.terminal import print_note
    from har_live.serve.server import PageServer

    server = PageServer(
        settings, recognizer, on_started=lambda url: print_note(f"{url} is there; Ctrl-C ends it")
    )
    if is_made:
        print_note(f"token, told only now: {token}")
    server.run()
