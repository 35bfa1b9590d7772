"""The commands that recognize: live, annotate, predict, demo."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from har_live.card import DEFAULT_PEOPLE, DEFAULT_WEIGHTS
from har_live.cli.options import (
    AppendOption,
    BrowserOption,
    ConfidenceOption,
    CookiesOption,
    CutResetOption,
    DeviceOption,
    DurationOption,
    EventsOption,
    FpsOption,
    HopOption,
    HwaccelOption,
    JointsOption,
    JsonOption,
    MirrorOption,
    OverwriteOption,
    PathsArgument,
    PeopleOption,
    RecordOption,
    RetriesOption,
    RuntimeOption,
    SecondsOption,
    SizeOption,
    SmoothingOption,
    SourceArgument,
    SourcesArgument,
    SplitOption,
    TransportOption,
    WeightsOption,
    YoutubeHeightOption,
)
from har_live.errors import HarLiveError

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer
    from har_live.sources import SourceOptions


def live(
    sources: SourcesArgument = None,
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    people: PeopleOption = DEFAULT_PEOPLE,
    hop: HopOption = None,
    smoothing: SmoothingOption = None,
    min_confidence: ConfidenceOption = None,
    cut_reset: CutResetOption = True,
    min_duration: DurationOption = 0.0,
    record: RecordOption = None,
    split: SplitOption = None,
    events: EventsOption = None,
    append: AppendOption = False,
    overwrite: OverwriteOption = False,
    no_window: Annotated[bool, typer.Option("--no-window", help="Show nothing.")] = False,
    joints: JointsOption = True,
    seconds: SecondsOption = None,
    retries: RetriesOption = None,
    mirror: MirrorOption = None,
    size: SizeOption = None,
    fps: FpsOption = None,
    youtube_height: YoutubeHeightOption = 480,
    cookies: CookiesOption = None,
    cookies_from_browser: BrowserOption = None,
    rtsp_transport: TransportOption = "tcp",
    hwaccel: HwaccelOption = "none",
) -> None:
    """Watch cameras or videos and see, as it happens, what is done. H shows the keys."""
    from har_live.sources import SourceOptions
    from har_live.sources.check import check_source

    watched = sources or [""]
    if len(watched) == 1:  # one of several that can't be opened is a word on its picture
        check_source(watched[0])
    from har_live import realtime
    from har_live.cli import console
    from har_live.realtime.targets import check_targets
    from har_live.sinks.window import Window

    try:
        settings = realtime.LiveSettings(
            split_seconds=None if split is None else _seconds(split),
            append=append,
            overwrite=overwrite,
            seconds=seconds,
            retries=retries,
            mirror=mirror,
            joints=joints,
            min_duration_seconds=min_duration,
            options=SourceOptions(
                camera_size=None if size is None else _width_and_height(size),
                camera_fps=fps,
                youtube_height=youtube_height,
                cookies=cookies,
                cookies_from_browser=cookies_from_browser,
                rtsp_transport=rtsp_transport,  # type: ignore[arg-type]  # it checks itself
                hwaccel=hwaccel,  # type: ignore[arg-type]  # as above
                live=True,
            ),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    sinks = [*([] if record is None else [record]), *(events or ())]
    check_targets(sinks, settings, num_sources=len(watched))
    recognizer = _recognizer(
        weights, runtime, device, people, hop, smoothing, min_confidence, cut_reset
    )
    with nullcontext() if no_window else Window("har-live") as window:
        summaries = realtime.live(
            watched, recognizer, sinks=sinks, window=window, settings=settings
        )
    console.print_live_summaries(summaries)
    raise typer.Exit(max(summary.exit_code for summary in summaries))


def annotate(
    paths: PathsArgument,
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    people: PeopleOption = DEFAULT_PEOPLE,
    hop: HopOption = None,
    smoothing: SmoothingOption = None,
    min_confidence: ConfidenceOption = None,
    cut_reset: CutResetOption = True,
    min_duration: DurationOption = 0.0,
    events: EventsOption = None,
    overwrite: OverwriteOption = False,
    out_dir: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            metavar="DIR",
            help="Write a video for each source into this folder, named after it; --events .srt "
            "then writes subtitles beside each.",
        ),
    ] = None,
    joints: JointsOption = True,
    hwaccel: HwaccelOption = "none",
) -> None:
    """Write videos again with label, confidence and timeline drawn on them, and their sound."""
    if out_dir is None and len(paths) != 2:
        given = "1 path is" if len(paths) == 1 else f"{len(paths)} paths are"
        raise typer.BadParameter(
            f"{given} given; expected a source and an output, or sources and --out-dir DIR"
        )
    options = _options(hwaccel)
    if out_dir is None:
        _check(paths[0], Path(paths[1]), events or (), overwrite)
    recognizer = _recognizer(
        weights, runtime, device, people, hop, smoothing, min_confidence, cut_reset
    )
    if out_dir is None:
        _annotate(
            paths[0], paths[1], recognizer, events or (), overwrite, min_duration, options, joints
        )
        return
    from har_live.cli import console
    from har_live.files.many import annotate_all

    with console.says_what_is_kept(out_dir), console.progress_bar() as on_frame:
        try:
            done = annotate_all(
                paths,
                out_dir,
                recognizer,
                events=events or (),
                overwrite=overwrite,
                joints=joints,
                min_duration_seconds=min_duration,
                options=options,
                on_frame=on_frame,
                on_done=console.print_annotated,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    raise typer.Exit(1 if any(isinstance(one.result, HarLiveError) for one in done) else 0)


def predict(
    source: SourceArgument,
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    people: PeopleOption = DEFAULT_PEOPLE,
    hop: HopOption = None,
    smoothing: SmoothingOption = None,
    min_confidence: ConfidenceOption = None,
    cut_reset: CutResetOption = True,
    min_duration: DurationOption = 0.0,
    single: Annotated[
        bool, typer.Option("--single", help="One answer for the whole video.")
    ] = False,
    as_json: JsonOption = False,
    hwaccel: HwaccelOption = "none",
) -> None:
    """Print what is done in a video, and when: in seconds from the start of what is read."""
    from har_live.sources.check import check_source

    options = _options(hwaccel)
    check_source(source)
    from har_live.cli import console
    from har_live.files.recognize import predict as run

    recognizer = _recognizer(
        weights, runtime, device, people, hop, smoothing, min_confidence, cut_reset
    )
    with console.progress_bar() as on_frame:
        recognition = run(
            source,
            recognizer,
            min_duration_seconds=min_duration,
            options=options,
            on_frame=on_frame,
        )
    console.print_recognition(
        recognition, source=source, weights=recognizer.card.name, single=single, as_json=as_json
    )


def demo(
    output: Annotated[Path, typer.Argument(help="The video to write.")] = Path("demo.mp4"),
    weights: WeightsOption = DEFAULT_WEIGHTS,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    people: PeopleOption = DEFAULT_PEOPLE,
    overwrite: OverwriteOption = False,
) -> None:
    """Show what har-live does, without a camera: a drawn person acts, and is recognized."""
    _check("figure", output, (), overwrite)
    recognizer = _recognizer(weights, runtime, device, people)
    _annotate("figure", str(output), recognizer, overwrite=overwrite)


def _check(source: str, output: Path, events: Sequence[str], overwrite: bool) -> None:
    """What can be told of the files of a command before anything is loaded."""
    from har_live.sinks.base import SinkSettings
    from har_live.sinks.files import check_video
    from har_live.sinks.kinds import open_sink
    from har_live.sources.check import check_source

    check_source(source)
    check_video(output, overwrite=overwrite, source=source)
    for address in events:
        open_sink(address, SinkSettings(overwrite=overwrite))


def _annotate(
    source: str,
    output: str,
    recognizer: Recognizer,
    events: Sequence[str] = (),
    overwrite: bool = False,
    min_duration: float = 0.0,
    options: SourceOptions | None = None,
    joints: bool = True,
) -> None:
    from har_live.cli import console
    from har_live.files.annotate import annotate as run

    with console.says_what_is_kept(Path(output)), console.progress_bar() as on_frame:
        recognition = run(
            source,
            recognizer,
            sinks=[output, *events],
            overwrite=overwrite,
            joints=joints,
            min_duration_seconds=min_duration,
            options=options,
            on_frame=on_frame,
        )
    console.print_written(recognition, [output, *events])


def _options(hwaccel: str) -> SourceOptions:
    from har_live.sources import SourceOptions

    try:
        return SourceOptions(hwaccel=hwaccel)  # type: ignore[arg-type]  # it checks itself
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _width_and_height(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"size is {text!r}; expected WIDTHxHEIGHT, such as 1280x720")
    return int(width), int(height)


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d+)([smh]?)", text)
    if match is None:
        raise ValueError(f"split is {text!r}; expected a time, such as 30s, 10m or 2h")
    return int(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def _recognizer(
    weights: str,
    runtime: str,
    device: str,
    people: int,
    hop: int | None = None,
    smoothing: float | None = None,
    min_confidence: float | None = None,
    cut_reset: bool = True,
) -> Recognizer:
    from har_live.card import open_weights
    from har_live.cli import console
    from har_live.recognizer import Recognizer

    opened = open_weights(weights)
    spec = opened.card.smoothing
    if smoothing is not None:
        spec = dataclasses.replace(spec, average_seconds=smoothing)
    if min_confidence is not None:
        spec = dataclasses.replace(
            spec, enter=min_confidence, leave=min(spec.leave, min_confidence), enter_of={}
        )
    try:
        recognizer = Recognizer(
            opened,
            runtime=runtime,  # type: ignore[arg-type]  # open_scorer refuses what it does not know
            device=device,
            hop=hop,
            smoothing=spec,
            cut_reset=cut_reset,
            max_people=people,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    console.print_note(f"{opened.card.name} on {recognizer.runs_on}")
    return recognizer
