"""The command line: reads options, calls one function, prints. No logic lives here."""

from __future__ import annotations

import dataclasses
import logging
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from har_live import __version__
from har_live.card import DEFAULT_WEIGHTS
from har_live.errors import HarLiveError
from har_live.sinks.opencv import explain_import_error

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer

app = typer.Typer(
    name="har-live",
    help="Sees, live and on the picture, what people are doing and how sure it is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SourceArgument = Annotated[str, typer.Argument(help="A video file, an address, or: figure.")]
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
DurationOption = Annotated[
    float, typer.Option(min=0, help="Leave out segments shorter than this many seconds.")
]
EventsOption = Annotated[
    list[Path] | None,
    typer.Option(help="Write segments to this .jsonl, .csv, .srt or .vtt file. Repeatable."),
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
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
    float | None, typer.Option(min=1, help="Frames per second asked of a camera.")
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
TransportOption = Annotated[str, typer.Option(help="tcp or udp, for rtsp:// cameras.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"har-live {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of errors.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if debug else logging.WARNING, format="har-live: %(message)s"
    )
    logging.getLogger("libav").setLevel(logging.CRITICAL)


@app.command()
def live(
    source: Annotated[
        str,
        typer.Argument(
            help="A camera's number or part of its name, a video file, an rtsp:// or http:// "
            "address, a YouTube address, or: figure."
        ),
    ] = "0",
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    hop: HopOption = None,
    smoothing: SmoothingOption = None,
    min_confidence: ConfidenceOption = None,
    min_duration: DurationOption = 0.0,
    record: Annotated[
        Path | None, typer.Option(help="Record what is shown to this video, such as out.mp4.")
    ] = None,
    events: EventsOption = None,
    overwrite: OverwriteOption = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show nothing.")] = False,
    seconds: SecondsOption = None,
    retries: RetriesOption = None,
    mirror: MirrorOption = None,
    size: SizeOption = None,
    fps: FpsOption = None,
    youtube_height: YoutubeHeightOption = 480,
    cookies: CookiesOption = None,
    cookies_from_browser: BrowserOption = None,
    rtsp_transport: TransportOption = "tcp",
) -> None:
    """Watch a camera or video and see, as it happens, what is done. H shows the keys."""
    from har_live import console
    from har_live.live import LiveSettings, run_live
    from har_live.sinks.window import Window
    from har_live.sources import SourceOptions

    try:
        settings = LiveSettings(
            record=record,
            events=tuple(events or ()),
            overwrite=overwrite,
            seconds=seconds,
            retries=retries,
            mirror=mirror,
            min_duration_seconds=min_duration,
            options=SourceOptions(
                camera_size=None if size is None else _width_and_height(size),
                camera_fps=fps,
                youtube_height=youtube_height,
                cookies=cookies,
                cookies_from_browser=cookies_from_browser,
                rtsp_transport=rtsp_transport,  # type: ignore[arg-type]  # it checks itself
                live=True,
            ),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    recognizer = _recognizer(weights, runtime, device, hop, smoothing, min_confidence)
    with nullcontext() if no_window else Window("har-live") as window:
        summary = run_live(source, recognizer, settings=settings, window=window)
    console.print_live_summary(summary)
    raise typer.Exit(summary.exit_code)


@app.command()
def annotate(
    source: SourceArgument,
    output: Annotated[Path, typer.Argument(help="The video to write, such as out.mp4.")],
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    hop: HopOption = None,
    smoothing: SmoothingOption = None,
    min_confidence: ConfidenceOption = None,
    min_duration: DurationOption = 0.0,
    events: EventsOption = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a video again with label, confidence and timeline drawn on it, and its sound."""
    from har_live import console, offline

    recognizer = _recognizer(weights, runtime, device, hop, smoothing, min_confidence)
    with console.says_what_is_kept(output), console.progress_bar(output.name) as on_frame:
        recognition = offline.annotate(
            source,
            output,
            recognizer,
            events=events or (),
            overwrite=overwrite,
            min_duration_seconds=min_duration,
            on_frame=on_frame,
        )
    console.print_written(recognition, [output, *(events or ())])


@app.command()
def predict(
    source: SourceArgument,
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    hop: HopOption = None,
    smoothing: SmoothingOption = None,
    min_confidence: ConfidenceOption = None,
    min_duration: DurationOption = 0.0,
    single: Annotated[
        bool, typer.Option("--single", help="One answer for the whole video.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what is done in a video, and when."""
    from har_live import console, offline

    recognizer = _recognizer(weights, runtime, device, hop, smoothing, min_confidence)
    with console.progress_bar("recognizing") as on_frame:
        recognition = offline.predict(
            source, recognizer, min_duration_seconds=min_duration, on_frame=on_frame
        )
    console.print_recognition(
        recognition, source=source, weights=recognizer.card.name, single=single, as_json=as_json
    )


@app.command()
def demo(
    output: Annotated[Path, typer.Argument(help="The video to write.")] = Path("demo.mp4"),
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    overwrite: OverwriteOption = False,
) -> None:
    """Show what har-live does, without a camera: a drawn person acts, and is recognized."""
    annotate("figure", output, weights, runtime, device, overwrite=overwrite)


@app.command()
def models(
    name: Annotated[
        str | None, typer.Argument(help="Show this one's card: a name, or a weights folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the weights that came with har-live, or show one's card."""
    from har_live import console
    from har_live.card import open_weights, shipped_weights

    if name is None:
        console.print_weights([open_weights(n) for n in shipped_weights()], as_json=as_json)
    else:
        console.print_card(open_weights(name), as_json=as_json)


@app.command()
def cameras(as_json: JsonOption = False) -> None:
    """List the cameras of this machine: number, name, sizes, in use or not."""
    from har_live import console
    from har_live.sources.camera_list import list_cameras

    found = list_cameras()
    console.print_cameras(found, as_json=as_json)
    if not found:
        raise typer.Exit(1)


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check everything that har-live needs here, and say what mends what is amiss."""
    from har_live import console
    from har_live.doctor import examine, main_job_runs

    with console.while_checking() as on_name:
        checks = list(examine(on_name))
    runs = main_job_runs(checks)
    console.print_checks(checks, main_job_runs=runs, as_json=as_json)
    if not runs:
        raise typer.Exit(1)


def _width_and_height(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"size is {text!r}; expected WIDTHxHEIGHT, such as 1280x720")
    return int(width), int(height)


def _recognizer(
    weights: str,
    runtime: str,
    device: str,
    hop: int | None,
    smoothing: float | None,
    min_confidence: float | None,
) -> Recognizer:
    from har_live import console
    from har_live.card import open_weights
    from har_live.recognizer import Recognizer

    opened = open_weights(weights)
    spec = opened.card.smoothing
    if smoothing is not None:
        spec = dataclasses.replace(spec, average_seconds=smoothing)
    if min_confidence is not None:
        spec = dataclasses.replace(
            spec, enter=min_confidence, leave=min(spec.leave, min_confidence)
        )
    try:
        recognizer = Recognizer(
            opened,
            runtime=runtime,  # type: ignore[arg-type]  # open_scorer refuses what it does not know
            device=device,
            hop=hop,
            smoothing=spec,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    console.print_note(f"{opened.card.name} on {recognizer.runs_on}")
    return recognizer


def main() -> None:
    """Entry point: every expected error becomes one line and exit code 1."""
    try:
        app()
    except HarLiveError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"har-live: {error}", err=True)
        sys.exit(1)
    except ImportError as error:
        line = explain_import_error(error)
        if line is None or "--debug" in sys.argv:
            raise
        typer.echo(f"har-live: {line}", err=True)
        sys.exit(1)
