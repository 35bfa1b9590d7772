"""The commands that make the shipped weights."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from training.commands.options import DEFAULT_CACHE, Cache, Data, JsonFile, Pose, Seed, names_of
from training.settings import Count, Range


def pretrain(
    data: Data,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("runs/pose.safetensors"),
    cache: Cache = DEFAULT_CACHE,
    epochs: Annotated[Count, typer.Option(help="Times every picture is seen.")] = 6,
    learning_rate: Annotated[float, Range(1e-7, 10), typer.Option(help="Its peak.")] = 2e-3,
    start_from: Annotated[Path | None, typer.Option(help="Go on from these weights.")] = None,
    seed: Seed = 0,
) -> None:
    """Teach the pose network where the joints are."""
    from training.learn.pretrain import PretrainSettings
    from training.learn.pretrain import pretrain as run

    settings = PretrainSettings(epochs=epochs, learning_rate=learning_rate, seed=seed)
    run(data, cache, out, settings, start_from=start_from)


def encode(
    data: Data,
    pose: Pose = Path("runs/pose.safetensors"),
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("runs/bank"),
    cache: Cache = DEFAULT_CACHE,
    copies: Annotated[Count, typer.Option(help="Varied windows of each training clip.")] = 12,
) -> None:
    """Show the frozen encoder every window once; goes on where it was interrupted."""
    from har_live.types import ClipSpec
    from training.data.prepare import CacheSettings
    from training.features.encode import EncodeSettings, encode_all

    spec = ClipSpec(image_size=CacheSettings().image_size)
    encode_all(data, cache, pose, out, spec, EncodeSettings(clip_copies=copies))


def train(
    bank: Annotated[Path, typer.Argument(help="Folder from `encode`.")] = Path("runs/bank"),
    out: Annotated[Path, typer.Option(help="Folder to write; its name is the weights' name.")] = (
        Path("runs/everyday-lrcn")
    ),
    architecture: Annotated[str, typer.Option(help="lrcn or convlstm.")] = "lrcn",
    pose: Pose = Path("runs/pose.safetensors"),
    epochs: Annotated[Count | None, typer.Option(help="Times the bank is gone through.")] = None,
    datasets: Annotated[
        str, typer.Option(help="A specialist: only these data sets, with commas between.")
    ] = "",
    seed: Seed = 0,
) -> None:
    """Train the recurrent part and write OUT/weights, ready for `har-live --weights`."""
    from har_live.types import ClipSpec
    from training.data.prepare import CacheSettings
    from training.features.encode import load_banks
    from training.learn.everyday import everyday
    from training.ship.export import export_weights

    learnt, joints, measured = load_banks(bank, architecture)
    if datasets:
        own = names_of(datasets)
        learnt, joints, measured = learnt.only(own), None, measured.only(own)
    spec = ClipSpec(image_size=CacheSettings().image_size)
    trained = everyday(
        learnt, measured, pose, out, spec, architecture, epochs=epochs, seed=seed, joints=joints
    )
    export_weights(trained.model, trained.card, out / "weights")
    for name, value in trained.measures.items():
        typer.echo(f"{name:32} {value:.3f}")


def gestures(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for curves and checkpoints.")] = Path(
        "runs/gestures"
    ),
    json_file: JsonFile = None,
) -> None:
    """Measure the recurrent part on recorded gestures of people never seen (MSR Action3D)."""
    from training.learn import gestures as room

    folds = []
    for fold in room.leave_people_out(data / "skeletons", out, room.GestureSettings()):
        typer.echo(f"{', '.join(fold.people):16} {fold.sequences:4} {fold.accuracy:.3f}")
        folds.append(fold)
    mean = sum(fold.accuracy * fold.sequences for fold in folds) / sum(f.sequences for f in folds)
    typer.echo(f"{'all':16} {sum(fold.sequences for fold in folds):4} {mean:.3f}")
    if json_file is not None:
        figures = {"accuracy": mean, "folds": [dataclasses.asdict(fold) for fold in folds]}
        json_file.write_text(json.dumps(figures, indent=2))


def ship(
    trained: Annotated[Path, typer.Argument(help="Folder from `train`.")],
    folder: Annotated[Path, typer.Argument(help="Weights folder to write, as weights/NAME.")],
    data: Annotated[Path, typer.Option(help="Its val split is measured.")],
    notes: Annotated[Path, typer.Option(help="Markdown: intended use, limits.")],
    description: Annotated[str, typer.Option(help="One line; default: the everyday one.")] = "",
    datasets: Annotated[str, typer.Option(help="A specialist's own, with commas between.")] = "",
) -> None:
    """Measure trained weights and write their card, README and pictures beside them."""
    from training.ship.ship import EVERYDAY
    from training.ship.ship import ship as run

    reached = run(
        trained,
        data,
        folder,
        notes=notes,
        description=description or EVERYDAY,
        datasets=names_of(datasets),
    )
    typer.echo(json.dumps({key: reached[key] for key in ("top1", "ece", "datasets")}, indent=2))
