"""Learns from takes: the shipped network as it is, and a classifier of its own behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from har_live.card import (
    DEFAULT_WEIGHTS,
    ModelCard,
    Weights,
    named_weights,
    open_weights,
    own_weights_folder,
)
from har_live.errors import HarLiveError
from har_live.lessons.calibration import HeldTake, calibrated, cautious
from har_live.lessons.folds import folds_of, pieces_of
from har_live.lessons.head import Head, believed_head, fit_head
from har_live.lessons.network import Summaries
from har_live.lessons.none_windows import none_windows
from har_live.lessons.recordings import Recording
from har_live.lessons.report import Report, readme_of
from har_live.lessons.sides import mirrored_of
from har_live.lessons.streams import streams_of
from har_live.lessons.weights_folder import classifier_of, temperature_of, write_weights
from har_live.lessons.windows import FIRST_JUDGED, LessonWindows
from har_live.people.joints import LEAST_SCORE
from har_live.types import NONE

log = logging.getLogger(__name__)

EACH_TAKE = 24
"""Windows drawn of each take, on average over the takes of a label."""
LEAST_EACH, MOST_WINDOWS = 60, 1800
"""Windows of each label at least, and of all together at most."""
NOBODY = 12
"""Windows of nobody."""
NONE_WEIGHT = 2.0
"""``none`` counts as much as so many labels: it is many things, and most of the time."""
MOST_COUNTS = 5
"""Instants of a window at which it is learnt from."""

OnProgress = Callable[[str, float], None]
"""Is told what is being done, and which share of all is done."""


def teach(
    recordings: Iterable[Recording],
    name: str,
    *,
    weights: str | Path | Weights = DEFAULT_WEIGHTS,
    folder: str | Path | None = None,
    keep_known: bool = False,
    seed: int = 0,
    on_progress: OnProgress = lambda *_: None,
) -> Weights:
    """Teach weights the actions of some takes, and write them.

    The same takes give the same weights.

    Args:
        recordings: takes of at least one action, such as ``Recordings``.
        name: of the new weights.
        weights: whose network is the start; it must read joints.
        folder: where to write; None is the place of that name among the user's own weights.
        keep_known: tell the labels of ``weights`` beside the new ones.
        seed: of all chance.
        on_progress: see ``OnProgress``.

    Raises:
        HarLiveError: the weights read no joints, or there is no take to learn from.
        WeightsError: the weights, or the name, can't be used.
        SinkError: the folder can't be written.
    """
    base = open_base(weights)
    target = own_weights_folder(name) if folder is None else Path(folder)
    takes = [take for take in recordings if _is_seen(take)]
    actions = tuple(dict.fromkeys(take.label for take in takes if take.label != NONE))
    if not actions:
        raise HarLiveError("there is no take of any action to learn from; record some first")
    if NONE not in {take.label for take in takes}:
        log.warning("no takes of %r (people doing nothing special): expect false alarms", NONE)
    lesson = _Lesson(base, takes, actions, keep_known=keep_known, seed=seed)
    on_progress("looking at the takes again", 0.0)
    lesson.look(lambda share: on_progress("looking at the takes again", 0.6 * share))
    held = lesson.hold_out(lambda share: on_progress("holding takes out", 0.6 + 0.3 * share))
    on_progress("learning", 0.9)
    head = lesson.fit(np.ones(len(lesson.takes), np.bool_))
    calibration = calibrated(held, lesson.labels)
    smoothing = cautious(held, calibration, lesson.labels, lesson.smoothing)
    stored = temperature_of(base)
    head = head.times(stored / calibration.temperature)
    as_stored = replace(calibration, temperature=stored)
    report = Report.of(takes, held, calibration, lesson.labels, smoothing, by=lesson.held_by)
    card = replace(
        base.card,
        name=name,
        labels=lesson.labels,
        description=report.description(base.card.name),
        accuracy=report.accuracy(),
        metrics={"taught": report.to_values(), "taught_from": _address_of(base)},
        smoothing=smoothing,
        sources=(*base.card.sources, report.source()),
        sha256={},
    )
    written = write_weights(base, head, as_stored, card, target, readme=readme_of(card, report))
    on_progress("learning", 1.0)
    return written


def open_base(weights: str | Path | Weights = DEFAULT_WEIGHTS) -> Weights:
    """Open weights to teach.

    Raises:
        WeightsError: there are none.
        HarLiveError: they read no joints.
    """
    base = weights if isinstance(weights, Weights) else open_weights(weights)
    if not base.card.model.reads_joints:
        raise HarLiveError(
            f"{base.card.name} reads pictures: only weights that read joints can be taught so"
        )
    return base


def _address_of(weights: Weights) -> str:
    """Return what ``open_weights`` finds weights by, from anywhere."""
    names = [name for name, folder in named_weights().items() if folder == weights.folder]
    return names[0] if names else str(weights.folder.resolve())


def _is_seen(take: Recording) -> bool:
    """Return whether anybody is seen in a take, and say so if not."""
    if (take.joints[..., 2] >= LEAST_SCORE).any():
        return True
    log.warning("nobody is seen in a take of %r from %s: left out", take.label, take.origin or "?")
    return False


class _Lesson:
    """What is learnt from, as the network sums it up.

    Args:
        base: weights whose network is the start.
        takes: somebody is seen in each.
        actions: their labels but ``none``.
    """

    def __init__(
        self,
        base: Weights,
        takes: Sequence[Recording],
        actions: tuple[str, ...],
        *,
        keep_known: bool,
        seed: int,
    ) -> None:
        card = base.card
        self.takes = [piece for take in takes for piece in pieces_of(take)]
        self._card, self._rng = card, np.random.default_rng(seed)
        self._summaries = Summaries(base)
        self._known, self._none = classifier_of(base), none_windows(base)
        self.labels: tuple[str, ...] = (NONE, *actions)
        self._num_kept = 0
        if keep_known:
            kept = [n for n, label in enumerate(card.labels) if label not in actions]
            self._num_kept = len(kept)
            self.labels = (*(card.labels[number] for number in kept), *actions)
            if NONE not in self.labels:
                raise HarLiveError(f"{card.name} has no label {NONE!r} to keep")
        enter_of = {x: y for x, y in card.smoothing.enter_of.items() if x in self.labels}
        enter_of = {x: y for x, y in enter_of.items() if x not in actions}
        self.smoothing = replace(card.smoothing, enter_of=enter_of)
        self._folds, self.held_by = folds_of(self.takes)

    def look(self, on_progress: Callable[[float], None]) -> None:
        """Let the network sum up all windows that are learnt from or measured on."""
        card, clip = self._card, self._card.clip
        self._streams = streams_of(self.takes, card, self._summaries)
        mirrored = streams_of(self.takes, card, self._summaries, are_mirrored=True)
        of = [take.label for take in self.takes]
        pairs = mirrored_of(of, *([one.mean for one in some] for some in (self._streams, mirrored)))
        windows = LessonWindows(self.takes, self.labels, clip, mirrored_of=pairs)
        each = max(LEAST_EACH, EACH_TAKE * len(self.takes) // len(set(of)))
        each = min(each, MOST_WINDOWS // len(set(of)))
        drawn = windows.draw(each, NOBODY, self._rng)
        counts = _instants(card)
        summaries = self._summaries.of(
            drawn.batch.joints, drawn.batch.motion, counts, on_progress=on_progress
        )
        at = [count - 1 for count in counts]
        told = drawn.batch.weights[:, at] > 0
        self._learnt = summaries[told]
        self._truth = drawn.batch.labels[:, at][told]
        self._takes_of = np.repeat(drawn.takes[:, None], len(at), axis=1)[told]
        self._add_none()

    def _add_none(self) -> None:
        """Learn from windows of others who do nothing, too: they are of none of the takes."""
        count = len(self._none)
        if not count:
            return
        self._learnt = np.concatenate([self._learnt, self._none])
        self._truth = np.append(self._truth, np.full(count, self.labels.index(NONE)))
        nobody = np.full((count, self._takes_of.shape[1]), -1)
        self._takes_of = np.concatenate([self._takes_of, nobody])

    def fit(self, learnt: NDArray[np.bool_]) -> Head:
        """Fit a classifier on windows of these takes alone."""
        is_learnt = np.append(learnt, True)[self._takes_of].all(axis=1)  # -1 is nobody
        summaries, truth = self._learnt[is_learnt], self._truth[is_learnt]
        known = {label: number for number, label in enumerate(self._card.labels)}
        alike = {n: known[label] for n, label in enumerate(self.labels) if label in known}
        start = believed_head(self._known, summaries, truth, len(self.labels), alike=alike)
        kept = [alike[number] for number in range(self._num_kept)]
        start.weight[: self._num_kept] = self._known.weight[kept]
        start.bias[: self._num_kept] = self._known.bias[kept]
        counts_more = {self.labels.index(NONE): NONE_WEIGHT}
        return fit_head(summaries, truth, start, counts_more=counts_more, num_fixed=self._num_kept)

    def hold_out(self, on_progress: Callable[[float], None]) -> list[HeldTake]:
        """Measure takes by classifiers that have not learnt them."""
        held, last = [], int(self._folds.max(initial=-1))
        for fold in range(last + 1):
            head = self.fit(self._folds != fold)
            for number in np.flatnonzero(self._folds == fold):
                stream, label = self._streams[number], self.takes[number].label
                held.append(HeldTake(label, stream.ends_seconds, head.logits(stream.summaries)))
            on_progress((fold + 1) / (last + 1))
        return held


def _instants(card: ModelCard) -> list[int]:
    """Return the frames of a window after which it is learnt from; at its end in any case."""
    last = card.clip.num_frames
    first = min(FIRST_JUDGED + 2, last)
    return sorted({round(count) for count in np.linspace(first, last, MOST_COUNTS)})
