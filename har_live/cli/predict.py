"""The command ``predict``: what is done in a video, and when."""

from __future__ import annotations

from typing import Annotated

import typer

import har_live
from har_live.cli.options import (
    DurationOption,
    HwaccelOption,
    JsonOption,
    RecognizerOptions,
    named,
)


def predict(
    source: Annotated[
        str,
        typer.Argument(
            help="A video file, an address, - (standard input), or: figure.", callback=named
        ),
    ],
    recognizing: RecognizerOptions = RecognizerOptions(),
    min_duration: DurationOption = 0.0,
    single: Annotated[
        bool, typer.Option("--single", help="One answer for the whole video.")
    ] = False,
    as_json: JsonOption = False,
    hwaccel: HwaccelOption = "none",
) -> None:
    """Print what is done in a video, and when: in seconds from the start of what is read."""
    from har_live.sources.check import check_source

    check_source(source)
    recognizer = recognizing.open()
    from har_live.cli.console.progress import progress_bar
    from har_live.cli.console.recognition import print_recognition
    from har_live.sources import SourceSettings

    with progress_bar() as on_frame:
        recognition = har_live.predict(
            source,
            recognizer,
            min_duration_seconds=min_duration,
            options=SourceSettings(hwaccel=hwaccel),
            on_frame=on_frame,
        )
    print_recognition(
        recognition, source=source, weights=recognizer.card.name, single=single, as_json=as_json
    )
