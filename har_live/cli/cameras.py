"""``har-live cameras``."""

from __future__ import annotations

import typer

from har_live.cli.options import JsonOption


def cameras(as_json: JsonOption = False) -> None:
    """List the cameras of this machine: number, name; under Linux also sizes, in use or not."""
    from har_live.cli.console.cameras import print_cameras
    from har_live.sources.camera_list import list_cameras

    found = list_cameras()
    print_cameras(found, as_json=as_json)
    if not found:
        raise typer.Exit(1)
