"""Left and right: which movement is which one's in a mirror."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIDES = re.compile(r"left|right", re.IGNORECASE)


def mirrored_name(label: str, labels: Sequence[str]) -> str | None:
    """Return the mirrored movement's label by its name: the other side's; None where nothing
    fits."""
    other = SIDES.sub(lambda side: _other_side(side[0]), label)
    return other if other in labels else None


def _other_side(side: str) -> str:
    other = "right" if side.lower() == "left" else "left"
    return other.upper() if side.isupper() else other.title() if side.istitle() else other


def mirrored_of(
    labels: Sequence[str],
    means: Sequence[NDArray[np.float32]],
    mirrored: Sequence[NDArray[np.float32]],
) -> dict[str, str]:
    """Return which label the movement of each label has in a mirror; what is told apart by its
    side alone has none, unless the names say left and right.

    Args:
        labels: of N takes.
        means: (S,) of each take, what the network sees of it.
        mirrored: the same of the take in a mirror.
    """
    names = sorted(set(labels))
    of = np.array([names.index(label) for label in labels])
    scale = np.std(np.stack(means), axis=0) + 1e-2
    seen, turned = np.stack(means) / scale, np.stack(mirrored) / scale
    centres = np.stack([seen[of == number].mean(axis=0) for number in range(len(names))])
    nearest = np.linalg.norm(turned[:, None] - centres, axis=2).argmin(axis=1)
    result = {}
    for number, name in enumerate(names):
        if SIDES.search(name):
            other = mirrored_name(name, names)
        else:
            other = name if np.mean(nearest[of == number] == number) > 0.5 else None
        if other is not None:
            result[name] = other
    return result
