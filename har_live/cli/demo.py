"""The command ``demo``: what har-live does, without a camera."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.cli.annotate import OutputOptions, annotate_one
from har_live.cli.options import OverwriteOption, RecognizerOptions


def demo(
    output: Annotated[Path, typer.Argument(help="The video to write.")] = Path("demo.mp4"),
    recognizing: RecognizerOptions = RecognizerOptions(),
    overwrite: OverwriteOption = False,
) -> None:
    """Show what har-live does, without a camera: a drawn person acts, and is recognized."""
    annotate_one("figure", output, recognizing, OutputOptions(overwrite=overwrite))
