"""The command that makes the pose networks' weights of the published ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.commands.options import Out


def import_pose(
    models: Annotated[
        Path, typer.Argument(help="Folder of the published files.", exists=True, file_okay=False)
    ],
    out: Out = Path("weights/pose"),
    pictures: Annotated[
        Path | None,
        typer.Option(help="Tar of photos to compare on; default: ../stills/people.tar of MODELS."),
    ] = None,
) -> None:
    """Read the published pose networks into ours, compare them, and write them as weights."""
    from training.import_pose import import_pose as run

    run(models, out, pictures=pictures or models.parent / "stills" / "people.tar")
    for path in sorted(out.iterdir()):
        typer.echo(f"{path}  {path.stat().st_size:,} bytes")
