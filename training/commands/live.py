"""The commands that measure and tune live behaviour."""

from __future__ import annotations

import dataclasses
import json
import platform
from pathlib import Path
from typing import Annotated

import typer

from training.commands.options import (
    Data,
    JsonFile,
    Omit,
    Out,
    Seed,
    Split,
    WeightsName,
    chosen_split,
    data_exist,
    folder_exists,
    names_of,
)
from training.commands.output import print_table
from training.commands.recipe import Joints
from training.learn.fit_settings import MachineSettings
from training.recipe.train_settings import TrainSettings
from training.settings import Range

StreamSeconds = Range(1, 86_400)

WriteCard = Annotated[bool, typer.Option("--write-card", help="Put it into the weights' card.")]


def evaluate_live(
    weights: WeightsName,
    data: Annotated[
        Path | None,
        typer.Argument(help="As in evaluate; without it, the figure alone.", callback=data_exist),
    ] = None,
    json_file: JsonFile = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the timelines here.", callback=folder_exists)
    ] = None,
    seconds: Annotated[
        float, StreamSeconds, typer.Option(help="Length of each stream, about.")
    ] = 45.0,
    split: Split = "val",
    one_camera: Annotated[
        bool, typer.Option("--one-camera", help="Cuts only where the action changes.")
    ] = False,
    cut_reset: Annotated[
        bool, typer.Option("--cut-reset/--no-cut-reset", help="As in `har-live live`.")
    ] = True,
    write_card: WriteCard = False,
    seed: Seed = 0,
) -> None:
    """Measure weights as they behave live: how soon, how steady, how often wrong."""
    from har_live.card import open_weights
    from har_live.recognizer import Recognizer
    from training.live import report as room
    from training.live.evaluate import play_all
    from training.live.plot import draw_timelines
    from training.live.stream_builder import StreamSettings
    from training.ship.live_card import write_live

    opened = open_weights(weights)
    recognizer = Recognizer(opened, cut_reset=cut_reset)
    settings = StreamSettings(seconds, seed, chosen_split(split), one_camera)
    played = play_all(recognizer, data, settings)
    said = {"weights": recognizer.card.name, "cut_reset": cut_reset, "one_camera": one_camera}
    reached = {**said, **room.figures(played)}
    print_table(room.table(reached))
    if json_file is not None:
        json_file.write_text(json.dumps(reached, indent=2, ensure_ascii=False), "utf-8")
    if write_card:
        command = f"python -m training evaluate-live {recognizer.card.name} DATA"
        command += f" --seconds {seconds:g} --split {split} --seed {seed}"
        command += " --one-camera" * one_camera + " --no-cut-reset" * (not cut_reset)
        machine = f"{platform.machine()}, {recognizer.runs_on}"
        write_live(opened, reached, command=command, machine=machine)
    if picture is not None:
        title = f"{recognizer.card.name}, live: what people did, and what was shown"
        draw_timelines(room.rows(played), recognizer.labels, picture, title=title)


def tune_live(
    weights: WeightsName,
    data: Data,
    seconds: Annotated[
        float, StreamSeconds, typer.Option(help="Length of each stream, about.")
    ] = 45.0,
    split: Split = "val",
    write_card: WriteCard = False,
    seed: Seed = 0,
) -> None:
    """Choose average, thresholds and hold on live streams of two halves of the groups."""
    from har_live.card import open_weights
    from har_live.recognizer import Recognizer
    from training.live import tune as room
    from training.live.stream_builder import StreamSettings
    from training.ship.live_card import write_smoothing

    opened = open_weights(weights)
    recognizer = Recognizer(opened)
    settings = StreamSettings(seconds, seed, chosen_split(split), one_camera=True)
    halves = room.score_halves(recognizer, data, settings)
    tried = room.try_all(recognizer, halves, room.candidates(opened.card.smoothing))
    print_table(room.table(tried, room.FaultPrices()))
    best = room.best(tried, room.FaultPrices()).spec
    typer.echo(f"best: {best}")
    if write_card:
        write_smoothing(opened, best)


def check_live(
    weights: WeightsName,
    data: Data,
    write: Annotated[
        bool, typer.Option("--write", help="Measure several seeds and store the figures.")
    ] = False,
    seeds: Annotated[int, Range(2), typer.Option(help="With --write: how many, 2 or more.")] = 4,
    seconds: Annotated[
        float, StreamSeconds, typer.Option(help="With --write: of each stream, about.")
    ] = 25.0,
) -> None:
    """A minute and a half of live behaviour; fails where a figure fell by more than its noise."""
    from har_live.card import open_weights
    from har_live.recognizer import Recognizer
    from training.live import check as room
    from training.live.cache import with_memory

    opened = open_weights(weights)
    recognizer, file = with_memory(Recognizer(opened)), opened.folder / room.FILE
    if write:
        of_seeds = [
            room.play_short(recognizer, data, seconds=seconds, seed=seed) for seed in range(seeds)
        ]
        room.measured(of_seeds, seconds=seconds).write(file)
        typer.echo(file.read_text("utf-8"))
        return
    reference = room.Reference.read(file)
    now = room.play_short(recognizer, data, seconds=reference.seconds)
    for name, value in now.items():
        noise = reference.noise[name]
        typer.echo(f"{name:26} {value:7.3f}  was {reference.figures[name]:.3f} ± {noise:.3f}")
    if fallen := reference.fallen(now):
        typer.echo("\n".join(("fallen by more than noise:", *fallen)), err=True)
        raise typer.Exit(1)


def left_out(
    data: Data,
    labels: Annotated[str, typer.Option(help="Left out one at a time, with commas between.")],
    joints: Joints = Path("runs/joints"),
    out: Out = Path("runs/left-out"),
    settings: Annotated[TrainSettings, Omit(("without_labels",))] = TrainSettings(
        epochs=1, steps=600
    ),
    machines: MachineSettings = MachineSettings(),
    seconds: Annotated[
        float, StreamSeconds, typer.Option(help="Length of a stream, at most.")
    ] = 90.0,
    json_file: JsonFile = None,
) -> None:
    """Train without an action, then show it: is it told from the known, does it raise alarms?"""
    from training.live import left_out as room
    from training.live.stream_builder import StreamSettings

    streams = StreamSettings(seconds, settings.seed)
    met = []
    for label in names_of(labels):
        one = room.leave_out(
            label,
            data,
            joints,
            out / label,
            streams=streams,
            settings=settings,
            machines=machines,
        )
        met.append(one)
        by = ", ".join(f"{value:.2f} by {name}" for name, value in one.auroc.items())
        typer.echo(
            f"{label:24} {one.num_windows:4} windows: AUROC {by}; {one.seconds:.0f} s of it: "
            f"{one.false_alarms_per_hour:.0f} alarms an hour, quiet {one.share_of_time_quiet:.0%}, "
            f"taken for {one.taken_for}; of what was learnt {one.learnt_right:.0%} right"
        )
        if json_file is not None:
            text = json.dumps([dataclasses.asdict(one) for one in met], indent=2)
            json_file.write_text(text, "utf-8")
