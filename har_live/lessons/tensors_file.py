"""A safetensors file as bytes: where each tensor lies, and others written in its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

KINDS: dict[str, np.dtype[np.floating]] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}
"""Kinds of numbers by their names in safetensors: their names in NumPy."""


class Place(NamedTuple):
    """The place of a tensor's bytes in a safetensors file."""

    kind: str
    shape: tuple[int, ...]
    offset: int
    """Bytes from the start of the file."""
    length: int
    """Number of bytes."""


def read_places(path: Path) -> dict[str, Place]:
    """Read where each tensor of a safetensors file lies."""
    with path.open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_length))
    header.pop("__metadata__", None)
    start = 8 + header_length
    return {
        name: Place(
            entry["dtype"],
            tuple(entry["shape"]),
            start + entry["data_offsets"][0],
            entry["data_offsets"][1] - entry["data_offsets"][0],
        )
        for name, entry in header.items()
    }


def values_at(data: bytes, place: Place) -> NDArray[np.float32]:
    """Read one tensor of a file's bytes, as full floats."""
    kind = KINDS[place.kind]
    stored = np.frombuffer(data, kind, place.length // kind.itemsize, place.offset)
    return stored.reshape(place.shape).astype(np.float32)


def with_values(path: Path, changed: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return a safetensors file with other values, each in the kind of number that it had.

    Args:
        path: of the file.
        changed: tensor → values, of any shape.
    """
    data, header, parts = path.read_bytes(), {}, []
    end = 0
    for name, place in sorted(read_places(path).items(), key=lambda item: item[1].offset):
        shape, part = place.shape, data[place.offset : place.offset + place.length]
        if name in changed:
            shape, part = changed[name].shape, changed[name].astype(KINDS[place.kind]).tobytes()
        header[name] = {"dtype": place.kind, "shape": shape, "data_offsets": [end, end + len(part)]}
        parts.append(part)
        end += len(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)
