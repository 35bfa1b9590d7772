"""The command ``annotate``: videos are written again, with what is recognized drawn on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

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
from har_live.errors import HarLiveError


@dataclass(frozen=True)
class OutputOptions:
    """Options of the outputs: which, and how they are written."""

    min_duration: DurationOption = 0.0
    events: EventsOption = None
    overwrite: OverwriteOption = False
    joints: JointsOption = True
    hwaccel: HwaccelOption = "none"


def annotate(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE OUTPUT",
            help="A video file, an address, - (standard input), or: figure; and the video to "
            "write, such as out.mp4. With --out-dir, any number of sources.",
            callback=named,
        ),
    ],
    recognizing: RecognizerOptions = RecognizerOptions(),
    writing: OutputOptions = OutputOptions(),
    out_dir: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            metavar="DIR",
            help="Write a video for each source into this folder, named after it; --events .srt "
            "then writes subtitles beside each.",
        ),
    ] = None,
) -> None:
    """Write videos again with label, confidence and timeline drawn on them, and their sound."""
    if out_dir is not None:
        _annotate_all(paths, out_dir, recognizing, writing)
    elif len(paths) == 2:
        annotate_one(paths[0], Path(paths[1]), recognizing, writing)
    else:
        given = "1 path is" if len(paths) == 1 else f"{len(paths)} paths are"
        raise typer.BadParameter(
            f"{given} given; expected a source and an output, or sources and --out-dir DIR"
        )


def annotate_one(
    source: str, output: Path, recognizing: RecognizerOptions, writing: OutputOptions
) -> None:
    """Annotate a video; what can be told of its files is told before anything is loaded."""
    from har_live.sinks.base import SinkSettings
    from har_live.sinks.file_checks import check_video
    from har_live.sinks.kinds import open_sink
    from har_live.sources.check import check_source

    check_source(source)
    check_video(output, overwrite=writing.overwrite, source=source)
    events, settings = writing.events or [], SinkSettings(overwrite=writing.overwrite)
    sinks = [open_sink(address, settings) for address in events]
    recognizer = recognizing.open()
    from har_live.cli.console.progress import progress_bar
    from har_live.cli.console.recognition import print_written, says_what_is_kept
    from har_live.sources import SourceSettings

    with says_what_is_kept(output), progress_bar() as on_frame:
        recognition = har_live.annotate(
            source,
            recognizer,
            sinks=[output, *sinks],
            overwrite=writing.overwrite,
            joints=writing.joints,
            min_duration_seconds=writing.min_duration,
            options=SourceSettings(hwaccel=writing.hwaccel),
            on_frame=on_frame,
        )
    print_written(recognition, [output, *events])


def _annotate_all(
    sources: list[str], folder: Path, recognizing: RecognizerOptions, writing: OutputOptions
) -> None:
    recognizer = recognizing.open()
    from har_live.cli.console.progress import progress_bar
    from har_live.cli.console.recognition import print_annotated, says_what_is_kept
    from har_live.sources import SourceSettings

    with says_what_is_kept(folder), progress_bar() as on_frame:
        try:
            done = har_live.annotate_all(
                sources,
                folder,
                recognizer,
                events=writing.events or (),
                overwrite=writing.overwrite,
                joints=writing.joints,
                min_duration_seconds=writing.min_duration,
                options=SourceSettings(hwaccel=writing.hwaccel),
                on_frame=on_frame,
                on_done=print_annotated,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    raise typer.Exit(1 if any(isinstance(one.result, HarLiveError) for one in done) else 0)
