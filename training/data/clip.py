"""One labelled video of a data set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Clip:
    """One labelled video."""

    path: str
    """Relative to the data folder."""
    dataset: str
    label: str
    group: str
    """The scene or person it was cut from: never on both sides of a split."""
    split: str = ""
    """``train``, ``val``, the name of a part used for neither (``test``, ``unused``), or empty
    where the data set has no split of its own."""
