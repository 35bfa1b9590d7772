"""The tables that the journal becomes: JSON Lines and Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from har_live.errors import SinkError
from har_live.sinks.event_formats import SIDES
from har_live.sinks.file_checks import put_in_place, reason, sync

NUM_ROWS = 10_000
"""Rows that are put into Parquet at a time."""


def write_tables(folder: Path, header: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    """Write both tables; each has its name once it is complete.

    Args:
        lines: the journal's, of the videos that are wanted, in the order in which they are.

    Raises:
        SinkError: one can't be written.
    """
    _write(folder / "segments.jsonl", lambda part: _write_json(part, header, lines))
    _write(folder / "segments.parquet", lambda part: _write_parquet(part, header, lines))


def _write(path: Path, write: Callable[[Path], None]) -> None:
    # Nobody else writes it: the journal is held.
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        write(part)
        sync(part)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SinkError(f"can't write {path}: {reason(error)}") from error
    put_in_place(part, path, overwrite=True)


def _rows(lines: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for line in lines:
        told = {"video": line["video"], "video_duration_seconds": line["duration_seconds"]}
        for segment in line["segments"]:
            yield told | segment


def _write_json(part: Path, header: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    # A letter that is none (half a file name in another code page) as in the journal.
    with part.open("w", encoding="utf-8", errors="backslashreplace") as file:
        for value in (header, *_rows(lines)):
            file.write(json.dumps(value, ensure_ascii=False) + "\n")


def _write_parquet(part: Path, header: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number, text = pa.float64(), pa.string()
    columns = [
        ("video", pa.dictionary(pa.int32(), text)),
        ("video_duration_seconds", number),
        ("start_seconds", number),
        ("end_seconds", number),
        ("label", pa.dictionary(pa.int32(), text)),
        ("mean_confidence", number),
        ("peak_confidence", number),
        ("person", pa.int32()),
        *((side, number) for side in SIDES),
    ]
    told = {name: json.dumps(value, ensure_ascii=False) for name, value in header.items()}
    schema = pa.schema(columns, metadata=told)
    rows = [_with_sides(row) for row in _rows(lines)]
    with pq.ParquetWriter(part, schema) as writer:
        for start in range(0, len(rows), NUM_ROWS):
            some = rows[start : start + NUM_ROWS]
            writer.write_table(pa.Table.from_pylist(some, schema=schema))


def _with_sides(row: dict[str, Any]) -> dict[str, Any]:
    video = row["video"].encode("utf-8", "backslashreplace").decode("utf-8")
    sides = dict(zip(SIDES, row["box"] or [None] * len(SIDES), strict=True))
    return row | sides | {"video": video}
