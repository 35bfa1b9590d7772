"""The classifier: a multinomial logistic regression, by L-BFGS (Liu and Nocedal, 1989)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PENALTY = 3e-3
"""Of the squared weights, features being of unit deviation."""
SMOOTHING = 0.05
"""Share of the truth that is spread over all labels."""
STEPS = 80
REMEMBERED = 8
"""Steps by which the curvature is told."""


@dataclass(frozen=True)
class Head:
    """A linear classifier."""

    weight: Floats
    """(K, S)."""
    bias: Floats
    """(K,)."""

    def logits(self, summaries: Floats) -> Floats:
        """(…, S) → (…, K)."""
        return np.asarray(summaries @ self.weight.T + self.bias, np.float32)


def fit_head(
    summaries: Floats, labels: NDArray[np.int64], num_labels: int, *, known: Head | None = None
) -> Head:
    """Fit a classifier in which every label counts alike.

    Args:
        summaries: (N, S).
        labels: (N,).
        num_labels: K.
        known: the classifier of the first labels, whose answers stay as they are.
    """
    mean, deviation = summaries.mean(axis=0), summaries.std(axis=0) + np.float32(1e-2)
    shown = np.column_stack([(summaries - mean) / deviation, np.ones(len(summaries), np.float32)])
    counts = np.bincount(labels, minlength=num_labels)
    weights = (1 / np.maximum(counts, 1) / np.count_nonzero(counts))[labels].astype(np.float32)
    truth = np.full((len(labels), num_labels), SMOOTHING / num_labels, np.float32)
    truth[np.arange(len(labels)), labels] += 1 - SMOOTHING
    given = np.zeros((len(labels), 0), np.float32) if known is None else known.logits(summaries)
    num_given = given.shape[1]
    num_learnt = num_labels - num_given

    def loss(flat: Floats) -> tuple[float, Floats]:
        matrix = flat.reshape(num_learnt, -1)
        logits = np.concatenate([given, shown @ matrix.T], axis=1)
        logs = log_softmax(logits)
        errors = (np.exp(logs) - truth)[:, num_given:] * weights[:, None]
        own = matrix.copy()
        own[:, -1] = 0
        value = -float((weights[:, None] * truth * logs).sum()) + PENALTY * float((own**2).sum())
        return value, (errors.T @ shown + 2 * PENALTY * own).ravel()

    learnt = minimise(loss, np.zeros(num_learnt * shown.shape[1], np.float32))
    matrix = learnt.reshape(num_learnt, -1)
    weight = matrix[:, :-1] / deviation
    bias = matrix[:, -1] - weight @ mean
    if known is not None:
        weight, bias = np.concatenate([known.weight, weight]), np.concatenate([known.bias, bias])
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def log_softmax(logits: Floats) -> Floats:
    """(…, K) → (…, K)."""
    calm = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(calm - np.log(np.exp(calm).sum(axis=-1, keepdims=True)), np.float32)


def minimise(loss: Callable[[Floats], tuple[float, Floats]], start: Floats) -> Floats:
    """Go ``STEPS`` steps downhill from ``start``, fewer where it is flat.

    Args:
        loss: of (P,): its value and its gradient.
    """
    at = start
    value, slope = loss(at)
    ways: list[tuple[Floats, Floats]] = []
    for _ in range(STEPS):
        way = -_curved(slope, ways)
        fall = float(slope @ way)
        if fall > -1e-7:
            break
        length = 1.0 if ways else min(1.0, 1 / float(np.abs(slope).sum()))
        while True:
            new = at + np.float32(length) * way
            new_value, new_slope = loss(new)
            if new_value <= value + 1e-4 * length * fall or length < 1e-4:
                break
            length /= 2
        if not new_value < value:
            break
        moved, turned = new - at, new_slope - slope
        if float(moved @ turned) > 1e-10:
            ways = [*ways, (moved, turned)][-REMEMBERED:]
        at, value, slope = new, new_value, new_slope
    return at


def _curved(slope: Floats, ways: list[tuple[Floats, Floats]]) -> Floats:
    """Multiply a gradient by what is known of the inverse Hessian."""
    result, shares = slope.copy(), []
    for moved, turned in reversed(ways):
        share = float(moved @ result) / float(moved @ turned)
        shares.append(share)
        result -= np.float32(share) * turned
    if ways:
        moved, turned = ways[-1]
        result *= np.float32(float(moved @ turned) / float(turned @ turned))
    for (moved, turned), share in zip(ways, reversed(shares), strict=True):
        back = float(turned @ result) / float(moved @ turned)
        result += np.float32(share - back) * moved
    return result
