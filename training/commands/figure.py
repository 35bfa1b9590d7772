"""The commands that show the drawn person: the recording that ships, the README's pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.demo import FOLDER, TRUTH_FILE, VIDEO_FILE
from training.commands.options import Out


def bake_demo(
    out: Out = FOLDER,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where what is there differs.")
    ] = False,
) -> None:
    """Draw the person's performance and write it as the recording that `har-live demo` plays."""
    from training.figure import bake
    from training.figure.source import FigureSource

    if check:
        bake.check(FigureSource(), out)
        typer.echo(f"{out / VIDEO_FILE} shows what is drawn")
        return
    out.mkdir(parents=True, exist_ok=True)
    bake.bake(FigureSource(), out)
    for name in (VIDEO_FILE, TRUTH_FILE):
        typer.echo(f"{out / name}  {(out / name).stat().st_size:,} bytes")


def lesson_pictures(out: Out = Path(".github")) -> None:
    """Draw the README's pictures of a guided recording."""
    from training.ship.lesson_pictures import draw_lesson_pictures

    for path in draw_lesson_pictures(out):
        typer.echo(f"{path}  {path.stat().st_size:,} bytes")
