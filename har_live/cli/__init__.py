"""The command line: reads options, calls one function, prints. No logic lives here."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from har_live import __version__
from har_live.cli.annotate import annotate
from har_live.cli.archive import archive
from har_live.cli.bench import bench
from har_live.cli.cameras import cameras
from har_live.cli.demo import demo
from har_live.cli.doctor import doctor
from har_live.cli.fleet import fleet
from har_live.cli.live import live
from har_live.cli.models import models
from har_live.cli.option_groups import with_groups
from har_live.cli.predict import predict
from har_live.cli.serve import serve
from har_live.cli.teach import teach
from har_live.console_letters import write_stand_ins
from har_live.errors import HarLiveError
from har_live.opencv import explain_import_error
from har_live.standard_output import answers_arrive

app = typer.Typer(
    name="har-live",
    help="Sees, live and on the picture, what people are doing and how sure it is.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    live,
    annotate,
    predict,
    archive,
    fleet,
    teach,
    serve,
    demo,
    models,
    cameras,
    doctor,
    bench,
):
    app.command()(with_groups(command))


@dataclass
class _Run:
    """Options given before the command."""

    shows_traceback: bool = False


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"har-live {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of errors.")] = False,
) -> None:
    context.ensure_object(_Run).shows_traceback = debug
    logging.basicConfig(
        level=logging.INFO if debug else logging.WARNING, format="har-live: %(message)s"
    )
    logging.getLogger("libav").setLevel(logging.CRITICAL)


def main() -> None:
    """Run a command: every expected error becomes one line and exit code 1."""
    # Threads of PyTorch that wait by spinning make it ten times slower on a core that is busy.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    write_stand_ins()
    run = _Run()
    try:
        with answers_arrive():
            app(obj=run)
    except (HarLiveError, ImportError) as error:
        line = explain_import_error(error) if isinstance(error, ImportError) else str(error)
        if line is None or run.shows_traceback:
            raise
        typer.echo(f"har-live: {line}", err=True)
        sys.exit(1)
