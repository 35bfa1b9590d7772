"""The measured figures, each beside the figure it is compared with."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from har_live.errors import SinkError
from har_live.sinks.file_checks import check_target, put_in_place, reason, sync
from har_live.sinks.part_file import Part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from har_live.bench.timing import Effort


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and the one that it is to be seen beside."""

    subject: str
    """Thing measured: weights and what they run on, a file, a process."""
    name: str
    value: float
    unit: str
    against: float | None = None
    """Figure compared with, in the same unit; from the same run where it was measured."""
    against_name: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and self.value >= 0):
            raise ValueError(f"{self.name} is {self.value}; expected 0 or more")
        if self.against is not None and not (math.isfinite(self.against) and self.against > 0):
            raise ValueError(f"{self.against_name} is {self.against}; expected a positive number")

    @property
    def ratio(self) -> float | None:
        """The value divided by what it is seen beside."""
        return None if self.against is None else self.value / self.against


@dataclass(frozen=True, slots=True)
class Report:
    """One run of ``har-live bench``."""

    machine: Mapping[str, str]
    """The machine measured: name → one line."""
    effort: Effort
    rows: tuple[Row, ...]

    def to_json(self) -> str:
        """The text of a ``har-live-bench`` file: see ``har_live.bench``."""
        values: dict[str, Any] = {
            "format": "har-live-bench",
            "version": 1,
            "machine": dict(self.machine),
            "effort": asdict(self.effort),
            "rows": [{**asdict(row), "ratio": row.ratio} for row in self.rows],
        }
        return json.dumps(values, indent=2, ensure_ascii=False)

    def write(self, path: Path, *, overwrite: bool) -> None:
        """Write the JSON to a file; it has its name once it is complete.

        Raises:
            SinkError: it can't be written, or exists already.
        """
        check_target(path, overwrite=overwrite)
        part = Part(path, ".json")
        try:
            part.path.write_text(self.to_json() + "\n", "utf-8")
            sync(part.path)
        except OSError as error:
            part.discard()
            raise SinkError(f"can't write {path}: {reason(error)}") from error
        part.release()
        put_in_place(part.path, path, overwrite=overwrite)
