"""``har-live doctor``."""

from __future__ import annotations

import typer

from har_live.cli.options import JsonOption


def doctor(as_json: JsonOption = False) -> None:
    """Check everything that har-live needs here, and say what mends what is amiss."""
    from har_live.cli.console.doctor import print_checks
    from har_live.cli.console.progress import while_checking
    from har_live.doctor import examine, main_job_runs

    with while_checking() as on_name:
        checks = list(examine(on_name))
    runs = main_job_runs(checks)
    print_checks(checks, main_job_runs=runs, as_json=as_json)
    if not runs:
        raise typer.Exit(1)
