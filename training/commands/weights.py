"""The commands for weights that there are: measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from har_live.card import DEFAULT_WEIGHTS
from training.commands.options import (
    Data,
    JsonFile,
    Split,
    WeightsName,
    chosen_split,
    folder_exists,
    numbers_of,
)
from training.commands.output import print_table
from training.settings import Range

CAMERA_FPS = Range(1, 240)


def evaluate(
    weights: WeightsName,
    data: Data,
    json_file: JsonFile = None,
    split: Split = "val",
    rates: Annotated[str, typer.Option(help="Also at these frames a second: 10,15,24,30,60.")] = "",
    confusion_file: Annotated[
        Path | None,
        typer.Option("--confusion", help="Draw the confusion matrix here.", callback=folder_exists),
    ] = None,
) -> None:
    """Measure weights on clips, through the same Recognizer that runs live."""
    wanted = numbers_of(rates, CAMERA_FPS)
    from har_live.recognizer import Recognizer
    from training.measure.evaluate import answers_at, confusion
    from training.measure.evaluate import figures as figures_of
    from training.measure.evaluate import rates as at_rates
    from training.measure.plots import draw_confusion

    recognizer = Recognizer(weights)
    answers, *others = answers_at(recognizer, data, [None, *wanted], split=chosen_split(split))
    figures = figures_of(answers)
    figures["rates"] = at_rates(answers, dict(zip(wanted, others, strict=True)))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=2, ensure_ascii=False), "utf-8")
    if confusion_file is not None:
        draw_confusion(*confusion(answers), confusion_file)
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
    weights: WeightsName = DEFAULT_WEIGHTS,
    seconds: Annotated[float, Range(0.01, 3600), typer.Option(help="Of each measurement.")] = 3.0,
    json_file: JsonFile = None,
) -> None:
    """Measure the usual way, the encoder alone, ffmpeg and a published network beside ours."""
    import tempfile

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
    print_table(machine_table(report.machine))
    print_table(rows_table(report.rows))
    if json_file is not None:
        report.write(json_file, overwrite=True)


def bench_readme(
    seconds: Annotated[float, Range(0.01, 3600), typer.Option(help="Of each measurement.")] = 3.0,
) -> None:
    """Measure what the README says it costs, and write that into it."""
    from har_live.bench.table import rows_table
    from har_live.bench.timing import Effort
    from har_live.card import open_weights
    from training.bench.readme_speed import RECORD, measured, read_record, write_readme

    report = measured(open_weights(), Effort(seconds=seconds))
    print_table(rows_table(report.rows))
    report.write(RECORD, overwrite=True)
    write_readme(read_record())
