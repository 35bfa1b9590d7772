"""The commands that make the shipped weights, and measure them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from har_live.card import DEFAULT_WEIGHTS
from training.commands.options import (
    DEFAULT_CACHE,
    Cache,
    Data,
    JsonFile,
    Pose,
    Seed,
    Split,
    WeightsName,
    chosen_split,
    names_of,
)


def prepare(
    data: Data,
    cache: Cache = DEFAULT_CACHE,
    workers: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
) -> None:
    """Index a data set and cache its frames; goes on where it was interrupted."""
    from training.data import prepare as room

    index, broken = room.prepare(data, cache, workers=workers)
    room.write_index(index, broken, cache / "index.json")
    typer.echo(f"{len(index)} clips ready, {len(broken)} broken; index in {cache / 'index.json'}")
    for path, reason in broken.items():
        typer.echo(f"  {path}: {reason}")


def pretrain(
    data: Data,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("runs/pose.safetensors"),
    cache: Cache = DEFAULT_CACHE,
    epochs: Annotated[int, typer.Option(help="Times every picture is seen.")] = 6,
    learning_rate: Annotated[float, typer.Option(help="Its peak.")] = 2e-3,
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
    copies: Annotated[int, typer.Option(help="Varied windows of each training clip.")] = 12,
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
    epochs: Annotated[int | None, typer.Option(help="Times the bank is gone through.")] = None,
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


def evaluate(
    weights: WeightsName,
    data: Data,
    json_file: JsonFile = None,
    split: Split = "val",
    rates: Annotated[str, typer.Option(help="Also at these frames a second: 10,15,24,30,60.")] = "",
    confusion_file: Annotated[
        Path | None, typer.Option("--confusion", help="Draw the confusion matrix here.")
    ] = None,
) -> None:
    """Measure weights on clips, through the same Recognizer that runs live."""
    from har_live.recognizer import Recognizer
    from training.measure import evaluate as room
    from training.measure.plots import draw_confusion

    recognizer = Recognizer(weights)
    wanted = [float(rate) for rate in names_of(rates)]
    answers, *others = room.answers_at(recognizer, data, [None, *wanted], split=chosen_split(split))
    figures = room.figures(answers)
    figures["rates"] = room.rates(answers, dict(zip(wanted, others, strict=True)))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=2, ensure_ascii=False))
    if confusion_file is not None:
        draw_confusion(*room.confusion(answers), confusion_file)
    for name in ("clips", "top1", "top5", "macro_f1", "ece"):
        typer.echo(f"{name:10} {figures[name]:.3f}")
    for name, row in figures["datasets"].items():
        typer.echo(
            f"{name:20} {row['clips']:4} clips  top1 {row['top1']:.3f}"
            f"  among its own labels {row['top1_within']:.3f}"
        )
    for rate, row in figures["rates"].items():
        typer.echo(f"{rate:>3} fps  top1 {row['top1']:.3f}  same answer {row['agreement']:.3f}")


def bench_peers(
    weights: Annotated[str, typer.Argument(help="Name or folder.")] = DEFAULT_WEIGHTS,
    seconds: Annotated[float, typer.Option(min=0.01, help="Of each measurement.")] = 3.0,
    json_file: JsonFile = None,
) -> None:
    """Measure the usual way, the finder alone, ffmpeg and a published network beside ours."""
    import tempfile

    from rich.console import Console

    from har_live.bench.rows import Report
    from har_live.bench.table import machine_table, rows_table
    from har_live.bench.timing import Effort
    from har_live.card import open_weights
    from har_live.doctor import machine
    from training.bench.peers import peer_rows

    effort = Effort(seconds=seconds)
    with tempfile.TemporaryDirectory(prefix="har-live-peers-") as folder:
        rows = tuple(peer_rows([open_weights(weights)], effort, Path(folder)))
    report = Report(machine(), effort, rows)
    Console().print(machine_table(report.machine), rows_table(report.rows))
    if json_file is not None:
        report.write(json_file, overwrite=True)


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
