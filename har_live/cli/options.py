"""The options that commands share: each states its unit and its default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.sinks.files import CONTAINERS
from har_live.sinks.kinds import is_video


def _named(value: str | list[str] | None) -> str | list[str] | None:
    """A source or path as it is; an empty one, as a script's unset variable leaves it, is none."""
    if any(not text.strip() for text in ([value] if isinstance(value, str) else value or [])):
        raise typer.BadParameter("'' names nothing; give a file, an address, or: figure")
    return value


def _video(path: Path | None) -> Path | None:
    if path is not None and not is_video(path):
        raise typer.BadParameter(f"{path} is no video; end it in one of {', '.join(CONTAINERS)}")
    return path


def _events(addresses: list[str] | None) -> list[str] | None:
    for address in addresses or ():
        if is_video(address):
            raise typer.BadParameter(f"{address} is a video; give a file of segments")
    return addresses


SourceArgument = Annotated[
    str,
    typer.Argument(
        help="A video file, an address, - (standard input), or: figure.", callback=_named
    ),
]
SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="Each a camera's number or part of its name, a video file, an rtsp:// or http:// "
        "address, a YouTube address, screen (screen:2 is the second), - (standard input), or: "
        "figure. Several are shown side by side. Default: the first camera.",
        show_default=False,
        callback=_named,
    ),
]
PathsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE OUTPUT",
        help="A video file, an address, - (standard input), or: figure; and the video to write, "
        "such as out.mp4. "
        "With --out-dir, any number of sources.",
        callback=_named,
    ),
]
WeightsOption = Annotated[
    str, typer.Option("--weights", "-w", help="Name of shipped weights, or a weights folder.")
]
RuntimeOption = Annotated[str, typer.Option(help="auto, torch or onnx.")]
DeviceOption = Annotated[
    str, typer.Option(help="auto, cpu, cuda, cuda:N, tensorrt, openvino, coreml or directml.")
]
HopOption = Annotated[
    int | None,
    typer.Option(min=1, help="Grid frames between two scored windows. Default: the weights' own."),
]
SmoothingOption = Annotated[
    float | None,
    typer.Option(min=0, help="Seconds that scores are averaged over. Default: the weights' own."),
]
ConfidenceOption = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Show a label from this confidence on, 0–1. Default: the weights' own."
    ),
]
PeopleOption = Annotated[
    int,
    typer.Option("--people", min=1, max=6, help="Follow so many people at most; 1: the main one."),
]
JointsOption = Annotated[
    bool, typer.Option("--joints/--no-joints", help="Draw the limbs of people who are followed.")
]
CutResetOption = Annotated[
    bool,
    typer.Option("--cut-reset/--no-cut-reset", help="Begin afresh where the scene changes."),
]
DurationOption = Annotated[
    float, typer.Option(min=0, help="Leave out segments shorter than this many seconds.")
]
RecordOption = Annotated[
    Path | None,
    typer.Option(
        help="Record what is shown to this video, such as out.mp4 or, as events may be named, "
        "too, cam-%Y%m%d-%H%M%S.mp4.",
        callback=_video,
    ),
]
EventsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Write segments to this .jsonl, .csv, .srt or .vtt file, in seconds from the start of "
        "what is read, or give them to an address of a kind that was added. Repeatable.",
        callback=_events,
    ),
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
AppendOption = Annotated[
    bool, typer.Option("--append", help="Go on with events files that exist, .jsonl or .csv.")
]
SplitOption = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Begin a new recording after so long: 30s, 10m or 2h."),
]
SecondsOption = Annotated[
    float | None, typer.Option(min=0.1, help="Stop this many seconds after the first picture.")
]
RetriesOption = Annotated[
    int | None,
    typer.Option(min=0, help="Give up a lost live source after so many tries. Default: never."),
]
MirrorOption = Annotated[
    bool | None,
    typer.Option("--mirror/--no-mirror", help="Show it as in a mirror. Default: cameras only."),
]
SizeOption = Annotated[
    str | None, typer.Option(metavar="WxH", help="Picture asked of a camera, such as 1280x720.")
]
FpsOption = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        help="Frames per second asked of a camera, or of the screen (15 without this). One with an "
        "address that gives a single picture is asked so often: 5 without this.",
    ),
]
YoutubeHeightOption = Annotated[
    int, typer.Option(min=1, help="Most pixels of height of a YouTube stream.")
]
CookiesOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Cookies for YouTube, a file.")
]
BrowserOption = Annotated[
    str | None, typer.Option(help="Browser whose cookies YouTube gets: firefox, chrome, …")
]
HwaccelOption = Annotated[
    str,
    typer.Option(
        help="What decodes, and encodes the video written: none (the processor), auto, "
        "videotoolbox, d3d11va, vaapi, cuda or qsv. Its files are often larger for what they show."
    ),
]
TransportOption = Annotated[str, typer.Option(help="tcp or udp, for rtsp:// cameras.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
