"""How sure the classifier is, and from when on a label is shown: told by takes held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from har_live.lessons.head import log_softmax
from har_live.models.config import NO_UNKNOWN
from har_live.smoothing import Smoother
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import NONE, UNSURE

Floats = NDArray[np.float32]

LEAST_TEMPERATURE, MOST_TEMPERATURE = 0.7, 5.0
USUAL_TEMPERATURE = 1.5
"""Where no take was held out."""
RARE = 0.05
"""Share of the windows of held takes that may look unlike all that was learnt."""
MARGIN = 1.0
"""Logits below those at which a window counts as half unknown."""
ENTERS = (0.6, 0.65, 0.7, 0.75, 0.8)
"""Probabilities from which on a label may be shown."""
LEAST_AVERAGE_SECONDS = 1.0
"""Averaging over less saves 0.2 s and gives a third more false alarms or more."""
MOST_LOST = 0.02
"""Share of the takes that may go unnamed for fewer false alarms."""


@dataclass(frozen=True)
class HeldTake:
    """A take as a stream, by a classifier that has not learnt it."""

    label: str
    ends_seconds: NDArray[np.float64]
    """(N,) when each window ends."""
    logits: Floats
    """(N, K)."""


@dataclass(frozen=True)
class Calibration:
    """The way from logits to probabilities."""

    temperature: float = USUAL_TEMPERATURE
    unknown_logit: float = NO_UNKNOWN

    def probabilities(self, logits: Floats) -> Floats:
        """(…, K) → (…, K), which sum to at most 1: the rest is unknown."""
        calm = logits / np.float32(self.temperature)
        unknown = np.full_like(calm[..., :1], self.unknown_logit)
        both = np.concatenate([calm, unknown], axis=-1)
        return np.exp(log_softmax(both))[..., :-1]


def calibrated(held: Sequence[HeldTake], labels: Sequence[str]) -> Calibration:
    """Fit the temperature on held takes, then the unknown; the usual one where there are none."""
    if not held:
        return Calibration()
    logits = np.concatenate([take.logits for take in held])
    truth = np.concatenate([[labels.index(take.label)] * len(take.logits) for take in held])
    weights = np.concatenate([np.full(len(take.logits), 1 / len(take.logits)) for take in held])
    rows = np.arange(len(truth))

    def loss(temperature: float) -> float:
        logs = log_softmax(np.asarray(logits / temperature, np.float32))[rows, truth]
        return -float((weights * logs).sum())

    tried = np.geomspace(LEAST_TEMPERATURE, MOST_TEMPERATURE, 40)
    temperature = float(min(tried, key=loss))
    calm = logits / np.float32(temperature)
    is_right = calm.argmax(axis=1) == truth
    if not is_right.any():
        return Calibration(temperature)
    top = calm.max(axis=1, keepdims=True)
    energies = (top[:, 0] + np.log(np.exp(calm - top).sum(axis=1)))[is_right]
    return Calibration(temperature, float(np.quantile(energies, RARE)) - MARGIN)


def shown_labels(
    held: HeldTake, calibration: Calibration, labels: Sequence[str], spec: SmoothingSpec
) -> list[str]:
    """Return the steady label after each window, as live use shows it."""
    smoother = Smoother(labels, spec)
    scores = calibration.probabilities(held.logits)
    return [
        smoother.update(float(end), one).label
        for end, one in zip(held.ends_seconds, scores, strict=True)
    ]


def false_alarms(shown: Sequence[str]) -> int:
    """Count how often an action appears among the labels shown of somebody who does none."""
    before = [UNSURE, *shown[:-1]]
    return sum(label not in (NONE, UNSURE, last) for last, label in zip(before, shown, strict=True))


def cautious(
    held: Sequence[HeldTake],
    calibration: Calibration,
    labels: Sequence[str],
    spec: SmoothingSpec,
) -> SmoothingSpec:
    """Ask as much of a label before it is shown as held takes allow without going unnamed."""
    actions = [take for take in held if take.label != NONE]
    average_seconds = max(spec.average_seconds, LEAST_AVERAGE_SECONDS)
    spec = replace(spec, average_seconds=average_seconds)

    def named(enter: float) -> int:
        asked = replace(spec, enter=enter)
        return sum(take.label in shown_labels(take, calibration, labels, asked) for take in actions)

    counts = {enter: named(enter) for enter in ENTERS}
    enough = max(counts.values()) - MOST_LOST * len(actions)
    enter = max(enter for enter, count in counts.items() if count >= enough)
    return replace(spec, enter=enter if actions else ENTERS[0])
