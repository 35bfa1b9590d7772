"""The cameras of this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from har_live.cli.console.terminal import answers, print_json, print_note, print_table

if TYPE_CHECKING:
    from har_live.sources.camera_info import CameraInfo


def print_cameras(cameras: Sequence[CameraInfo], *, as_json: bool) -> None:
    """The cameras of this machine."""
    if as_json:
        print_json(
            {
                "format": "har-live-cameras",
                "version": 1,
                "cameras": [asdict(camera) for camera in cameras],
            }
        )
        return
    if not cameras:
        answers.print("no cameras found")
        print_note(
            "plug one in and check that the system sees it; a container needs "
            "--device /dev/video0, WSL needs usbipd, a virtual machine the camera handed to it"
        )
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "name", "state", "sizes"):
        table.add_column(heading, overflow="fold")
    for camera in cameras:
        state = f"{camera.state} by {camera.used_by}" if camera.used_by else camera.state
        sizes = ", ".join(f"{width}×{height}" for width, height in camera.sizes)
        table.add_row(str(camera.index), escape(camera.name), escape(state), sizes or "unknown")
    print_table(table)
