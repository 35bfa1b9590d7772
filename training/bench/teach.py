r"""Measures teaching: actions of one's own, by weights that never saw the people or the source.

python -m training train DATA --out runs/teach --left-out \
    kard,utd_mhad,berkeley_mhad,fitness,push-ups
python -m training teach-bench DATA --trained runs/teach --joints runs/joints
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from har_live.card import Weights, open_weights
from har_live.errors import HarLiveError
from har_live.lessons.calibration import (
    Calibration,
    HeldTake,
    false_alarms,
    shown_labels,
)
from har_live.lessons.learn import teach
from har_live.lessons.network import Summaries
from har_live.lessons.recordings import Recording
from har_live.lessons.streams import streams_of
from har_live.lessons.tensors_file import read_places, values_at
from har_live.lessons.weights_folder import classifier_of
from har_live.types import NONE, UNSURE
from training.bench.lessons import Lesson, film_lesson, nothing_of, recorded_lesson
from training.export.weights import export_weights
from training.provenance import RECIPE_FILE, command_line
from training.recipe.recorded import load_by_own_labels, load_recorded
from training.recipe.takes import Take, load_clips
from training.recipe.train import load_trained
from training.ship.none_windows import with_none_windows

RECORDED = ("kard", "utd_mhad", "berkeley_mhad")
FILMS = ("fitness", "push-ups")
TIMED_ACTIONS, TIMED_TAKES, TIMED_SECONDS = 8, 8, 3.0
"""The lesson that is timed."""

OnRow = Callable[[str, Mapping[str, Any]], None]


def teach_bench(
    data: Path,
    joints: Path,
    trained: Path,
    *,
    lessons: int,
    seed: int,
    on_row: OnRow = lambda *_: None,
) -> dict[str, Any]:
    """Teach many lessons and judge each on what was not learnt.

    Args:
        data: as for ``train``.
        joints: folder that ``joints`` wrote.
        trained: folder that ``train`` wrote, with all that is taught here left out.
        lessons: of each source, each by other people and of other actions.
        on_row: is told the name and the figures of each source.

    Returns:
        ``command``, ``rows`` by source, ``false_alarms``, ``seconds``.

    Raises:
        HarLiveError: the network has learnt what it would be judged on.
    """
    _require_left_out(trained)
    everybody = load_recorded(data / "skeletons")
    of_none = [t for t in nothing_of(everybody) if t.dataset not in RECORDED]
    known, nothing = _by_halves_of_people(of_none)
    films = [clip for clip in load_clips(data, joints) if clip.dataset in FILMS and clip.is_main]
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="teach-bench-") as scratch:
        base = _weights_of(trained, Path(scratch) / "base", known)
        judge = _Judge(base, Path(scratch) / "taught")
        for source in (*RECORDED, "films"):
            own = films if source == "films" else load_by_own_labels(data / "skeletons", [source])
            draw = film_lesson if source == "films" else recorded_lesson
            results = [
                judge.lesson(draw(own, nothing, np.random.default_rng([seed, number])))
                for number in range(lessons)
            ]
            rows[source] = _row(results)
            on_row(source, rows[source])
        seconds = judge.seconds(everybody)
    return {"command": command_line(), "lessons": lessons, "rows": rows, "seconds": seconds}


def _require_left_out(trained: Path) -> None:
    recipe = json.loads((trained / RECIPE_FILE).read_text("utf-8"))
    learnt = {*RECORDED, *FILMS}.difference(recipe["settings"]["left_out"])
    if learnt:
        raise HarLiveError(
            f"{trained} has learnt {', '.join(sorted(learnt))}, which it would be judged on; train "
            f"with --left-out {','.join((*RECORDED, *FILMS))}"
        )


def _by_halves_of_people(takes: Sequence[Take]) -> tuple[list[Take], list[Take]]:
    """Return what half of the people did, and what the others did."""
    known = set(sorted({take.group for take in takes})[::2])
    return [t for t in takes if t.group in known], [t for t in takes if t.group not in known]


def _weights_of(trained: Path, folder: Path, none: Sequence[Take]) -> Weights:
    """Export a training as weights whose card is that of those that ship.

    Args:
        none: takes of people who do nothing, and who are not judged.
    """
    model, config, labels = load_trained(trained)
    card = open_weights().card
    smoothing = replace(card.smoothing, enter_of={})
    card = replace(card, name="base", labels=labels, model=config, smoothing=smoothing, metrics={})
    return with_none_windows(export_weights(model, card, folder), none)


class _Judge:
    """Teaches lessons and judges what was taught."""

    def __init__(self, base: Weights, folder: Path) -> None:
        self._base, self._folder = base, folder
        self._summaries = Summaries(base)

    def lesson(self, lesson: Lesson) -> dict[str, Any]:
        """Return the share of the judged takes that are named rightly, by who did them; how many
        takes were learnt; alarms and the seconds of ``none`` in which they were given."""
        made = teach(lesson.learnt, "lesson", weights=self._base, folder=self._folder)
        right = {by: self._right(made, takes) for by, takes in lesson.judged.items()}
        shown = self._shown(made, lesson.nothing)
        actions = [take for take in lesson.learnt if take.label != NONE]
        return {
            "takes": len(actions) / len({take.label for take in actions}),
            **{by: mean for by, (mean, _) in right.items()},
            **{f"{by}, shown": share for by, (_, share) in right.items()},
            "none_seconds": sum(take.seconds for take in lesson.nothing),
            "alarms": sum(map(false_alarms, shown)),
        }

    def seconds(self, takes: Sequence[Take]) -> float:
        """Time from the last take to weights that can be used, for eight takes of eight actions."""
        rng = np.random.default_rng(0)
        frames = round(TIMED_SECONDS * 10)
        long = [t for t in takes if len(t.joints) >= frames and np.isfinite(t.joints).all()]
        chosen = rng.choice(len(long), TIMED_ACTIONS * TIMED_TAKES, replace=False)
        learnt = []
        for number, index in enumerate(chosen):
            shown = long[index].joints[:frames].copy()
            shown[..., 2] = 1
            learnt.append(Recording(f"action {number % TIMED_ACTIONS}", shown, 10.0))
        none = np.concatenate([take.joints for take in learnt[:7]])[:200]
        learnt.append(Recording(NONE, none, 10.0))
        begin = time.perf_counter()
        teach(learnt, "lesson", weights=self._base, folder=self._folder)
        return time.perf_counter() - begin

    def _streams(
        self, made: Weights, takes: Sequence[Recording]
    ) -> tuple[Calibration, list[HeldTake]]:
        path = made.tensors_path
        places, data, head = read_places(path), path.read_bytes(), classifier_of(made)
        values = (float(values_at(data, places[name])) for name in ("temperature", "unknown_logit"))
        streams = streams_of(takes, made.card, self._summaries)
        held = [
            HeldTake(take.label, stream.ends_seconds, head.logits(stream.summaries))
            for take, stream in zip(takes, streams, strict=True)
        ]
        return Calibration(*values), held

    def _right(self, made: Weights, takes: Sequence[Recording]) -> tuple[float, float]:
        """Return the shares of takes named rightly: by the mean scores of their windows, and by the
        label that live use shows longest."""
        calibration, held = self._streams(made, takes)
        labels = made.card.labels
        best, shown = 0, 0
        for take in held:
            scores = calibration.probabilities(take.logits).mean(axis=0)
            best += labels[int(scores.argmax())] == take.label
            said = shown_labels(take, calibration, labels, made.card.smoothing)
            named = [label for label in said if label not in (NONE, UNSURE)]
            shown += bool(named) and max(set(named), key=named.count) == take.label
        return best / len(held), shown / len(held)

    def _shown(self, made: Weights, takes: Sequence[Recording]) -> list[list[str]]:
        calibration, held = self._streams(made, takes)
        labels, spec = made.card.labels, made.card.smoothing
        return [shown_labels(take, calibration, labels, spec) for take in held]


def _row(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the mean and the deviation of each figure, over lessons."""
    row: dict[str, Any] = {}
    for name in results[0]:
        values = [result[name] for result in results]
        if name in ("none_seconds", "alarms"):
            row[name] = sum(values)
        else:
            row[name] = {"mean": float(np.mean(values)), "deviation": float(np.std(values))}
    row["false_alarms_an_hour"] = 3600 * row["alarms"] / row["none_seconds"]
    return row


def texts_of(row: Mapping[str, Any]) -> str:
    """Return the figures of a source in one line."""
    shares = [
        f"{name} {value['mean']:.0%} ± {100 * value['deviation']:.0f}"
        for name, value in row.items()
        if isinstance(value, dict) and name != "takes"
    ]
    return (
        f"{row['takes']['mean']:.1f} takes each: {', '.join(shares)}; "
        f"{row['false_alarms_an_hour']:.1f} false alarms an hour"
    )
