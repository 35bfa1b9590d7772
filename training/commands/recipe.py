"""The commands of the shipped weights' recipe, in the order in which they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.commands.options import Data
from training.learn.fit_settings import Machines
from training.recipe.train_settings import TrainSettings

Joints = Annotated[Path, typer.Option(help="Folder that `joints` wrote.", file_okay=False)]
Out = Annotated[Path, typer.Option(help="Folder to write.", file_okay=False)]


def joints(data: Data, out: Out = Path("runs/joints")) -> None:
    """Find everybody's joints in all films, once: about 30 minutes on two cores."""
    from training.recipe.joints import find_joints

    typer.echo(f"{out}: joints of {find_joints(data, out)} clips")


def train(
    data: Data,
    out: Out,
    joints: Joints = Path("runs/joints"),
    settings: TrainSettings = TrainSettings(),
    machines: Machines = Machines(),
    resume: Annotated[bool, typer.Option(help="Go on with what OUT holds.")] = False,
) -> None:
    """Train a recurrent network on the joints of all takes."""
    from training.recipe.train import train as run

    path = run(data, joints, out, settings, machines, resume=resume)
    if path is not None:
        typer.echo(f"{path}")
