"""Arrays of windows, kept in one file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass
class SavedArrays:
    """A dataclass whose fields are all arrays of the same number of rows: windows."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def rows(self, chosen: NDArray[np.bool_]) -> Self:
        """The windows where ``chosen``, (N,), is true."""
        return type(self)(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def save(self, path: Path) -> None:
        """Write the file; it is there only once it is complete."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".tmp")
        with unfinished.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})
        unfinished.rename(path)

    @classmethod
    def load(cls, path: Path, *, unread: str = "") -> Self:
        """Read a file; the array named ``unread`` is left empty, (N, 0), to save memory."""
        with np.load(path) as data:
            arrays = {f.name: data[f.name] for f in fields(cls) if f.name != unread}
        if unread:
            num_rows = len(next(iter(arrays.values())))
            arrays[unread] = np.zeros((num_rows, 0), np.float16)
        return cls(**arrays)
