"""The command ``fleet``: cameras on many machines."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from har_live.cli.options import RecognizerOptions
from har_live.sources.settings import RtspTransport


def _host_and_port(text: str) -> tuple[str, int] | None:
    if text == "off":
        return None
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 <= int(port) < 2**16:
        raise typer.BadParameter(f"metrics is {text!r}; expected [HOST:]PORT, or off")
    return host or "127.0.0.1", int(port)


def fleet(
    cameras: Annotated[
        Path,
        typer.Argument(
            metavar="CAMERAS.TOML",
            help='The cameras, each [[camera]] with name = "door", source = "rtsp://…", and '
            'events = ["door.jsonl", "mqtt://…"] where somebody is to be told.',
        ),
    ],
    recognizing: RecognizerOptions = RecognizerOptions(),
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Spread them over the nodes of this Ray cluster, HOST:PORT or auto; the nodes "
            "need the same har-live. Default: this machine alone.",
        ),
    ] = None,
    metrics: Annotated[
        str,
        typer.Option(
            metavar="[HOST:]PORT", help="Answer Prometheus at /metrics here, on 127.0.0.1; or: off."
        ),
    ] = "9108",
    rtsp_transport: Annotated[RtspTransport, typer.Option(help="What carries rtsp:// streams.")] = (
        "tcp"
    ),
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="Stop this many seconds after the first picture."),
    ] = None,
) -> None:
    """Watch many cameras on many machines; those of a machine that dies move to the others."""
    from har_live.cli.console.fleet import fleet_table, print_ending
    from har_live.fleet.cameras import read_cameras
    from har_live.fleet.prometheus import Metrics, served
    from har_live.fleet.run import FleetSettings, FleetStatus, lead
    from har_live.nodes.packed_recognizer import packed
    from har_live.sources import SourceSettings

    place = _host_and_port(metrics)
    known = read_cameras(cameras)
    recognizer = packed(recognizing.weights, recognizing.settings())
    settings = FleetSettings(
        ray_address=ray,
        seconds=seconds,
        options=SourceSettings(rtsp_transport=rtsp_transport, live=True),
    )
    collected = Metrics()
    with ExitStack() as stack:
        if place is not None:
            stack.enter_context(served(collected, *place))
        show = stack.enter_context(fleet_table())

        def on_status(status: FleetStatus) -> None:
            collected.status = status
            show(status)

        ending = lead(known, recognizer, settings=settings, on_status=on_status)
    print_ending(ending)
    raise typer.Exit(ending.exit_code)
