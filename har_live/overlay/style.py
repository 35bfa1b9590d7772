"""Sizes and colours: one look from 160×120 to 4K."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from har_live.types import NONE, UNSURE

Color = tuple[int, int, int]
"""RGB, 0–255."""

PANEL: Color = (13, 16, 21)
PANEL_OPACITY = 0.84
TRACK: Color = (76, 82, 92)
WHITE: Color = (255, 255, 255)
TEXT: Color = (228, 231, 236)
DIM: Color = (172, 178, 188)
DARK: Color = (0, 0, 0)
GOOD: Color = (72, 207, 148)
BAD: Color = (255, 122, 92)
WARNING: Color = (255, 190, 60)
RECORDING: Color = (255, 69, 58)
UNSURE_COLOR: Color = (152, 155, 160)
NONE_COLOR: Color = (92, 116, 150)

# After Okabe and Ito: neighbours in the list differ in lightness as well as in hue, and all are
# light enough for dark text on them and for thin bars on the dark panel.
_BASE: tuple[Color, ...] = (
    (86, 180, 233),
    (245, 166, 35),
    (52, 199, 145),
    (232, 121, 183),
    (244, 226, 76),
    (240, 104, 68),
    (110, 140, 255),
    (165, 214, 92),
    (178, 132, 244),
    (84, 216, 216),
    (255, 158, 140),
    (201, 168, 106),
)
_PALETTE = _BASE + tuple((r // 2 + 127, g // 2 + 127, b // 2 + 127) for r, g, b in _BASE)


def color_of(label: str, labels: tuple[str, ...] = ()) -> Color:
    """Return the colour of a label everywhere on the picture, the same in every run.

    Two of a model's labels share a colour only when there are more than 24 of them; a label that
    is not in ``labels`` takes one by its spelling.
    """
    if label == UNSURE or not label:
        return UNSURE_COLOR
    if label == NONE:
        return NONE_COLOR
    index = labels.index(label) if label in labels else zlib.crc32(label.encode("utf-8", "replace"))
    return _PALETTE[index % len(_PALETTE)]


def mix(color: Color, other: Color, share: float) -> Color:
    """Mix ``share`` of ``color`` with the rest of ``other``."""
    r, g, b = (round(share * c + (1 - share) * o) for c, o in zip(color, other, strict=True))
    return r, g, b


def luminance(color: Color) -> float:
    """Return the relative luminance, 0–1, as the Web Content Accessibility Guidelines define it."""
    r, g, b = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in color)
    )
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def ink_on(color: Color) -> Color:
    """Return dark or white, whichever is easier to read on ``color``."""
    # Contrast ratios against white and black are equal at this luminance.
    return DARK if luminance(color) > 0.179 else WHITE


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Metrics:
    """The sizes that all others are made of, in pixels."""

    width: int
    height: int
    label: int
    """Font size of the shown label."""
    body: int
    """Font size of everything else."""
    margin: int
    """Distance from the picture's edge to a panel."""
    pad: int
    """Distance from a panel's edge to what is in it."""
    compact: bool
    """True when there is room for the label and a thin strip only."""

    @classmethod
    def of(cls, width: int, height: int) -> Metrics:
        short = min(width, height)
        compact = short < 180 or width < 200
        # Fonts stop shrinking where they stop being legible.
        label, body = max(14, round(0.052 * short)), max(10, round(0.0255 * short))
        margin = max(4, round(0.025 * short))
        return cls(width, height, label, body, margin, max(4, round(0.8 * body)), compact)

    @property
    def small(self) -> int:
        """Font size of the small print."""
        return max(9, round(0.86 * self.body))

    @property
    def gap(self) -> int:
        """Distance from panel to panel."""
        return max(2, self.margin // 2)

    @property
    def radius(self) -> float:
        """Radius of a panel's corners."""
        return 0.5 * self.body

    @property
    def inner_width(self) -> int:
        return max(1, self.width - 2 * self.margin)

    @property
    def inner_height(self) -> int:
        return max(1, self.height - 2 * self.margin)

    @property
    def panel_width(self) -> int:
        """Width of a panel whose names are of usual length."""
        return min(max(10 * self.label, 17 * self.body), self.inner_width)
