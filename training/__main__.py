"""``python -m training``: from a folder of videos to a weights folder. Parses, calls, prints."""

from __future__ import annotations

import dataclasses
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from har_live.card import DEFAULT_WEIGHTS
from har_live.errors import HarLiveError

if TYPE_CHECKING:
    from har_live.card import Weights

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Data = Annotated[Path, typer.Argument(help="Manifest CSV, its folder, or one folder per class.")]
Cache = Annotated[Path, typer.Option(help="Folder of the cached frames.")]
Pose = Annotated[Path, typer.Option(help="Weights of the pose network, from `pretrain`.")]
Labels = Annotated[str, typer.Option(help="Only these, with commas between; default: all.")]
GridFps = Annotated[
    float | None, typer.Option(help="Frames a second that it looks at; default: the preset's.")
]
Epochs = Annotated[int, typer.Option(help="Times every clip is seen, at most.")]
Varied = Annotated[
    bool, typer.Option("--varied/--plain", help="Vary clips as cameras vary, or show them as is.")
]
DEFAULT_CACHE = Path(".cache")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="ucf50, ucf101 or hmdb51.")],
    folder: Annotated[Path, typer.Argument(help="Where to put it.")],
    base_url: Annotated[str | None, typer.Option(help="A mirror that has the same files.")] = None,
) -> None:
    """Download a public data set from its own home; goes on where it was interrupted."""
    from training import fetch as room

    if name not in room.DATA_SETS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(room.DATA_SETS)}")
    data_set = room.DATA_SETS[name]
    typer.echo(f"{name} from {base_url or data_set.home} ({data_set.terms})")
    room.fetch(data_set, folder, base_url=base_url)
    typer.echo(f"python -m training show {folder}")


@app.command()
def show(
    data: Data,
    out: Annotated[Path, typer.Option(help="Picture to write.")] = Path("show.png"),
    workers: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
) -> None:
    """Show what is in a data set: frames, balance, durations, frame rates, what can't be read."""
    from rich.console import Console

    from training import show as room
    from training.contact_sheet import draw

    facts = room.survey(data, workers=workers)
    Console().print(room.table(facts))
    draw(facts, out, title=str(data))
    typer.echo(room.summary(facts, most=1000))
    typer.echo(f"wrote {out}")


@app.command()
def prepare(
    data: Data,
    cache: Cache = DEFAULT_CACHE,
    workers: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
) -> None:
    """Index a data set and cache its frames; goes on where it was interrupted."""
    from training import prepare as room

    index, broken = room.prepare(data, cache, workers=workers)
    room.write_index(index, broken, cache / "index.json")
    typer.echo(f"{len(index)} clips ready, {len(broken)} broken; index in {cache / 'index.json'}")
    for path, reason in broken.items():
        typer.echo(f"  {path}: {reason}")


@app.command()
def pretrain(
    data: Data,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("runs/pose.safetensors"),
    cache: Cache = DEFAULT_CACHE,
    epochs: Annotated[int, typer.Option(help="Times every picture is seen.")] = 6,
    learning_rate: Annotated[float, typer.Option(help="Its peak.")] = 2e-3,
    start_from: Annotated[Path | None, typer.Option(help="Go on from these weights.")] = None,
) -> None:
    """Teach the pose network where the joints are."""
    from training.pretrain import PretrainSettings
    from training.pretrain import pretrain as run

    settings = PretrainSettings(epochs=epochs, learning_rate=learning_rate)
    run(data, cache, out, settings, start_from=start_from)


@app.command()
def encode(
    data: Data,
    pose: Pose = Path("runs/pose.safetensors"),
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("runs/bank"),
    cache: Cache = DEFAULT_CACHE,
    copies: Annotated[int, typer.Option(help="Varied windows of each training clip.")] = 5,
) -> None:
    """Show the frozen encoder every window once; goes on where it was interrupted."""
    from har_live.types import ClipSpec
    from training.encode import EncodeSettings, encode_all
    from training.prepare import CacheSettings

    spec = ClipSpec(image_size=CacheSettings().image_size)
    encode_all(data, cache, pose, out, spec, EncodeSettings(clip_copies=copies))


