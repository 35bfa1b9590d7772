"""Films of two labels, one the reverse of the other, and small networks that tell them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from har_live.models.config import ModelConfig, NetworkSpec
from har_live.types import ClipSpec
from tests.support.make_media import make_clip
from training.data.clip import Clip
from training.learn.clips import Material

LRCN = NetworkSpec(
    ModelConfig("lrcn", "seed_cnn", hidden=(16,), encoder_options={"dropout": 0.1}, dropout=0.2),
    ClipSpec(num_frames=6, grid_fps=12.0, image_size=64),
)
CONVLSTM = NetworkSpec(
    ModelConfig("convlstm", "pixels", hidden=(8,), pool=True),
    ClipSpec(num_frames=6, grid_fps=12.0, image_size=16),
)


def passing(size: int, *, backward: bool, row: int, num_frames: int = 13) -> np.ndarray:
    """(K, S, S, 3): a bright bar passes from left to right, or the same film backward."""
    film = np.full((num_frames, size, size, 3), 30, np.uint8)
    side = size // 4
    for number, frame in enumerate(film):
        left = round(number / (num_frames - 1) * (size - side))
        frame[row : row + side, left : left + side] = 230
    return film[::-1] if backward else film


def save_film(path: Path, film: np.ndarray) -> None:
    """Write a film, (K, S, S, 3), as a video of ten pictures a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count, height, width, _ = film.shape
    make_clip(
        path,
        size=(width, height),
        pts_seconds=[i / 10 for i in range(count)],
        picture=lambda index, _width, _height: film[index].copy(),
    )


def material(folder: Path, preset: NetworkSpec, *, per_label: int = 4) -> Material:
    """Cached films of two labels, one the reverse of the other; measured on what was learnt."""
    folder.mkdir(parents=True, exist_ok=True)
    size = preset.clip.image_size
    index = []
    for number in range(per_label):
        for label in ("to_left", "to_right"):
            film = passing(size, backward=label == "to_left", row=number * size // 6)
            path = folder / f"{label}-{number}.npy"
            np.save(path, film)
            index.append((Clip(path.name, "films", label, f"{label}-{number}"), path))
    return Material(index, index, ("to_left", "to_right"), leaky=False, groups=len(index))
