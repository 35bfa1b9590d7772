"""The commands of the shipped weights' recipe, in the order in which they run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from har_live.card import open_weights
from training.commands.options import Data, JsonFile, Out, Seed, weights_exist, written_by
from training.learn.fit_settings import MachineSettings
from training.recipe.train_settings import TrainSettings

Joints = Annotated[
    Path, typer.Option(help="Folder that `joints` wrote.", callback=written_by("joints"))
]

Notes = Annotated[
    Path, typer.Option(help="Markdown for the README: use, limits, what was tried.", dir_okay=False)
]
CardOf = Annotated[
    str,
    typer.Option(
        help="Name or folder of weights; their card gets the figures.", callback=weights_exist
    ),
]
NOTES = Path("training/ship/everyday.md")


def make(
    data: Data,
    out: Out = Path("weights/everyday-lrcn"),
    runs: Annotated[
        Path, typer.Option(help="Folder of what is made on the way.", file_okay=False)
    ] = Path("runs"),
    settings: TrainSettings = TrainSettings(),
    machines: MachineSettings = MachineSettings(),
    notes: Notes = NOTES,
) -> None:
    """Make weights from data: `joints`, `train`, `ship`; what is there is not made again."""
    from training.recipe.train import MODEL_FILE

    trained = runs / settings.network
    joints(data, runs / "joints")
    if not (trained / MODEL_FILE).exists():
        train(data, trained, runs / "joints", settings, machines, resume=trained.exists())
    ship(trained, data, out, runs / "joints", notes)


def joints(data: Data, out: Out = Path("runs/joints")) -> None:
    """Find everybody's joints in all films, once: about 30 minutes on two cores."""
    from training.recipe.find_joints import find_joints

    typer.echo(f"{out}: joints of {find_joints(data, out)} clips")


def train(
    data: Data,
    out: Out,
    joints: Joints = Path("runs/joints"),
    settings: TrainSettings = TrainSettings(),
    machines: MachineSettings = MachineSettings(),
    start_from: Annotated[
        Path | None,
        typer.Option(
            help="Go on from what an earlier `train` wrote.", callback=written_by("train")
        ),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on with what OUT holds.")] = False,
) -> None:
    """Train a recurrent network on the joints of all takes."""
    from training.recipe.train import train as run

    path = run(data, joints, out, settings, machines, start_from=start_from, resume=resume)
    if path is not None:
        typer.echo(f"{path}")


def cross_source(
    data: Data,
    joints: Joints = Path("runs/joints"),
    out: Out = Path("runs/cross-source"),
    settings: TrainSettings = TrainSettings(epochs=4),
    machines: MachineSettings = MachineSettings(),
    weights: CardOf = "",
    json_file: JsonFile = None,
) -> None:
    """Measure on sources that nothing was learnt from: several left out of each training."""
    from training.ship.cross_source import cross_source as run
    from training.ship.live_card import write_metrics

    reached = run(data, joints, out, settings, machines)
    for name, row in reached["sources"].items():
        typer.echo(
            f"{name:16} {row['takes']:4} takes  top1 {row['top1']:.3f}"
            f"  among its own labels {row['top1_within']:.3f}"
        )
    if json_file is not None:
        json_file.write_text(json.dumps(reached, indent=2), "utf-8")
    if weights:
        write_metrics(open_weights(weights), cross_source=reached)


def teach_bench(
    data: Data,
    trained: Annotated[
        Path,
        typer.Option(
            help="Folder that `train` wrote, the sources that are taught here left out.",
            callback=written_by("train"),
        ),
    ],
    joints: Joints = Path("runs/joints"),
    lessons: Annotated[int, typer.Option(min=1, help="Lessons of each source.")] = 5,
    seed: Seed = 0,
    weights: CardOf = "",
    json_file: JsonFile = None,
) -> None:
    """Measure teaching: few takes each of eight actions, by people whom the network never saw."""
    from training.bench.teach import teach_bench as run
    from training.bench.teach import texts_of
    from training.ship.live_card import write_metrics

    reached = run(
        data,
        joints,
        trained,
        lessons=lessons,
        seed=seed,
        on_row=lambda name, row: typer.echo(f"{name:16} {texts_of(row)}"),
    )
    typer.echo(f"last take → usable weights: {reached['seconds']:.1f} s")
    if json_file is not None:
        json_file.write_text(json.dumps(reached, indent=2), "utf-8")
    if weights:
        write_metrics(open_weights(weights), teaching=reached)


def ship(
    run: Annotated[
        Path, typer.Argument(help="Folder that `train` wrote.", callback=written_by("train"))
    ],
    data: Data,
    out: Out,
    joints: Joints = Path("runs/joints"),
    notes: Notes = NOTES,
) -> None:
    """Make the weights that ship: calibrate, export, measure, write card and README."""
    from training.ship.ship import ship as run_ship

    reached = run_ship(run, data, joints, out, notes=notes)
    for name, row in reached["datasets"].items():
        typer.echo(f"{name:20} {row['clips']:4} clips  top1 {row['top1']:.3f}")
