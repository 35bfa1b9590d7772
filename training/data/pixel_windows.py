"""Windows as the network will see them, varied as cameras vary: the same change for all frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from har_live.time_grid import frames_played_at
from har_live.types import ClipSpec

Frames = NDArray[np.uint8]
"""(T + 1, S, S, 3) uint8 RGB; the first is only the one before the second."""


@dataclass(frozen=True)
class Variation:
    """The strength of the variation of windows. Zero and 1 leave them as they are."""

    speed: tuple[float, float] = (0.8, 1.25)
    crop: float = 0.3
    """Up to this share of the picture is cut away, or added around it."""
    dark: float = 0.2
    """Share of windows that are made dark."""
    lost: float = 0.15
    """Share of windows in which frames are lost: the one before stays."""
    shake: float = 0.004
    """Deviation of a hand-held camera's step, as a share of the picture."""


def window_instants(
    duration_seconds: float, spec: ClipSpec, rng: np.random.Generator, settings: Variation
) -> NDArray[np.float64]:
    """(T + 1,) instants of a window somewhere in a recording, played a little faster or slower."""
    step = rng.uniform(*settings.speed) / spec.grid_fps
    room = max(0.0, duration_seconds - spec.num_frames * step)
    start = rng.uniform(0, room) if room else rng.uniform(0, 0.1 * duration_seconds)
    # Frame 0 is a step earlier; at the start of a recording it is the first frame itself.
    instants = start + np.arange(-1, spec.num_frames, dtype=np.float64) * step
    return np.maximum(0.0, instants)


def windows_of_clip(
    num_frames: int, cache_fps: float, spec: ClipSpec, *, hop: int, most: int
) -> list[NDArray[np.int64]]:
    """Indices into a clip's cached frames of the windows that a stream would score, as it would.

    At most ``most`` of them, evenly spread; a short clip has one, its last frame held.
    """
    times = np.arange(num_frames) / cache_fps
    grid = np.arange(int(times[-1] * spec.grid_fps + 1e-6) + 1)
    starts = list(range(0, max(1, len(grid) - spec.num_frames + 1), hop))
    chosen = sorted({round(i) for i in np.linspace(0, len(starts) - 1, most)})
    steps = np.arange(-1, spec.num_frames)
    return [
        frames_played_at(times, np.clip(starts[i] + steps, 0, grid[-1]) / spec.grid_fps)
        for i in chosen
    ]


def varied(
    frames: Frames, rng: np.random.Generator, settings: Variation, *, mirror: bool, shake: bool
) -> Frames:
    """The same window by another camera in another light."""
    frames = _reframed(frames, rng, settings, mirror=mirror, shake=shake)
    frames = _relit(frames, rng, settings)
    if rng.random() < settings.lost:
        lost = np.flatnonzero(rng.random(len(frames)) < rng.uniform(0.1, 0.4))
        for index in map(int, lost):
            frames[index] = frames[max(0, index - 1)]
    return frames


def _reframed(
    frames: Frames, rng: np.random.Generator, settings: Variation, *, mirror: bool, shake: bool
) -> Frames:
    size = frames.shape[1]
    scale = np.exp(rng.uniform(-settings.crop, settings.crop, 2) * 0.4 + rng.uniform(-0.1, 0.3))
    if rng.random() < 0.3:
        scale[:] = 1.0
    offset = rng.uniform(0, 1, 2) * (size - size * scale)
    if mirror:
        scale, offset = scale * [-1, 1], offset * [-1, 1] + [size, 0]
    path = np.cumsum(rng.normal(0, settings.shake * size, (len(frames), 2)), axis=0)
    if not (shake and rng.random() < 0.4):
        path[:] = 0
    border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    result = np.empty_like(frames)
    for index, frame in enumerate(frames):
        x, y = offset + path[index]
        matrix = np.array([[scale[0], 0, x], [0, scale[1], y]])
        cv2.warpAffine(frame, matrix, (size, size), result[index], cv2.INTER_LINEAR, border)
    return result


def _relit(frames: Frames, rng: np.random.Generator, settings: Variation) -> Frames:
    table = np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.25)) * 255
    gain = rng.uniform(0.05, 0.3) if rng.random() < settings.dark else rng.uniform(0.7, 1.2)
    tint = np.stack([table * gain * rng.uniform(0.9, 1.1) for _ in range(3)], axis=-1)
    tint = np.clip(tint, 0, 255).astype(np.uint8).reshape(1, 256, 3)
    strength = rng.uniform(0, 3 + 6 * min(1.0, gain)) if rng.random() < 0.5 else 0.0
    blur = rng.uniform(0.5, 1.8) if rng.random() < 0.2 else 0.0
    grain = (rng.standard_normal(frames[0].size * 2, np.float32) * strength).astype(np.int16)
    result = np.empty_like(frames)
    for index, frame in enumerate(frames):
        if blur:
            frame = cv2.GaussianBlur(frame, (0, 0), blur)
        lit = cv2.LUT(frame, tint)
        if strength:
            start = rng.integers(frame.size)
            noise = grain[start : start + frame.size].reshape(frame.shape)
            lit = np.clip(lit.astype(np.int16) + noise, 0, 255).astype(np.uint8)
        result[index] = lit
    return result
