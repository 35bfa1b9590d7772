"""Recorded movements by bodies of usual proportions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from har_live.people.joints import LIMBS
from training.recipe.takes import spans_of

# Depth cameras and motion capture place joints elsewhere in the body than pictures show them: their
# thighs are up to 1.5 trunks long. These are the medians of the hand-annotated films.
SHOULDER_WIDTH, HIP_WIDTH, HEAD = 0.62, 0.36, 0.42
LIMB_LENGTHS = (0.50, 0.44, 0.50, 0.44, 0.78, 0.72, 0.78, 0.72)
"""Lengths of ``LIMBS``, in trunks."""


def retargeted(joints: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """The same movements by bodies of usual proportions, in trunks: (F, 13, 3) → (F, 13, 3).

    Args:
        starts: (N + 1,) where each take begins; a body stays the same throughout a take.
    """
    neck, hips = _middle(joints, 1, 2), _middle(joints, 7, 8)
    pairs = [(neck, hips), *((joints[:, a], joints[:, b]) for a, b in ((1, 2), (7, 8)))]
    pairs += [(joints[:, 0], neck), *((joints[:, a], joints[:, b]) for a, b in LIMBS)]
    lengths = np.stack([np.linalg.norm(a - b, axis=-1) for a, b in pairs], axis=1)
    trunks, *parts = _medians(lengths, starts).T
    wanted = (SHOULDER_WIDTH, HIP_WIDTH, HEAD, *LIMB_LENGTHS)
    # A body part that is hardly seen is left short rather than blown up.
    shoulders, hip_width, head, *limbs = (
        np.minimum(length / np.maximum(part / trunks, 1e-3), most)[:, None]
        for length, part, most in zip(wanted, parts, (2, 2, *[3] * 9), strict=True)
    )
    joints = joints / trunks[:, None, None]
    result = joints.copy()
    for left, right, factor in ((1, 2, shoulders), (7, 8, hip_width)):
        middle = _middle(joints, left, right)
        for joint in (left, right):
            result[:, joint] = middle + (joints[:, joint] - middle) * factor
    neck = _middle(joints, 1, 2)
    result[:, 0] = neck + (joints[:, 0] - neck) * head
    for (parent, child), factor in zip(LIMBS, limbs, strict=True):
        result[:, child] = result[:, parent] + (joints[:, child] - joints[:, parent]) * factor
    return result


def _middle(joints: NDArray[np.float32], left: int, right: int) -> NDArray[np.float32]:
    return (joints[:, left] + joints[:, right]) * np.float32(0.5)


def _medians(lengths: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(F, P) → (F, P) the median within each take of what is seen; tiny rather than 0 or NaN."""
    medians = np.full((len(starts) - 1, lengths.shape[1]), 1e-3, np.float32)
    columns = np.arange(lengths.shape[1])
    for number, span in enumerate(spans_of(starts)):
        if span.start == span.stop:
            continue
        # Many times quicker than nanmedian; NaN are sorted to the end.
        ordered = np.sort(lengths[span], axis=0)
        count = np.isfinite(ordered).sum(axis=0)
        low, high = ordered[(count - 1) // 2, columns], ordered[count // 2, columns]
        medians[number] = np.fmax((low + high) / 2, 1e-3)
    return medians.repeat(np.diff(starts), axis=0)