@app.command()
def train(
    bank: Annotated[Path, typer.Argument(help="Folder from `encode`.")] = Path("runs/bank"),
    out: Annotated[Path, typer.Option(help="Folder to write; its name is the weights' name.")] = (
        Path("runs/everyday-lrcn")
    ),
    architecture: Annotated[str, typer.Option(help="lrcn or convlstm.")] = "lrcn",
    pose: Pose = Path("runs/pose.safetensors"),
    epochs: Annotated[int | None, typer.Option(help="Times the bank is gone through.")] = None,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Train the recurrent part and write OUT/weights, ready for `har-live --weights`."""
    from har_live.types import ClipSpec
    from training.encode import load_banks
    from training.export import export_weights
    from training.prepare import CacheSettings
    from training.train import SETTINGS
    from training.train import train as run

    settings = SETTINGS[architecture]
    settings = dataclasses.replace(settings, seed=seed, epochs=epochs or settings.epochs)
    spec = ClipSpec(image_size=CacheSettings().image_size)
    trained = run(*load_banks(bank), pose, out, spec, settings)
    export_weights(trained.model, trained.card, out / "weights")
    for name, value in trained.measures.items():
        typer.echo(f"{name:32} {value:.3f}")


@app.command("train-pixels")
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
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it was stopped.")] = False,
    accelerator: Annotated[str, typer.Option(help="auto, cpu, gpu, mps, …")] = "auto",
    devices: Annotated[int, typer.Option(help="Processes on each machine.")] = 1,
    num_nodes: Annotated[int, typer.Option(help="Machines; start this on each of them.")] = 1,
    precision: Annotated[str, typer.Option(help="32-true, 16-mixed or bf16-mixed.")] = "32-true",
    workers: Annotated[int, typer.Option(help="Processes that read clips, per device.")] = 0,
) -> None:
    """Train a network on the pictures themselves and write weights for `har-live --weights`."""
    from training import pixels as room
    from training.fit import FitSettings, Machines

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
        data, cache, chosen.clip, labels=_names(labels), leaky=leaky_split, show_progress=True
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


@app.command()
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
    accelerator: Annotated[str, typer.Option(help="auto, cpu, gpu, mps, …")] = "auto",
    precision: Annotated[str, typer.Option(help="32-true, 16-mixed or bf16-mixed.")] = "32-true",
    workers: Annotated[int, typer.Option(help="Processes that read clips.")] = 0,
) -> None:
    """Train networks on one split with the same seeds: table, curves, confusion, the best."""
    from rich.console import Console

    from training import compare as room
    from training.fit import FitSettings, Machines
    from training.report import table, write_report

    contest = room.Contest(
        data,
        tuple(_names(presets)),
        seeds,
        tuple(_names(labels)),
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


@app.command()
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
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
) -> None:
    """Teach weights your own actions, from a folder of clips; their frame encoder is kept."""
    from har_live.card import open_weights
    from training import adapt as room

    fit = dataclasses.replace(room.FEW_CLIPS, epochs=epochs, seed=seed)
    settings = room.AdaptSettings(copies=copies, fit=fit)
    known = open_weights(weights)
    _say_kept(room.adapt(data, known, out, cache, settings, labels=_names(labels)))


@app.command()
def evaluate(
    weights: Annotated[str, typer.Argument(help="Name of shipped weights, or a folder.")],
    data: Data,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write figures here.")] = None,
    split: Annotated[str, typer.Option(help="train, val, or all.")] = "val",
    fps: Annotated[float | None, typer.Option(help="Play at this rate; default: own.")] = None,
    confusion_file: Annotated[
        Path | None, typer.Option("--confusion", help="Draw the confusion matrix here.")
    ] = None,
) -> None:
    """Measure weights on clips, through the same Recognizer that runs live."""
    from har_live.recognizer import Recognizer
    from training import evaluate as room
    from training.plots import draw_confusion

    recognizer = Recognizer(weights)
    answers = room.answers_of(recognizer, data, split="" if split == "all" else split, fps=fps)
    figures = room.figures(answers)
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


@app.command()
def ship(
    trained: Annotated[Path, typer.Argument(help="Folder from `train`.")],
    folder: Annotated[Path, typer.Argument(help="Weights folder to write, as weights/NAME.")],
    data: Annotated[Path, typer.Option(help="Its val split is measured.")],
    notes: Annotated[Path, typer.Option(help="Markdown: intended use, limits.")],
) -> None:
    """Measure trained weights and write their card, README and pictures beside them."""
    from training.ship import ship as run

    reached = run(trained, data, folder, notes=notes)
    typer.echo(json.dumps({key: reached[key] for key in ("top1", "ece", "datasets")}, indent=2))


def _names(labels: str) -> list[str]:
    return [label.strip() for label in labels.split(",") if label.strip()]


def _say_kept(weights: Weights) -> None:
    """What was reached, and how to use it."""
    typer.echo(weights.card.accuracy)
    typer.echo(f"har-live live --weights {weights.folder}")


def main() -> None:
    try:
        app()
    except HarLiveError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
