"""A lesson's progress and what it reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from har_live.cli.console.terminal import answers, notes, print_json, print_table
from har_live.label_names import readable

if TYPE_CHECKING:
    from har_live.card import Weights
    from har_live.lessons.report import Report


@contextmanager
def lesson_bar() -> Iterator[Callable[[str, float], None]]:
    """A bar from 0 to 1, and what is being done; silent when nobody watches a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def on_progress(doing: str, share: float) -> None:
            bar.update(task, description=escape(doing), completed=share)

        yield on_progress


def print_lesson(weights: Weights, report: Report, *, as_json: bool) -> None:
    """Print what was reached on takes that were held out, and what to do about it."""
    if as_json:
        values = {"name": weights.card.name, "folder": str(weights.folder), **report.to_values()}
        print_json({**values, "advice": report.advice()})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("action", "takes", "right", "taken for"):
        table.add_column(heading)
    for label, count in report.takes.items():
        others = [f"{readable(other)} {n}×" for one, other, n in report.mixed if one == label]
        right = f"{report.right[label]} of {report.held[label]}" if label in report.held else "–"
        table.add_row(escape(readable(label)), str(count), right, escape(", ".join(others)))
    print_table(table)
    answers.print(f"\n{weights.card.accuracy}", markup=False)
    if (alarms := report.alarms_an_hour) is not None:
        answers.print(f"false alarms an hour: {alarms:.0f}", markup=False)
    answers.print(f"next: {report.advice()}", markup=False)
    answers.print(f"har-live live --weights {weights.card.name}", markup=False)
