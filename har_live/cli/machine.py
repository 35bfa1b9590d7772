"""The commands that tell what is here: models, cameras, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from har_live.cli.options import JsonOption


def models(
    name: Annotated[
        str | None, typer.Argument(help="Show this one's card: a name, or a weights folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the weights that came with har-live, or show one's card."""
    from har_live.card import open_weights, shipped_weights
    from har_live.cli.console.weights import print_card, print_weights

    if name is None:
        print_weights([open_weights(n) for n in shipped_weights()], as_json=as_json)
    else:
        print_card(open_weights(name), as_json=as_json)


def cameras(as_json: JsonOption = False) -> None:
    """List the cameras of this machine: number, name; under Linux also sizes, in use or not."""
    from har_live.cli.console.cameras import print_cameras
    from har_live.sources.camera_list import list_cameras

    found = list_cameras()
    print_cameras(found, as_json=as_json)
    if not found:
        raise typer.Exit(1)


def doctor(as_json: JsonOption = False) -> None:
    """Check everything that har-live needs here, and say what mends what is amiss."""
    from har_live.cli.console.checks import print_checks
    from har_live.cli.console.progress import while_checking
    from har_live.doctor import examine, main_job_runs

    with while_checking() as on_name:
        checks = list(examine(on_name))
    runs = main_job_runs(checks)
    print_checks(checks, main_job_runs=runs, as_json=as_json)
    if not runs:
        raise typer.Exit(1)
