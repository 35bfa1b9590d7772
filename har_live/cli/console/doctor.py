"""Printing of doctor's checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from har_live.cli.console.terminal import answers, print_json, print_table

if TYPE_CHECKING:
    from har_live.doctor import Check

_STATUS_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def print_checks(checks: Sequence[Check], *, main_job_runs: bool, as_json: bool) -> None:
    """Print doctor's findings: a line for each check, below it the command that mends it."""
    if as_json:
        print_json(
            {
                "format": "har-live-doctor",
                "version": 1,
                "main_job_runs": main_job_runs,
                "checks": [asdict(check) for check in checks],
            }
        )
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        status = Text(check.status, _STATUS_STYLES[check.status])
        table.add_row(check.name, status, Text(check.detail))
        if check.remedy:
            table.add_row("", "", Text(f"→ {check.remedy}", "bold"))
    print_table(table)
    verdict = "har-live can recognize actions here" if main_job_runs else "har-live can't work here"
    answers.print(f"\n{verdict}", style="green" if main_job_runs else "bold red")
