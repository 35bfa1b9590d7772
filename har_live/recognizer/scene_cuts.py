"""Cuts: where a film, or a camera that switches, goes on with another scene.

A picture after a cut differs from the one before in three ways at once: hardly a part of it is
spared, it has other colours, and bright and dark lie elsewhere. Motion spares the background, a
camera that shakes or pans keeps the colours, and light that goes on or off keeps the layout.

Measured on clips of five data sets at 8 pictures a second (2026-11-22, ``python -m
training.measure.scene_cut_test``), thresholds chosen on train: of the 210 joins of val clips 98 %
are found, 83 % when all is darkened to a seventh of its light; inside the clips no false one in
0.15 h of val, and one in 0.72 h of train: a balloon right before the lens. Of the drawn figure's
eight changes of take, the six into another room are cuts, and nothing else. A picture takes
0.06 ms, 0.12 ms at a cut.

Beside PySceneDetect 0.7.2 (2026-11-30; 207 val clips joined into one film, 4257 pictures of 192×192
at 8 a second, one busy core): hits of 206 joins and false cuts, by day and darkened to a seventh:

==================== ======= ===== ======= ===== ==========
detector             hits    false dark    false ms/picture
==================== ======= ===== ======= ===== ==========
this one             204     1     183     4     0.13
ContentDetector, 27  206     12    206     3844  0.33
ContentDetector, 40  202     2     205     1799  0.35
AdaptiveDetector, 3  205     2     0       0     0.34
==================== ======= ===== ======= ===== ==========

By day AdaptiveDetector is as good, but knows a cut two pictures later; in the dark it sees none,
and ContentDetector one nearly everywhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from har_live.types import Image

SIDE = 24
"""Pixels of the pictures that are compared: noise and fine detail are averaged away."""
BRIGHT = 96.0
"""Two dark pictures are made this bright before they are compared, 0–255."""
LEAST_CONTRAST = 2.0
"""Standard deviation of brightness, 0–255, of a picture that shows anything."""
MIN_SPREAD, MIN_COLOURS, MIN_LAYOUT = 6.0, 0.3, 0.2
"""Values that each change must exceed in a cut."""


class CutDetector:
    """Looks at one picture after the other. What it says depends on the pictures alone."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what was seen: the next picture is no cut."""
        self._before: Image | None = None

    def is_cut(self, picture: Image) -> bool:
        """Return whether ``picture``, (S, S, 3) uint8 RGB, shows another scene than those before.

        A picture that shows nothing (a flash, a covered lens, a fade through black) is passed
        over: the next one is compared with what was seen before it.
        """
        now = _resized(picture, SIDE)
        if cv2.meanStdDev(_brightness(now))[1].item() < LEAST_CONTRAST:
            return False
        before, self._before = self._before, now
        return before is not None and is_cut(before, now)


def is_cut(before: Image, now: Image) -> bool:
    """Return whether two pictures, (SIDE, SIDE, 3) uint8 RGB, show different scenes."""
    before, now = equally_brightened(before, now)
    return (
        spread_of_change(before, now) > MIN_SPREAD  # first, for it decides most often
        and colour_change(before, now) > MIN_COLOURS
        and layout_change(before, now) > MIN_LAYOUT
    )


def equally_brightened(before: Image, now: Image) -> tuple[Image, Image]:
    """Brighten both by the same factor, where both are dark."""
    brightest = max(cv2.mean(_brightness(before))[0], cv2.mean(_brightness(now))[0], 8.0)
    gain = BRIGHT / brightest
    return (_brightened(before, gain), _brightened(now, gain)) if gain > 1 else (before, now)


def spread_of_change(before: Image, now: Image) -> float:
    """Return 0–255: three quarters of all parts of the picture differ by more than this."""
    parts = _brightness(np.asarray(cv2.absdiff(_resized(before, 8), _resized(now, 8)), np.uint8))
    quarter = parts.size // 4
    return float(np.partition(parts.ravel(), quarter)[quarter])


def colour_change(before: Image, now: Image) -> float:
    """Return 0–1: the share of pixels whose colour the other picture does not have."""
    in_common = cv2.compareHist(_histogram(before), _histogram(now), cv2.HISTCMP_INTERSECT)
    return float(1 - in_common / SIDE**2)


def layout_change(before: Image, now: Image) -> float:
    """Return 0–2: 1 minus the correlation of brightness, block by block."""
    a, b = (_resized(_brightness(picture), 12).astype(np.float32) for picture in (before, now))
    a, b = a - a.mean(), b - b.mean()
    # Where deviations are below 4 there is nothing but noise to compare.
    norm = max(math.sqrt(np.vdot(a, a) * np.vdot(b, b)), 16 * a.size)
    return float(1 - np.vdot(a, b) / norm)


def _histogram(picture: Image) -> cv2.typing.MatLike:
    return cv2.calcHist([picture], [0, 1, 2], None, [8] * 3, [0, 256] * 3)


def _brightened(picture: Image, gain: float) -> Image:
    return np.asarray(cv2.convertScaleAbs(picture, alpha=gain), np.uint8)


def _brightness(picture: Image) -> Image:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _resized(picture: Image, side: int) -> Image:
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
