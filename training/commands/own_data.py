"""The commands for one's own data: fetched, shown, trained on, compared, adapted to."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from har_live.card import DEFAULT_WEIGHTS
from training.commands.options import DEFAULT_CACHE, Cache, Data, Seed, names_of

if TYPE_CHECKING:
    from har_live.card import Weights

Labels = Annotated[str, typer.Option(help="Only these, with commas between; default: all.")]
GridFps = Annotated[
    float | None, typer.Option(help="Frames a second that it looks at; default: the preset's.")
]
Epochs = Annotated[int, typer.Option(help="Times every clip is seen, at most.")]
Varied = Annotated[
    bool, typer.Option("--varied/--plain", help="Vary clips as cameras vary, or show them as is.")
]
Accelerator = Annotated[str, typer.Option(help="auto, cpu, gpu, mps, …")]
Precision = Annotated[str, typer.Option(help="32-true, 16-mixed or bf16-mixed.")]


def fetch(
    name: Annotated[str, typer.Argument(help="ucf50, ucf101 or hmdb51.")],
    folder: Annotated[Path, typer.Argument(help="Where to put it.")],
    base_url: Annotated[str | None, typer.Option(help="A mirror that has the same files.")] = None,
) -> None:
    """Download a public data set from its own home; goes on where it was interrupted."""
    from training.data import fetch as room

    if name not in room.DATA_SETS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(room.DATA_SETS)}")
    data_set = room.DATA_SETS[name]
    typer.echo(f"{name} from {base_url or data_set.home} ({data_set.terms})")
    room.fetch(data_set, folder, base_url=base_url)
    typer.echo(f"python -m training show {folder}")


def show(
    data: Data,
    out: Annotated[Path, typer.Option(help="Picture to write.")] = Path("show.png"),
    workers: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
) -> None:
    """Show what is in a data set: frames, balance, durations, frame rates, what can't be read."""
    from rich.console import Console

    from training.data import show as room
    from training.data.contact_sheet import draw

    facts = room.survey(data, workers=workers)
    Console().print(room.table(facts))
    draw(facts, out, title=str(data))
    typer.echo(room.summary(facts, most=1000))
    typer.echo(f"wrote {out}")


def train_pixels(
    data: Data,
    preset: Annotated[
        str, typer.Option(help="seed-lrcn, seed-convlstm, or weights whose network to train.")
    ] = "seed-lrcn",
    out: Annotated[Path, typer.Option(help="Weights folder to write.")] = Path("runs/mine"),
    cache: Cache = DEFAULT_CACHE,
    labels: Labels = "",
    grid_fps: GridFps = None,
    leaky_split: Annotated[
        bool, typer.Option("--leaky-split", help="Ignore groups, to see how much that flatters.")
    ] = False,
    varied: Varied = True,
    epochs: Epochs = 40,
    batch_size: Annotated[int, typer.Option(help="Clips in a step, over all processes.")] = 16,
    learning_rate: Annotated[float, typer.Option(help="Its peak.")] = 2e-3,
    patience: Annotated[int, typer.Option(help="Epochs without progress before it stops.")] = 15,
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it was stopped.")] = False,
    accelerator: Accelerator = "auto",
    devices: Annotated[int, typer.Option(help="Processes on each machine.")] = 1,
    num_nodes: Annotated[int, typer.Option(help="Machines; start this on each of them.")] = 1,
    precision: Precision = "32-true",
    workers: Annotated[int, typer.Option(help="Processes that read clips, per device.")] = 0,
) -> None:
    """Train a network on the pictures themselves and write weights for `har-live --weights`."""
    from training.learn import pixels as room
    from training.learn.fit import FitSettings, Machines

    settings = FitSettings(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        patience=patience,
        seed=seed,
    )
    machines = Machines(accelerator, devices, num_nodes, precision, workers)
    chosen = room.preset_of(preset, grid_fps=grid_fps)
    material = room.gather(
        data, cache, chosen.clip, labels=names_of(labels), leaky=leaky_split, show_progress=True
    )
    trained = room.train_on(
        material,
        chosen,
        out / "run",
        settings,
        machines,
        variation=room.VARIED if varied else None,
        resume=resume,
        show_progress=True,
    )
    if trained is not None:
        card = room.card_of(out.name, chosen, material)
        _say_kept(room.keep(*trained, material, card, out))


def compare(
    data: Data,
    presets: Annotated[
        str, typer.Option(help="Networks as in train-pixels, with commas between.")
    ] = "seed-lrcn,seed-convlstm",
    seeds: Annotated[int, typer.Option(help="Trainings of each network.")] = 3,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("runs/compare"),
    cache: Cache = DEFAULT_CACHE,
    labels: Labels = "",
    grid_fps: GridFps = None,
    leaky_split: Annotated[
        bool, typer.Option("--leaky-split", help="Train also with groups ignored, beside it.")
    ] = False,
    varied: Varied = True,
    epochs: Epochs = 40,
    batch_size: Annotated[int, typer.Option(help="Clips in a step.")] = 16,
    learning_rate: Annotated[float, typer.Option(help="Its peak.")] = 2e-3,
    accelerator: Accelerator = "auto",
    precision: Precision = "32-true",
    workers: Annotated[int, typer.Option(help="Processes that read clips.")] = 0,
) -> None:
    """Train networks on one split with the same seeds: table, curves, confusion, the best."""
    from rich.console import Console

    from training.learn import compare as room
    from training.learn.fit import FitSettings, Machines
    from training.learn.report import table, write_report

    contest = room.Contest(
        data,
        tuple(names_of(presets)),
        seeds,
        tuple(names_of(labels)),
        grid_fps,
        leaky_split,
        room.VARIED if varied else None,
        FitSettings(
            epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, patience=epochs
        ),
        Machines(accelerator, precision=precision, workers=workers),
    )
    contenders = room.compare(contest, cache, out, show_progress=True)
    command = shlex.join(["python", "-m", "training", *sys.argv[1:]])
    write_report(contest, contenders, out, command=command)
    Console().print(table(contenders))
    best, reason = room.choose(contenders)
    typer.echo(f"best: {best.name}: {reason}; {out / 'report.md'}")


def adapt(
    data: Data,
    weights: Annotated[str, typer.Option(help="Name of shipped weights, or a folder.")] = (
        DEFAULT_WEIGHTS
    ),
    out: Annotated[Path, typer.Option(help="Weights folder to write.")] = Path("runs/mine"),
    cache: Cache = DEFAULT_CACHE,
    labels: Labels = "",
    copies: Annotated[int, typer.Option(help="Varied windows of each clip.")] = 8,
    epochs: Epochs = 80,
    seed: Seed = 0,
) -> None:
    """Teach weights your own actions, from a folder of clips; their frame encoder is kept.

    45 clips of two seconds take seven minutes on two cores; four and a half of them go into looking
    at the clips, which takes as long as clips and --copies are many.
    """
    from har_live.card import open_weights

    known = open_weights(weights)  # before torch is loaded, which takes seconds
    from training.learn import adapt as room

    fit = dataclasses.replace(room.FEW_CLIPS, epochs=epochs, seed=seed)
    settings = room.AdaptSettings(copies=copies, fit=fit)
    _say_kept(room.adapt(data, known, out, cache, settings, labels=names_of(labels)))


def _say_kept(weights: Weights) -> None:
    """What was reached, and how to use it."""
    typer.echo(weights.card.accuracy)
    typer.echo(f"har-live live --weights {weights.folder}")
