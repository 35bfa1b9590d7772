"""The command that measures how people are kept apart."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from training.commands.options import JsonFile


def tracks(
    data: Annotated[
        Path, typer.Argument(help="Folder with films.csv, clips.csv and models/.", exists=True)
    ],
    takes: Annotated[int, typer.Option(help="Clips of one person, in each half.", min=3)] = 6,
    choose: Annotated[
        bool, typer.Option("--choose", help="Try other constants on the first half.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Measure who is who over grid frames: side by side, through one another, in fights."""
    from rich.console import Console

    from training.measure import people_report as room
    from training.measure.multipose import MultiPose

    find = MultiPose(data)
    if choose:
        first = list(room.made_streams(data, find, half=0, num_takes=takes))
        Console().print(room.table(room.measure(first)))
        typer.echo(f"best of the first half: {room.choose(first)}")
    second = list(room.made_streams(data, find, half=1, num_takes=takes))
    reached = room.measure(second)
    Console().print(room.table(reached))
    if json_file is not None:
        figures = {
            kind: {name: dataclasses.asdict(one) for name, one in by_tracker.items()}
            for kind, by_tracker in reached.items()
        }
        json_file.write_text(json.dumps(figures, indent=2), "utf-8")
