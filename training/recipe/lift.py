"""Depths for takes that are flat, so that films too can be seen by another camera.

A network that has seen recorded bodies by many cameras tells how far each joint lies before or
behind the hips, by where nine successive frames show it (Martinez et al. 2017, "A simple yet
effective baseline for 3d human pose estimation"; over time, Pavllo et al. 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from har_live.lessons.variation import HIPS, Views, spoil
from har_live.models.joints import measured
from har_live.types import NUM_JOINTS
from training.recipe.find_joints import CLIP
from training.recipe.takes import FIGHTS, Take

NUM_FRAMES = 9
"""Grid frames by which the depths of the middle one are told."""
BATCH_SIZE, LEARNING_RATE = 512, 2e-3
TURNED = 0.3
"""Share of the bodies that are turned in the picture by any angle: few were recorded lying down."""
MOST_DEPTH = 2.5
"""Trunks before or behind the hips; nobody reaches further."""
FAINT = (FIGHTS, "arid-dark")
"""Data sets in which people are small or in the dark: half of their joints are missing, and depths
would be told of what is not there. Both were named less often once they were lifted."""
LEAST_JOINTS = 4
"""Joints by which somebody's size and place are known."""


def with_depths(takes: Sequence[Take], *, steps: int, seed: int) -> list[Take]:
    """The same takes in 3D: those that are flat as the others teach to see them.

    As they are if ``steps`` is 0, or if all are flat; those of ``FAINT`` are left flat.
    """
    solid = [take for take in takes if take.is_3d]
    if not solid or not steps:
        return list(takes)
    lifter = learn_to_lift(solid, steps=steps, seed=seed)
    return [take if take.is_3d or take.dataset in FAINT else lifted(take, lifter) for take in takes]


class Lifter(nn.Module):
    """Tells how far each joint lies before (-) or behind the hips, in trunks."""

    def __init__(self, *, width: int = 512) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(NUM_FRAMES * NUM_JOINTS * 3, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, NUM_JOINTS),
        )

    def forward(self, flat: Tensor) -> Tensor:
        """(N, NUM_FRAMES, 13, 2), NaN where not seen → (N, 13) depths in the middle frame."""
        joints = _with_scores(flat)
        body = measured(joints)
        middle = body.centre[:, NUM_FRAMES // 2, None, None]
        scale = body.scale.median(dim=1).values[:, None, None, None]
        seen = joints[..., 2:]
        shown = torch.cat([(joints[..., :2] - middle) / scale * seen, seen], dim=-1)
        depths: Tensor = self.layers(shown.flatten(1).clamp(-6, 6))
        return depths.clamp(-MOST_DEPTH, MOST_DEPTH)


def learn_to_lift(takes: Sequence[Take], *, steps: int, seed: int) -> Lifter:
    """Learn from takes in 3D, each seen by cameras at random."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    draw, lifter = _Draw(takes), Lifter()
    optimizer = torch.optim.AdamW(lifter.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    for _ in range(steps):
        flat, depths = draw(BATCH_SIZE, rng)
        known = depths.isfinite()
        errors = F.smooth_l1_loss(lifter(flat)[known], depths[known], beta=0.2)
        optimizer.zero_grad()
        errors.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        optimizer.step()
        schedule.step()
    return lifter.eval()


@torch.inference_mode()
def lifted(take: Take, lifter: Lifter) -> Take:
    """The same take in 3D, in trunks; as it is where too little is seen."""
    flat = torch.from_numpy(take.joints[..., :2].astype(np.float32))
    joints = _with_scores(flat)
    is_known = joints[..., 2].sum(dim=1) >= LEAST_JOINTS
    if not is_known.any():
        return take
    body = measured(joints[None])
    scale = body.scale[0, is_known].median()
    places = (flat - body.centre[0, is_known].median(dim=0).values) / scale
    rows = _rows(np.arange(len(flat)), take.fps, len(flat) - 1)
    depths = torch.where(joints[..., 2] > 0, lifter(places[torch.from_numpy(rows)]), torch.nan)
    solid = torch.cat([places, depths[..., None]], dim=-1).numpy()
    return replace(take, joints=solid, is_3d=True, is_lifted=True)


class _Draw:
    """Draws bits of takes in 3D as a camera sees them, and the depths that are to be told."""

    def __init__(self, takes: Sequence[Take]) -> None:
        self._joints = np.concatenate([take.joints for take in takes])
        self._lengths = np.array([len(take.joints) for take in takes])
        self._starts = np.cumsum(self._lengths) - self._lengths
        self._fps = np.array([take.fps for take in takes])
        sources = [take.dataset for take in takes]
        names, counts = np.unique(sources, return_counts=True)
        share = dict(zip(names, counts**-0.5, strict=True))
        chances = np.array([share[source] for source in sources])
        self._chances = chances / chances.sum()

    def __call__(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Draw (N, NUM_FRAMES, 13, 2) places and the (N, 13) depths in the middle frames."""
        takes = rng.choice(len(self._chances), count, p=self._chances)
        lengths = self._lengths[takes]
        middle = rng.random(count) * lengths
        rows = self._starts[takes][:, None] + _rows(middle, self._fps[takes], lengths - 1)
        views = Views.random(count, rng, turned=TURNED)
        seen = views.project(self._joints[rows], np.ones(count, np.bool_))
        depths = views.depths(self._joints[rows[:, NUM_FRAMES // 2, None]])[:, 0]
        depths -= depths[:, HIPS].mean(axis=1, keepdims=True)
        flat = spoil(seen, np.zeros(count, np.bool_), rng)
        return torch.from_numpy(flat), torch.from_numpy(depths.astype(np.float32))


def _rows(
    middle: NDArray[np.floating] | NDArray[np.integer],
    fps: NDArray[np.floating] | float,
    last: NDArray[np.integer] | int,
) -> NDArray[np.int64]:
    """(N, NUM_FRAMES) frames of takes, a grid step apart, around the ``middle`` ones, (N,)."""
    steps = (np.arange(NUM_FRAMES) - NUM_FRAMES // 2) * np.reshape(fps, (-1, 1)) / CLIP.grid_fps
    rows = np.floor(np.reshape(middle, (-1, 1)) + steps).astype(np.int64)
    return np.asarray(rows.clip(0, np.reshape(last, (-1, 1))))


def _with_scores(flat: Tensor) -> Tensor:
    """(…, 13, 2), NaN where not seen → (…, 13, 3) with 1 where seen, else all 0."""
    seen = flat.isfinite().all(dim=-1, keepdim=True)
    return torch.cat([torch.where(seen, flat, 0), seen.to(flat.dtype)], dim=-1)
