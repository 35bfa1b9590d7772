"""The commands for one's own data: fetched, shown, trained on, compared, adapted to."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from har_live.card import DEFAULT_WEIGHTS
from training.commands.options import (
    DEFAULT_CACHE,
    Cache,
    Data,
    Omit,
    Out,
    PictureFile,
    Seed,
    Workers,
    can_be_made,
    names_of,
    weights_exist,
)
from training.commands.output import print_table
from training.learn.fit_settings import ClipSettings, FitSettings, MachineSettings, NetworkSettings

if TYPE_CHECKING:
    from har_live.card import Weights

WeightsFolder = Annotated[Path, typer.Option(help="Weights folder to write.", callback=can_be_made)]


def fetch(
    name: Annotated[str, typer.Argument(help="ucf50, ucf101 or hmdb51.")],
    folder: Annotated[Path, typer.Argument(help="Where to put it.", callback=can_be_made)],
    base_url: Annotated[str | None, typer.Option(help="A mirror that has the same files.")] = None,
) -> None:
    """Download a public data set from its own home; goes on where it was interrupted."""
    from training.data.fetch import DOWNLOADS
    from training.data.fetch import fetch as download

    if name not in DOWNLOADS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(DOWNLOADS)}")
    data_set = DOWNLOADS[name]
    typer.echo(f"{name} from {base_url or data_set.home} ({data_set.terms})")
    download(data_set, folder, base_url=base_url)
    typer.echo(f"python -m training show {folder}")


def show(data: Data, out: PictureFile = Path("show.png"), workers: Workers = None) -> None:
    """Show what is in a data set: frames, balance, durations, frame rates, what can't be read."""
    from training.data.contact_sheet import draw
    from training.data.show import summary, survey, table

    facts = survey(data, workers=workers)
    print_table(table(facts))
    draw(facts, out, title=str(data))
    typer.echo(summary(facts, most=1000))
    typer.echo(f"wrote {out}")


def prepare(data: Data, cache: Cache = DEFAULT_CACHE, workers: Workers = None) -> None:
    """Index a data set and cache its frames; goes on where it was interrupted."""
    from training.data.prepare import prepare as cache_all
    from training.data.prepare import write_index

    index, broken = cache_all(data, cache, workers=workers)
    write_index(index, broken, cache / "index.json")
    typer.echo(f"{len(index)} clips ready, {len(broken)} broken; index in {cache / 'index.json'}")
    for path, reason in broken.items():
        typer.echo(f"  {path}: {reason}")


def train_pixels(
    data: Data,
    preset: Annotated[
        str, typer.Option(help="seed-lrcn, seed-convlstm, or weights whose network to train.")
    ] = "seed-lrcn",
    out: WeightsFolder = Path("runs/mine"),
    cache: Cache = DEFAULT_CACHE,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it was stopped.")] = False,
    clips: ClipSettings = ClipSettings(),
    fit: FitSettings = FitSettings(),
    machines: MachineSettings = MachineSettings(),
) -> None:
    """Train a network on the pictures themselves and write weights for `har-live --weights`."""
    from training.learn.presets import preset_of

    network = preset_of(preset, grid_fps=clips.grid_fps)
    from training.learn.clips import gather, keep
    from training.learn.pixels import VARIED, card_of, train_on

    material = gather(
        data, cache, network.clip, labels=clips.labels, leaky=clips.leaky_split, show_progress=True
    )
    trained = train_on(
        material,
        network,
        out / "run",
        fit,
        machines,
        variation=VARIED if clips.varied else None,
        resume=resume,
        show_progress=True,
    )
    if trained is not None:
        _say_kept(keep(*trained, material, card_of(out.name, network, material), out))


def compare(
    data: Data,
    out: Out = Path("runs/compare"),
    cache: Cache = DEFAULT_CACHE,
    networks: NetworkSettings = NetworkSettings(),
    clips: ClipSettings = ClipSettings(),
    fit: Annotated[FitSettings, Omit(("patience", "seed"))] = FitSettings(),
    machines: Annotated[MachineSettings, Omit(("devices", "num_nodes"))] = MachineSettings(),
) -> None:
    """Train networks on one split with the same seeds: table, curves, confusion, the best.

    With --leaky-split each is also trained with groups ignored, beside it.
    """
    from dataclasses import replace

    from training.learn.presets import preset_of

    for name in networks.presets:
        preset_of(name)
    from training.learn.compare import Comparison, choose
    from training.learn.compare import compare as train_all
    from training.learn.report import table, write_report

    fit = replace(fit, patience=fit.epochs)  # each trains as long as every other
    comparison = Comparison(data, networks, clips, fit, machines)
    contenders = train_all(comparison, cache, out, show_progress=True)
    command = shlex.join(["python", "-m", "training", *sys.argv[1:]])
    write_report(comparison, contenders, out, command=command)
    print_table(table(contenders))
    best, reason = choose(contenders)
    typer.echo(f"best: {best.name}: {reason}; {out / 'report.md'}")


def adapt(
    data: Data,
    weights: Annotated[
        str, typer.Option(help="Name of shipped weights, or a folder.", callback=weights_exist)
    ] = DEFAULT_WEIGHTS,
    out: WeightsFolder = Path("runs/mine"),
    labels: Annotated[str, typer.Option(help="Only these, with commas between.")] = "",
    seed: Seed = 0,
) -> None:
    """Teach weights that read joints your own actions, from a folder of clips in any layout.

    Every clip is looked at once: what is found is kept in OUT/takes. As `har-live teach --from`.
    """
    from training.data.layouts import read_clips
    from training.data.split import choose_labels

    root, clips = read_clips(data)
    chosen = choose_labels(clips, names_of(labels))
    from har_live import Recordings, teach
    from har_live.cli.console.lesson import lesson_bar
    from har_live.lessons.folders import LabelledClip
    from har_live.lessons.learn import open_base
    from har_live.lessons.lesson import add_clips
    from har_live.scorers import open_finder

    base, recordings = open_base(weights), Recordings(out / "takes")
    videos = [LabelledClip(clip.label, clip.group, root / clip.path) for clip in chosen]
    with lesson_bar() as on_progress:
        add_clips(recordings, videos, open_finder(), base.card, on_progress=on_progress)
        made = teach(
            recordings, out.name, weights=base, folder=out, seed=seed, on_progress=on_progress
        )
    _say_kept(made)


def _say_kept(weights: Weights) -> None:
    """Say what was reached, and how to use it."""
    typer.echo(weights.card.accuracy)
    typer.echo(f"har-live live --weights {weights.folder}")
