"""Calibration: an unknown and thresholds fitted to answers whose truth is known in advance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from har_live.cli.console.weights import print_card
from har_live.models.build import build_model
from har_live.models.config import NO_UNKNOWN
from har_live.models.window_model import WindowModel
from har_live.scorers.torch import load_model
from har_live.smoothing_spec import SmoothingSpec
from tests.support.weights_made import CONFIGS, LABELS
from training.export.weights import export_weights
from training.measure.measures import unknown_auroc
from training.recipe.takes import Take
from training.ship.thresholds import (
    UNKNOWN,
    MeasuredLogits,
    ThresholdSettings,
    actions,
    best_temperature,
    best_unknown_logit,
    calibrated,
    clip_scores,
    fit_thresholds,
)

torch.set_num_threads(1)
NONE_INDEX, WAVE, JUMP = 0, 1, 2
SPEC = SmoothingSpec()
TRUSTING = ThresholdSettings(trust=0.01)


@pytest.fixture
def model() -> WindowModel:
    """Only its temperature and its unknown count here."""
    return build_model(CONFIGS["lrcn"], image_size=64, num_labels=len(LABELS)).eval()


def answers(*, energies_of_unknown: float, count: int = 400) -> MeasuredLogits:
    """Clear answers to actions; to what is unknown, answers as clear but of another energy."""
    random = np.random.default_rng(0)
    truths = random.integers(WAVE, len(LABELS), count)
    logits = random.normal(0, 0.5, (count, len(LABELS)))
    logits[np.arange(count), truths] += 6
    unknown = random.random(count) < 0.5
    logits[unknown] += energies_of_unknown
    truths[unknown] = UNKNOWN
    return MeasuredLogits(torch.tensor(logits).float(), truths, np.arange(count))


def test_the_unknown_lies_between_the_energies(model):
    measured = answers(energies_of_unknown=-4)
    fitted = best_unknown_logit(model, measured, LABELS)
    assert 2 < fitted < 6
    model.unknown_logit.fill_(fitted)
    sums = clip_scores(model, measured)[0].sum(axis=1)
    is_action = actions(measured.truths, LABELS)
    assert sums[is_action].min() > sums[~is_action].max()


def test_where_all_is_known_the_unknown_is_off(model):
    measured = answers(energies_of_unknown=0)
    known = measured.truths != UNKNOWN
    only = MeasuredLogits(measured.logits[known], measured.truths[known], measured.clips[known])
    assert best_unknown_logit(model, only, LABELS) == NO_UNKNOWN


def test_it_is_off_where_none_tells_more(model):
    """Here the energy is no sign of the unknown, and ``none`` is one."""
    measured = answers(energies_of_unknown=0.5)
    measured.logits[torch.from_numpy(measured.truths == UNKNOWN), NONE_INDEX] += 3
    assert best_unknown_logit(model, measured, LABELS) == NO_UNKNOWN


def test_without_none_the_unknown_is_all_there_is(model):
    measured = answers(energies_of_unknown=-4)
    assert best_unknown_logit(model, measured, ("bow", *LABELS[1:])) > 2


def test_clips_are_judged_by_the_mean_of_their_windows(model):
    logits = torch.tensor([[0.0, 9, 0, 0], [0, 0, 9, 0], [0, 0, 0, 9.0]])
    measured = MeasuredLogits(logits, np.array([1, 1, 3]), np.array([4, 4, 7]))
    scores, truths = clip_scores(model, measured)
    assert truths.tolist() == [1, 3]
    np.testing.assert_allclose(scores[0, [1, 2]], 0.5, atol=1e-3)


def told(index: int, confidence: float) -> list[float]:
    rest = (1 - confidence) / (len(LABELS) - 1)
    return [confidence if i == index else rest for i in range(len(LABELS))]


def fitted(rows: list[tuple[int, float, int]], settings: ThresholdSettings) -> SmoothingSpec:
    """Rows are the label answered, how surely, and the truth."""
    scores = np.array([told(index, confidence) for index, confidence, _ in rows], np.float32)
    return fit_thresholds(scores, np.array([t for *_, t in rows]), LABELS, SPEC, settings)


def test_a_label_that_is_often_wrong_must_be_surer_than_others():
    sure = [(WAVE, 0.75, WAVE)] * 30 + [(JUMP, 0.75, JUMP)] * 30
    guesses = [(WAVE, 0.575, JUMP)] * 30 + [(JUMP, 0.575, JUMP)] * 30
    nothing = [(NONE_INDEX, 0.9, NONE_INDEX)] * 60
    spec = fitted(sure + guesses + nothing, TRUSTING)
    assert spec == replace(SPEC, enter_of={"wave": 0.58})


def test_alarms_on_nothing_raise_a_threshold():
    quiet = [(WAVE, 0.6, WAVE)] * 20 + [(JUMP, 0.6, JUMP)] * 20 + [(NONE_INDEX, 0.9, 0)] * 60
    alarmed = quiet + [(WAVE, 0.555, UNKNOWN)] * 20
    assert fitted(quiet, TRUSTING).enter_of == {}
    assert fitted(alarmed, TRUSTING).enter_of == {"wave": 0.56}


def test_few_clips_hardly_move_a_threshold():
    many = [(JUMP, c / 100, JUMP if c > 40 else WAVE) for c in range(30, 80) for _ in range(4)]
    wrong = [(WAVE, 0.595, JUMP)] * 2
    assert fitted(many + wrong, TRUSTING).enter_of == {"wave": 0.6}
    assert fitted(many + wrong, ThresholdSettings(trust=1e5)).enter_of == {}


def test_thresholds_have_bounds():
    never = [(JUMP, 0.955, JUMP)] * 50 + [(WAVE, 0.955, JUMP)] * 50
    assert fitted(never, TRUSTING).enter_of == {"wave": 0.7}
    assert fitted(never, ThresholdSettings(room=0.9, trust=0.01)).enter_of == {"wave": 0.96}


def test_auroc_is_1_for_what_is_told_apart_and_a_half_for_chance():
    random = np.random.default_rng(1)
    known = np.arange(2000) % 2 == 0
    logits = torch.tensor(random.normal(0, 1, (2000, len(LABELS)))).float()
    assert unknown_auroc(logits, known | True, LABELS) == {}
    for value in unknown_auroc(logits, known, LABELS).values():
        assert value == pytest.approx(0.5, abs=0.05)
    apart = logits + 12 * torch.from_numpy(known)[:, None] * torch.tensor([0.0, 1, 0, 0])
    assert min(unknown_auroc(apart, known, LABELS).values()) > 0.99


def takes() -> list[Take]:
    """One of an action and four of something else."""
    random = np.random.default_rng(0)
    named = [("wave", 0), *(("somersault", number) for number in range(1, 5))]
    return [
        Take(random.normal(size=(12, 13, 3)).astype(np.float32), 10.0, label, "made", str(group))
        for label, group in named
    ]


def test_what_is_fitted_is_what_ships(small_weights, tmp_path, monkeypatch):
    monkeypatch.setattr("training.ship.thresholds.best_unknown_logit", lambda *_: 2.5)
    # Of what is written only torch's file is read here; the other takes long, and is held to agree
    # by the tests of the unknown.
    monkeypatch.setattr(
        "training.export.weights.export_onnx", lambda _model, path, **_: path.touch()
    )
    monkeypatch.setattr("training.export.weights.require_parity", lambda *_: 0.0)
    plain = small_weights("joints-lrcn")
    model = load_model(plain)
    card, measured = calibrated(model, plain.card, takes())
    is_wave, is_unknown = (measured.truths == n for n in (LABELS.index("wave"), UNKNOWN))
    assert is_unknown.sum() == 4 * is_wave.sum() == 4 / 5 * len(measured.truths) > 0
    assert set(card.metrics["auroc"]) == {"best_probability", "action_probability", "energy"}
    assert replace(card.smoothing, enter_of={}) == plain.card.smoothing
    weights = export_weights(model, card, tmp_path / "weights")
    assert float(load_model(weights).unknown_logit) == 2.5
    assert float(load_model(weights).temperature) == pytest.approx(best_temperature(measured))


def test_models_shows_them(small_weights, capsys):
    plain = small_weights("lrcn")
    spec = replace(SPEC, enter_of={"wave": 0.55, "jump": 0.6})
    metrics = {"ece": 0.0412, "auroc": {"energy": 0.837}}
    card = replace(plain.card, smoothing=spec, metrics=metrics)
    print_card(replace(plain, card=card), as_json=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert "smoothing average_seconds 1.5, enter 0.5, leave 0.2, hold_seconds 1" in shown
    assert "thresholds wave 0.55, jump 0.6" in shown
    assert "error 0.041; AUROC actions / anything else 0.84 by energy" in shown
