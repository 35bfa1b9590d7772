"""Calibration on clips never learnt from: how much is unknown, and when each label is shown.

From then on what the network gives are its final probabilities; thresholds are chosen on those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.nn import functional as F

from har_live.card import ModelCard
from har_live.models.config import NO_UNKNOWN
from har_live.models.window_model import WindowModel
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import NONE
from training.measure.measures import unknown_auroc
from training.recipe.joint_windows import cut
from training.recipe.takes import Take

UNKNOWN = -1
"""Index of a truth that is none of the labels."""


@dataclass(frozen=True)
class ThresholdSettings:
    """Settings of how much more than others a label that is often wrong must reach to be shown."""

    none_share: float = 0.5
    """The share of time, before a camera, in which nothing of the label set happens."""
    trust: float = 40.0
    """A label's own clips count as much as what is so for all labels once it has this many."""
    slack: float = 0.03
    """A label may be right by this much less often: small differences are chance."""
    room: float = 0.2
    """Most that a threshold is raised by: a few dozen clips prove nothing beyond."""


@dataclass(frozen=True)
class MeasuredLogits:
    """The logits of a network for the windows of clips that it never learnt from."""

    logits: Tensor
    """(N, K), neither calmed nor lowered."""
    truths: NDArray[np.int64]
    """(N,) index of the window's label; ``UNKNOWN`` where it is none of them."""
    clips: NDArray[np.int64]
    """(N,) number of the window's clip."""


def calibrated(
    model: WindowModel, card: ModelCard, takes: Sequence[Take]
) -> tuple[ModelCard, MeasuredLogits]:
    """Fit temperature, unknown and thresholds to takes never learnt from; change ``model``.

    Returns:
        The card with its thresholds, and in ``metrics`` how well actions of the label set are told
        from all else; and what was measured.
    """
    measured = measure(model, card, takes)
    is_action = actions(measured.truths, card.labels)
    model.temperature.fill_(best_temperature(measured))
    model.unknown_logit.fill_(best_unknown_logit(model, measured, card.labels))
    scores, truths = clip_scores(model, measured)
    smoothing = fit_thresholds(scores, truths, card.labels, replace(card.smoothing, enter_of={}))
    metrics = {"auroc": unknown_auroc(measured.logits / model.temperature, is_action, card.labels)}
    return replace(card, smoothing=smoothing, metrics=metrics), measured


@torch.inference_mode()
def measure(model: WindowModel, card: ModelCard, takes: Sequence[Take]) -> MeasuredLogits:
    """Return the logits of the takes' windows, cut as a stream cuts them."""
    logits, truths, numbers = [], [], []
    for number, take in enumerate(takes):
        joints, motion = cut(take, card.clip, hop=card.hop)
        truth = card.labels.index(take.label) if take.label in card.labels else UNKNOWN
        logits.append(model.clip_logits(torch.from_numpy(joints), torch.from_numpy(motion)))
        truths += [truth] * len(joints)
        numbers += [number] * len(joints)
    return MeasuredLogits(torch.cat(logits), np.array(truths), np.array(numbers))


def best_temperature(measured: MeasuredLogits) -> float:
    """Return the temperature whose scores of whole clips are the least surprised by the truth."""
    known = measured.truths != UNKNOWN
    numbers, first, clip_of = np.unique(
        measured.clips[known], return_index=True, return_inverse=True
    )
    truths = torch.from_numpy(measured.truths[known][first])
    logits, index = measured.logits[torch.from_numpy(known)], torch.from_numpy(clip_of)

    def surprise(temperature: float) -> float:
        scores = (logits / temperature).softmax(dim=1)
        sums = torch.zeros(len(numbers), scores.shape[1]).index_add(0, index, scores)
        means = sums / torch.bincount(index)[:, None]
        return float(F.nll_loss((means + 1e-9).log(), truths))

    tried: list[float] = np.exp(np.linspace(np.log(0.3), np.log(3), 60)).tolist()
    return min(tried, key=surprise)


