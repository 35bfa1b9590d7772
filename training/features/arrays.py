"""Arrays of windows, kept in one file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np


@dataclass
class SavedArrays:
    """A dataclass whose fields are all arrays."""

    def save(self, path: Path) -> None:
        """Write the file; it is there only once it is complete."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})
        unfinished.rename(path)
