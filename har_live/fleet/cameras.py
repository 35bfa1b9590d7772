"""The file that says which cameras there are.

::

    [[camera]]
    name = "door"                                  # in tables, metrics and topics; unlike any other
    source = "rtsp://user:password@host/stream"    # as for `har-live live`
    events = ["/srv/door.jsonl", "mqtt://broker/home"]   # as `--events`; may be left out

It is read once, where a fleet begins. Names of files may ask for the time (``door-%Y%m%d.jsonl``);
files that exist are gone on with. A relative path is seen from where the node was started.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from har_live.errors import SinkError, SourceError
from har_live.redact import redact
from har_live.sinks.file_checks import reason
from har_live.sinks.kinds import check_kind, is_video
from har_live.sources.kinds import kind_of

_KEYS = {"name", "source", "events"}


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera, and who is told of it."""

    name: str
    source: str = field(repr=False)
    """As for ``open_source``; may hold secrets."""
    events: tuple[str, ...] = field(default=(), repr=False)
    """Files and addresses that are told what is seen; may hold secrets."""


def read_cameras(path: Path) -> list[Camera]:
    """Read the file.

    Raises:
        SourceError: it can't be read, or says something that can't be understood; one line that
            tells where, without what may be secret.
    """
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except OSError as error:
        raise SourceError(f"{path} can't be read: {reason(error)}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} is no TOML: {error}") from error
    try:
        return _cameras(values)
    except ValueError as error:
        raise SourceError(f"{path}: {redact(str(error))}") from error


def _cameras(values: dict[str, Any]) -> list[Camera]:
    rows = values.pop("camera", [])
    if values:
        raise ValueError(f"{next(iter(values))!r} is unknown; expected [[camera]] alone")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        raise ValueError("it names no cameras; expected [[camera]], with name and source, for each")
    cameras: list[Camera] = []
    for number, row in enumerate(rows, 1):
        camera = _camera(row, f"camera {number}")
        if camera.name in {other.name for other in cameras}:
            raise ValueError(f"two cameras are named {camera.name!r}; give each a name of its own")
        cameras.append(camera)
    return cameras


def _camera(row: dict[str, Any], which: str) -> Camera:
    unknown = sorted(row.keys() - _KEYS)
    if unknown:
        raise ValueError(f"{which}: {unknown[0]!r} is unknown; expected name, source, events")
    for key in ("name", "source"):
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ValueError(f'{which} has no {key}; expected {key} = "…"')
    events = row.get("events", [])
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise ValueError(f'{which}: events is no list of texts; expected ["out.jsonl"]')
    if any(map(is_video, events)):
        raise ValueError(f"{which}: events has a video; expected files of segments and addresses")
    for event in events:
        try:
            check_kind(event)
        except SinkError as error:
            raise ValueError(f"{which}: {error}") from error
    if kind_of(row["source"]).reads_stdin:
        raise ValueError(f"{which}: standard input can't be watched on a node; give an address")
    return Camera(row["name"], row["source"], tuple(events))
