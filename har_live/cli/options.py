"""The options that several commands share: each states its unit and its default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

import har_live
from har_live.card import DEFAULT_PEOPLE, DEFAULT_WEIGHTS
from har_live.sinks.kinds import is_video
from har_live.sources.settings import Hwaccel
from har_live.types import Runtime

if TYPE_CHECKING:
    from har_live.recognizer import Recognizer


def named(value: str | list[str] | None) -> str | list[str] | None:
    """A source or path as it is; an empty one, as a script's unset variable leaves it, is none."""
    if any(not text.strip() for text in ([value] if isinstance(value, str) else value or [])):
        raise typer.BadParameter("'' names nothing; give a file, an address, or: figure")
    return value


def _no_videos(addresses: list[str] | None) -> list[str] | None:
    for address in addresses or ():
        if is_video(address):
            raise typer.BadParameter(f"{address} is a video; give a file of segments")
    return addresses


@dataclass(frozen=True)
class RecognizerOptions:
    """Options of recognizing: which weights, on what, and from when on a label is shown."""

    weights: Annotated[
        str,
        typer.Option("--weights", "-w", help="Name (see har-live models), or a folder."),
    ] = DEFAULT_WEIGHTS
    runtime: Annotated[Runtime, typer.Option(help="What computes the network.")] = "auto"
    device: Annotated[
        str,
        typer.Option(help="auto, cpu, cuda, cuda:N, tensorrt, openvino, coreml or directml."),
    ] = "auto"
    people: Annotated[
        int,
        typer.Option(min=1, max=6, help="Follow so many people at most; 1: the main one."),
    ] = DEFAULT_PEOPLE
    hop: Annotated[
        int | None,
        typer.Option(
            min=1, help="Grid frames between two scored windows. Default: the weights' own."
        ),
    ] = None
    smoothing: Annotated[
        float | None,
        typer.Option(
            min=0, help="Seconds that scores are averaged over. Default: the weights' own."
        ),
    ] = None
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Show a label from this confidence on, 0–1. Default: the weights' own.",
        ),
    ] = None
    cut_reset: Annotated[
        bool,
        typer.Option("--cut-reset/--no-cut-reset", help="Begin afresh where the scene changes."),
    ] = True

    def settings(self) -> dict[str, Any]:
        """The keyword arguments of ``Recognizer``."""
        return {
            "runtime": self.runtime,
            "device": self.device,
            "hop": self.hop,
            "min_confidence": self.min_confidence,
            "average_seconds": self.smoothing,
            "cut_reset": self.cut_reset,
            "max_people": self.people,
        }

    def open(self) -> Recognizer:
        """Load the weights, and say what they run on.

        Raises:
            WeightsError, BackendError: as ``Recognizer``.
        """
        from har_live.cli.console.terminal import print_note

        try:
            recognizer = har_live.Recognizer(self.weights, **self.settings())
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        print_note(f"{recognizer.card.name} on {recognizer.runs_on}")
        return recognizer


EventsOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Write segments to this .jsonl, .csv, .srt or .vtt file, in seconds from the start of "
        "what is read; or tell a broker (mqtts://user@host/topic), a hook (https://host/path), or "
        "an address of a kind that was added. Repeatable.",
        callback=_no_videos,
    ),
]
JointsOption = Annotated[
    bool, typer.Option("--joints/--no-joints", help="Draw the limbs of people who are followed.")
]
DurationOption = Annotated[
    float, typer.Option(min=0, help="Leave out segments shorter than this many seconds.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
HwaccelOption = Annotated[
    Hwaccel,
    typer.Option(
        help="What decodes, and encodes the video written: none is the processor. Files that "
        "hardware writes are often larger for what they show."
    ),
]
