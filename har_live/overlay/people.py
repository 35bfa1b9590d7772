"""Everybody in the picture: a thin box, the limbs, and a tag that says what they do."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from har_live.overlay.canvas import Canvas
from har_live.overlay.strokes import Lines, Outline
from har_live.overlay.style import (
    DIM,
    PANEL,
    PANEL_OPACITY,
    TEXT,
    WHITE,
    Color,
    Metrics,
    Rect,
    color_of,
    ink_on,
    mix,
)
from har_live.overlay.text import MEDIUM, REGULAR, advance, display_name, fit_text
from har_live.people.joints import LEAST_SCORE, LIMBS
from har_live.types import NONE, UNSURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from har_live.overlay.view import PersonView
    from har_live.types import Joints

_BONES = np.array([*LIMBS, (1, 2), (7, 8), (1, 7), (2, 8)])
"""Arms and legs, shoulders, hips, and the trunk's sides."""
_NOSE = 0


def box_in(person: PersonView, metrics: Metrics) -> Rect:
    """Return the pixels of a person's box, even, and inside the picture with its dark line."""
    edge = line_px(metrics) // 2
    left, top, right, bottom = person.box
    columns = [_even(share * metrics.width, edge, metrics.width - edge) for share in (left, right)]
    rows = [_even(share * metrics.height, edge, metrics.height - edge) for share in (top, bottom)]
    return Rect(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])


def _even(value: float, least: int, most: int) -> int:
    return 2 * round(min(max(value, least + least % 2), most - most % 2 - 0.5) / 2)


def line_px(metrics: Metrics) -> int:
    """Return how thick a box's line is: even."""
    return 2 * max(1, round(min(metrics.width, metrics.height) / 720))


def outline(person: PersonView, labels: tuple[str, ...], metrics: Metrics) -> Outline | None:
    """Return the box around a person; None where it has no room."""
    box, thick = box_in(person, metrics), line_px(metrics)
    if min(box.width, box.height) < 3 * thick:
        return None
    return Outline(box, thick, color_of(person.label, labels))


def limbs(person: PersonView, labels: tuple[str, ...], metrics: Metrics) -> Lines | None:
    """Return the lines between the joints that were seen; None where there are none."""
    if person.joints is None:
        return None
    ends = person.joints[_BONES]  # (N, 2, 3)
    ends = ends[(ends[..., 2] >= LEAST_SCORE).all(axis=1), :, :2]
    if not len(ends):
        return None
    color = mix(WHITE, color_of(person.label, labels), 0.6)
    thick = max(1, round(min(metrics.width, metrics.height) / 400))
    return Lines.between(ends * _size(metrics), thick=thick, color=color)


def face(person: PersonView, metrics: Metrics) -> Rect:
    """Return about where a person's face is: by the joints, or the upper part of the box."""
    box = box_in(person, metrics)
    joints: Joints | None = person.joints
    side = round(max(0.16 * box.height, 0.25 * box.width, 1))
    x, y = box.x + box.width / 2, box.y + side / 2
    if joints is not None and joints[_NOSE, 2] >= LEAST_SCORE:
        x, y = (joints[_NOSE, :2] * _size(metrics)).tolist()
    return Rect(round(x - side / 2), round(y - side / 2), side, side)


def _size(metrics: Metrics) -> NDArray[np.float32]:
    return np.array([metrics.width, metrics.height], np.float32)


def tag(
    person: PersonView, labels: tuple[str, ...], metrics: Metrics, *, has_number: bool
) -> Canvas | None:
    """Draw what a person does and how sure that is; None where nothing is to be said.

    That of the person whom the panel is about is filled.
    """
    number = f"{person.number}" if has_number and person.number else ""
    name = display_name(person.label) if person.label else ""
    figure = "" if person.label in ("", UNSURE) else f"{person.confidence:.0%}"
    if not (number or name):
        return None
    color = color_of(person.label, labels)
    quiet = person.label in ("", UNSURE, NONE)
    return _tag(number, name, figure, color, person.is_picked, quiet, metrics)


@lru_cache(maxsize=64)
def _tag(
    number: str,
    name: str,
    figure: str,
    color: Color,
    is_filled: bool,
    is_quiet: bool,
    metrics: Metrics,
) -> Canvas:
    size = max(11, round(0.94 * metrics.body))
    pad, gap = round(0.45 * size), round(0.4 * size)
    name, size = fit_text(name, size, MEDIUM, 14 * size) if name else ("", size)
    ink = ink_on(color) if is_filled else DIM if is_quiet else TEXT
    pale = mix(ink, color, 0.8) if is_filled else DIM
    words = [(number, pale, REGULAR), (name, ink, MEDIUM), (figure, pale, REGULAR)]
    words = [word for word in words if word[0]]
    widths = [advance(text, size, weight) for text, _, weight in words]
    if figure:
        widths[-1] = max(widths[-1], advance("00%", size, REGULAR))  # or it would tremble
    stripe = 0 if is_filled else max(2, size // 5)
    width = stripe + 2 * pad + sum(widths) + gap * (len(words) - 1)
    height = _even_up(1.45 * size)
    ground, opacity = (color, 0.92) if is_filled else (PANEL, PANEL_OPACITY)
    sheet = Canvas.sheet(_even_up(width), height, ground, radius=0.22 * size, opacity=opacity)
    if stripe:
        sheet.fill(Rect(0, 0, stripe, height), color)
    x, baseline = stripe + pad, round((height + 0.7 * size) / 2)
    for (text, word_ink, weight), word_width in zip(words, widths, strict=True):
        sheet.text(x, baseline, text, size, weight, word_ink)
        x += word_width + gap
    return sheet


def _even_up(value: float) -> int:
    return 2 * -(-round(value) // 2)
