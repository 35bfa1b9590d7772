"""The classifier: a multinomial logistic regression, by L-BFGS (Liu and Nocedal, 1989)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    def times(self, factor: float) -> Head:
        """Return one whose logits are so many times as large, its weights as they are stored."""
        scale = np.float32(factor)
        return Head(_as_halves(self.weight * scale), self.bias * scale)


def fit_head(
    summaries: Floats,
    labels: NDArray[np.int64],
    start: Head,
    *,
    counts_more: Mapping[int, float],
    num_fixed: int = 0,
) -> Head:
    """Fit a classifier in which labels count alike, however many windows they have.

    Args:
        summaries: (N, S).
        labels: (N,).
        start: what is believed before anything is learnt; going far from it costs.
        counts_more: labels that count so many times as much.
        num_fixed: so many first labels stay as they are.
    """
    mean, deviation = summaries.mean(axis=0), summaries.std(axis=0) + np.float32(5e-2)
    shown = np.column_stack([(summaries - mean) / deviation, np.ones(len(summaries), np.float32)])
    num_labels = len(start.bias)
    counts = np.bincount(labels, minlength=num_labels)
    shares = np.array([counts_more.get(label, 1.0) for label in range(num_labels)]) * (counts > 0)
    weights = (shares / shares.sum() / np.maximum(counts, 1))[labels].astype(np.float32)
    truth = np.full((len(labels), num_labels), SMOOTHING / num_labels, np.float32)
    truth[np.arange(len(labels)), labels] += 1 - SMOOTHING
    believed = start.logits(summaries)
    num_learnt = num_labels - num_fixed

    def loss(flat: Floats) -> tuple[float, Floats]:
        change = flat.reshape(num_learnt, -1)
        logits = believed.copy()
        logits[:, num_fixed:] += shown @ change.T
        logs = log_softmax(logits)
        errors = (np.exp(logs) - truth)[:, num_fixed:] * weights[:, None]
        own = change.copy()
        own[:, -1] = 0
        value = -float((weights[:, None] * truth * logs).sum()) + PENALTY * float((own**2).sum())
        return value, (errors.T @ shown + 2 * PENALTY * own).ravel()

    learnt = minimise(loss, np.zeros(num_learnt * shown.shape[1], np.float32))
    change = learnt.reshape(num_learnt, -1)
    weight, bias = start.weight.copy(), start.bias.copy()
    weight[num_fixed:] += change[:, :-1] / deviation
    bias[num_fixed:] += change[:, -1] - (change[:, :-1] / deviation) @ mean
    return Head(weight, bias)


def _as_halves(weight: Floats) -> Floats:
    return weight.astype(np.float16).astype(np.float32)


def believed_head(
    known: Head,
    summaries: Floats,
    labels: NDArray[np.int64],
    num_labels: int,
    *,
    alike: dict[int, int],
) -> Head:
    """Guess a classifier by what another one says: each label is the mean of what its windows are
    taken for.

    Args:
        known: the other one.
        summaries: (N, S), of windows of all labels.
        labels: (N,).
        num_labels: K.
        alike: label → the one of ``known`` that is the same, and counts as much as the mean.
    """
    said = np.exp(log_softmax(known.logits(summaries)))
    shares = np.zeros((num_labels, len(known.bias)), np.float32)
    for label in range(num_labels):
        own = said[labels == label]
        if len(own):
            shares[label] = own.mean(axis=0)
        if label in alike:
            shares[label] *= 0.5 if len(own) else 0
            shares[label, alike[label]] += 0.5 if len(own) else 1
    return Head(shares @ known.weight, shares @ known.bias)


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
