"""Looks of the performers: builds, skins, hair and clothes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from training.figure.skeleton import Proportions

Colour = tuple[int, int, int]
"""RGB, 0–255, as it looks in full light."""

_BROAD = Proportions()
_SLENDER = Proportions(shoulder_half_width=0.158, hip_half_width=0.09)


@dataclass(frozen=True, slots=True)
class Hair:
    """A shell over the skull between crown and hairline; heights in metres from head centre."""

    colour: Colour
    front: float = 0.072
    """Hairline over the forehead."""
    side: float = 0.0
    """Hairline before the ears."""
    back: float = -0.075
    """Hairline in the neck."""
    thickness: float = 0.012
    fall: float = 0.0
    """Length of hair below the neck's hairline at the back."""
    bun: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One person as dressed."""

    skin: Colour
    hair: Hair
    top: Colour
    trousers: Colour
    shoes: Colour
    sole: Colour = (235, 232, 226)
    stripe: Colour | None = None
    """Colour of a band across the chest and of its like on the sleeves."""
    sleeves: Literal["short", "long"] = "short"
    legs: Literal["long", "short"] = "long"
    stature_m: float = 1.75
    girth: float = 1.0
    """Width of trunk and limbs against the standard ones."""
    waist: float = 1.0
    """Width of the waist alone."""
    body: Proportions = field(default=_BROAD)


LOOKS = {
    "ben": Look(
        skin=(226, 176, 146),
        hair=Hair((74, 48, 33)),
        top=(46, 96, 160),
        trousers=(52, 58, 74),
        shoes=(196, 60, 52),
    ),
    "amara": Look(
        skin=(122, 78, 54),
        hair=Hair((30, 23, 22), front=0.078, thickness=0.016, bun=True),
        top=(232, 176, 52),
        trousers=(42, 62, 104),
        shoes=(236, 232, 226),
        stature_m=1.68,
        girth=0.93,
        waist=0.88,
        body=_SLENDER,
    ),
    "li": Look(
        skin=(236, 194, 160),
        hair=Hair((28, 25, 28), front=0.062, side=-0.02, thickness=0.016),
        top=(196, 64, 60),
        trousers=(66, 66, 68),
        shoes=(48, 50, 58),
        stripe=(238, 232, 224),
        stature_m=1.72,
        girth=0.97,
    ),
    "sofia": Look(
        skin=(222, 166, 130),
        hair=Hair((110, 64, 34), front=0.07, side=-0.05, back=-0.1, thickness=0.018, fall=0.17),
        top=(58, 140, 112),
        trousers=(38, 42, 54),
        shoes=(230, 226, 220),
        sleeves="long",
        stature_m=1.66,
        girth=0.92,
        waist=0.87,
        body=_SLENDER,
    ),
    "omar": Look(
        skin=(168, 116, 82),
        hair=Hair((34, 27, 25), front=0.08, side=0.01, thickness=0.007),
        top=(226, 224, 218),
        trousers=(106, 92, 72),
        shoes=(70, 52, 42),
        sleeves="long",
        stature_m=1.82,
        girth=1.05,
        waist=1.06,
    ),
    "kim": Look(
        skin=(240, 202, 174),
        hair=Hair((206, 166, 96), front=0.068, side=-0.01, thickness=0.014),
        top=(64, 64, 70),
        trousers=(34, 72, 122),
        shoes=(60, 170, 140),
        stripe=(86, 190, 176),
        legs="short",
        stature_m=1.78,
    ),
}
