"""The command line: reads options, calls one function, prints. No logic lives here."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import typer

from har_live import __version__
from har_live.cli import bench, machine, videos
from har_live.errors import HarLiveError
from har_live.letters import write_stand_ins
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
    videos.live,
    videos.annotate,
    videos.predict,
    videos.demo,
    machine.models,
    machine.cameras,
    machine.doctor,
    bench.bench,
):
    app.command()(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"har-live {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of errors.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.INFO if debug else logging.WARNING, format="har-live: %(message)s"
    )
    logging.getLogger("libav").setLevel(logging.CRITICAL)


def main() -> None:
    """Entry point: every expected error becomes one line and exit code 1."""
    write_stand_ins()
    try:
        with answers_arrive():
            app()
    except HarLiveError as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"har-live: {error}", err=True)
        sys.exit(1)
    except ImportError as error:
        line = explain_import_error(error)
        if line is None or "--debug" in sys.argv:
            raise
        typer.echo(f"har-live: {line}", err=True)
        sys.exit(1)
