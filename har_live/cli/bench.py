"""The command that measures: bench."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.card import DEFAULT_WEIGHTS
from har_live.cli.options import OverwriteOption


def bench(
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights", "-w", help=f"Name or folder. Repeatable. Default: {DEFAULT_WEIGHTS}."
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.01, max=3600, help="Seconds that each measurement takes.")
    ] = 3.0,
    quick: Annotated[bool, typer.Option("--quick", help="Roughly, in half a minute.")] = False,
    only: Annotated[  # Typer knows no lists of choices
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Measure this alone: grid-frame, anew, streams, file, latency or process. "
            "Repeatable.",
        ),
    ] = None,
    capacity: Annotated[
        bool,
        typer.Option(
            "--capacity",
            help="Measure what 1, 4, 16 and 64 cameras take, for minutes, and calculate "
            "thousands; nothing else.",
        ),
    ] = False,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to this file.")
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Measure what har-live costs here: a grid frame, a window, a file, a label, a start."""
    from har_live.bench.capacity import capacity_rows
    from har_live.bench.rows import Report
    from har_live.bench.run import measure
    from har_live.bench.table import machine_table, rows_table
    from har_live.bench.timing import QUICK, Effort
    from har_live.card import open_weights
    from har_live.cli.console.progress import while_checking
    from har_live.cli.console.terminal import answers, print_note
    from har_live.doctor import machine
    from har_live.sinks.file_checks import check_target

    if json_path is not None:
        check_target(json_path, overwrite=overwrite)
    opened = [open_weights(name) for name in weights or [DEFAULT_WEIGHTS]]
    effort = QUICK if quick else Effort(seconds=seconds)
    with while_checking() as on_name:
        about = machine()
        try:
            rows = (
                capacity_rows(opened[0], on_name=on_name)
                if capacity
                else measure(opened, effort=effort, only=only or (), on_name=on_name)
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        report = Report(about, effort, tuple(rows))
    answers.print(machine_table(report.machine), rows_table(report.rows), soft_wrap=False)
    if json_path is not None:
        report.write(json_path, overwrite=overwrite)
        print_note(f"wrote {json_path}")