def actions(truths: NDArray[np.int64], labels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Return (N,) True where somebody does something of the label set."""
    nothing = [UNKNOWN, *(index for index, label in enumerate(labels) if label == NONE)]
    return ~np.isin(truths, nothing)


def best_unknown_logit(
    model: WindowModel, measured: MeasuredLogits, labels: tuple[str, ...]
) -> float:
    """Return the logit that makes the truth the most likely: an action's label, else none or
    unknown.

    ``NO_UNKNOWN`` where there is nothing unknown to fit it to, and where the network tells actions
    from all else better without: one that has learnt ``none`` from much often does.
    """
    calm = measured.logits / model.temperature
    is_action = torch.from_numpy(actions(measured.truths, labels))
    if is_action.all() or not is_action.any():
        return NO_UNKNOWN
    nothing = [index for index, label in enumerate(labels) if label == NONE]
    truths = torch.from_numpy(measured.truths)

    def log_probabilities(unknown_logit: float) -> tuple[Tensor, Tensor]:
        """Return (N, K) of each label, and (N,) that it is no action."""
        unknown = calm.new_full((len(calm), 1), unknown_logit)
        logs = torch.cat([calm, unknown], dim=1).log_softmax(dim=1)
        return logs, logs[:, [*nothing, -1]].logsumexp(dim=1)

    def surprise(unknown_logit: float) -> float:
        logs, of_nothing = log_probabilities(unknown_logit)
        of_action = logs[is_action, truths[is_action]]
        return -float(of_action.sum() + of_nothing[~is_action].sum())

    def told_apart(unknown_logit: float) -> float:
        of_nothing = log_probabilities(unknown_logit)[1]
        return float(roc_auc_score(~is_action.numpy(), of_nothing.exp().numpy()))

    fitted = min(np.linspace(-6, 12, 145).tolist(), key=surprise)
    return fitted if told_apart(fitted) > told_apart(NO_UNKNOWN) else NO_UNKNOWN


@torch.inference_mode()
def clip_scores(
    model: WindowModel, measured: MeasuredLogits
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return (clips, K) mean probabilities of each clip's windows, and (clips,) truths."""
    scores = model.probabilities(measured.logits).numpy()
    numbers, first = np.unique(measured.clips, return_index=True)
    means = [scores[measured.clips == number].mean(axis=0) for number in numbers]
    return np.stack(means), measured.truths[first]


def fit_thresholds(
    scores: NDArray[np.float32],
    truths: NDArray[np.int64],
    labels: tuple[str, ...],
    spec: SmoothingSpec,
    settings: ThresholdSettings | None = None,
) -> SmoothingSpec:
    """Return ``spec`` with higher thresholds for the labels that would be wrong more often than
    others.

    Each has the lowest threshold from ``spec.enter`` up at which it is about as often right as all
    labels together are at ``spec.enter``. Its own share of right answers is drawn towards that of
    all labels, the more the fewer clips it has; a label never answered keeps ``spec.enter``.
    """
    settings = settings or ThresholdSettings()
    highest = min(1.0, spec.enter + settings.room)
    tried = np.round(np.arange(spec.enter, highest + 0.005, 0.01), 2)
    best = scores.argmax(axis=1)
    weights = _as_before_a_camera(actions(truths, labels), settings.none_share)
    shown = weights * (scores.max(axis=1) >= tried[:, None])  # (thresholds, clips)
    shown_right = shown * (best == truths)
    # Surer answers are not less often right: where few say so, it is chance.
    of_all = np.maximum.accumulate((shown_right.sum(axis=1) + 1) / (shown.sum(axis=1) + 2))
    enter_of = {}
    for index, label in enumerate(labels):
        own = best == index
        right = shown_right[:, own].sum(axis=1) + settings.trust * of_all
        enough = right / (shown[:, own].sum(axis=1) + settings.trust) >= of_all[0] - settings.slack
        enter = float(tried[enough.argmax()]) if enough.any() else float(tried[-1])
        if enter > spec.enter:
            enter_of[label] = enter
    return replace(spec, enter_of=enter_of)


def _as_before_a_camera(is_action: NDArray[np.bool_], none_share: float) -> NDArray[np.float64]:
    """Return (N,) weights, 1 in the mean, that give clips of nothing their share of the time."""
    if is_action.all() or not is_action.any():
        return np.ones(len(is_action))
    shares = np.where(is_action, 1 - none_share, none_share)
    weights: NDArray[np.float64] = shares / np.where(
        is_action, is_action.mean(), 1 - is_action.mean()
    )
    return weights
