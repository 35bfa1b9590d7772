"""The command ``live``: cameras and videos, as it happens."""

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import har_live
from har_live.cli.options import (
    DurationOption,
    EventsOption,
    HwaccelOption,
    JointsOption,
    OverwriteOption,
    RecognizerOptions,
    named,
)
from har_live.sinks.file_checks import CONTAINERS
from har_live.sinks.kinds import is_video
from har_live.sources.settings import RtspTransport

if TYPE_CHECKING:
    from har_live.sources import SourceSettings


def _width_and_height(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise typer.BadParameter(f"size is {text!r}; expected WIDTHxHEIGHT, such as 1280x720")
    return int(width), int(height)


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+)([smh]?)", text)
    if match is None:
        raise typer.BadParameter(f"split is {text!r}; expected a time, such as 30s, 10m or 2h")
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def _video(path: Path | None) -> Path | None:
    if path is not None and not is_video(path):
        raise typer.BadParameter(f"{path} is no video; end it in one of {', '.join(CONTAINERS)}")
    return path


@dataclass(frozen=True)
class _SourceOptions:
    """Options of opening sources."""

    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="Picture asked of a camera, such as 1280x720.")
    ] = None
    fps: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            help="Frames per second asked of a camera, or of the screen (15 without this). One "
            "with an address that gives a single picture is asked so often: 5 without this.",
        ),
    ] = None
    youtube_height: Annotated[
        int, typer.Option(min=1, help="Most pixels of height of a YouTube stream.")
    ] = 480
    cookies: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Cookies for YouTube, a file.")
    ] = None
    cookies_from_browser: Annotated[
        str | None, typer.Option(help="Browser whose cookies YouTube gets: firefox, chrome, …")
    ] = None
    rtsp_transport: Annotated[RtspTransport, typer.Option(help="What carries rtsp:// streams.")] = (
        "tcp"
    )
    hwaccel: HwaccelOption = "none"

    def options(self) -> SourceSettings:
        """The same, for ``open_source``. Raises ``ValueError``: a size without pixels."""
        from har_live.sources import SourceSettings

        return SourceSettings(
            camera_size=None if self.size is None else _width_and_height(self.size),
            camera_fps=self.fps,
            youtube_height=self.youtube_height,
            cookies=self.cookies,
            cookies_from_browser=self.cookies_from_browser,
            rtsp_transport=self.rtsp_transport,
            hwaccel=self.hwaccel,
            live=True,
        )


def live(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Each a camera's number or part of its name, a video file, an rtsp:// or http:// "
            "address, a YouTube address, screen (screen:2 is the second, screen:Firefox a window), "
            "- (standard input), or: figure. Several are shown side by side. "
            "Default: the first camera.",
            show_default=False,
            callback=named,
        ),
    ] = None,
    recognizing: RecognizerOptions = RecognizerOptions(),
    min_duration: DurationOption = 0.0,
    record: Annotated[
        Path | None,
        typer.Option(
            help="Record what is shown to this video, such as out.mp4 or, as events may be named, "
            "too, cam-%Y%m%d-%H%M%S.mp4.",
            callback=_video,
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Begin a new recording after so long: 30s, 10m or 2h."),
    ] = None,
    events: EventsOption = None,
    append: Annotated[
        bool, typer.Option("--append", help="Go on with events files that exist, .jsonl or .csv.")
    ] = False,
    overwrite: OverwriteOption = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show nothing.")] = False,
    joints: JointsOption = True,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="Stop this many seconds after the first picture."),
    ] = None,
    retries: Annotated[
        int | None,
        typer.Option(min=0, help="Give up a lost live source after so many tries. Default: never."),
    ] = None,
    mirror: Annotated[
        bool | None,
        typer.Option("--mirror/--no-mirror", help="Show it as in a mirror. Default: cameras only."),
    ] = None,
    reading: _SourceOptions = _SourceOptions(),
) -> None:
    """Watch cameras or videos and see, as it happens, what is done. H shows the keys."""
    from har_live.sources.check import check_sources

    watched = sources or [""]
    check_sources(watched)
    from har_live.cli.console.live import print_live_summaries
    from har_live.realtime.outputs import open_outputs

    try:
        settings = har_live.LiveSettings(
            split_seconds=None if split is None else _seconds(split),
            append=append,
            overwrite=overwrite,
            seconds=seconds,
            retries=retries,
            mirror=mirror,
            joints=joints,
            min_duration_seconds=min_duration,
            options=reading.options(),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    sinks = [*([] if record is None else [record]), *(events or ())]
    outputs = open_outputs(sinks, settings, sources=watched)
    recognizer = recognizing.open()
    with nullcontext() if no_window else har_live.Window("har-live") as window:
        summaries = har_live.live(
            watched, recognizer, sinks=outputs, window=window, settings=settings
        )
    print_live_summaries(summaries)
    raise typer.Exit(max(summary.exit_code for summary in summaries))
