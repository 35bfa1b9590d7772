"""Smoothing chosen on live streams: what is tried, what is taken, what is written."""

from __future__ import annotations

import shutil
from dataclasses import replace

from typer.testing import CliRunner

from har_live.card import open_weights
from har_live.smoothing_spec import SmoothingSpec
from tests.support.clips_made import make_manifest
from training.__main__ import app
from training.live.tune import FaultPrices, Tried, best, candidates
from training.ship.live_card import when_shown, write_live, write_metrics, write_smoothing

OWN = SmoothingSpec(enter_of={"wave": 0.7})
GOOD = {
    "seconds_to_label_p50": 1.0,
    "share_of_time_right": 0.8,
    "extra_changes_per_minute": 1.0,
    "segment_f1": 0.7,
    "false_alarms_per_hour": None,
}


def test_what_the_card_has_is_tried_first_and_own_thresholds_move_along():
    own, *others = candidates(OWN)
    assert own == OWN
    assert OWN in others  # it is one of the grid too
    lower = next(spec for spec in others if spec.enter == 0.4)
    assert lower.enter_of == {"wave": 0.56}
    assert all(spec.leave < spec.enter for spec in others)


def test_worth_counts_what_live_use_is_to_reach():
    prices = FaultPrices()
    fine = Tried(OWN, (GOOD,)).worth(0, prices)
    assert fine == 0.8 + 0.7 - 0.1
    late = Tried(OWN, ({**GOOD, "seconds_to_label_p50": 3.0},)).worth(0, prices)
    assert round(fine - late, 6) == 0.2
    flickers = Tried(OWN, ({**GOOD, "extra_changes_per_minute": 5.0},)).worth(0, prices)
    assert round(fine - flickers, 6) == 0.15
    alarms = Tried(OWN, ({**GOOD, "false_alarms_per_hour": 16.0},)).worth(0, prices)
    assert round(fine - alarms, 6) == 0.05


def test_the_best_is_worse_than_the_card_on_neither_half():
    def tried(enter, *times_right):
        rows = tuple({**GOOD, "share_of_time_right": share} for share in times_right)
        return Tried(replace(OWN, enter=enter), rows)

    all_tried = [tried(0.5, 0.6, 0.6), tried(0.4, 0.9, 0.5), tried(0.3, 0.65, 0.65)]
    assert best(all_tried, FaultPrices()).spec.enter == 0.3
    assert best(all_tried, FaultPrices(), halves=[0]).spec.enter == 0.4
    assert best(all_tried[:2], FaultPrices()).spec.enter == 0.5  # the card's own stays


def test_what_is_written_says_what_it_does_and_old_figures_go(small_weights, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(small_weights("lrcn").folder, folder)
    weights = open_weights(folder)
    text = f"# mine\n\n{when_shown(weights.card.smoothing)}\n\n## Trained on\n\nclips\n"
    (folder / "README.md").write_text(text)
    row = {**GOOD, "figure": GOOD}
    reached = {"streams": [{"seconds": 60.0}], "scorers": {"fast": row}}
    write_live(weights, reached, command="evaluate-live", machine="abacus")
    assert "evaluate-live" in (folder / "README.md").read_text()

    spec = SmoothingSpec(average_seconds=0.75, enter=0.4, enter_of={"wave": 0.56})
    write_smoothing(open_weights(folder), spec)
    card = open_weights(folder).card
    assert card.smoothing == spec
    assert "live" not in card.metrics
    assert card.sha256 == weights.card.sha256
    shown = when_shown(spec)
    assert "of 0.40 on (wave 0.56)" in shown
    assert (folder / "README.md").read_text() == f"# mine\n\n{shown}\n\n## Trained on\n\nclips\n"


def test_figures_join_those_that_the_card_has(small_weights, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(small_weights("lrcn").folder, folder)
    before = open_weights(folder).card
    write_metrics(open_weights(folder), cross_source={"sources": {}})
    metrics = {**before.metrics, "cross_source": {"sources": {}}}
    assert open_weights(folder).card == replace(before, metrics=metrics)


def test_the_command_shows_both_halves_and_writes_on_request(small_weights, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    folder = tmp_path / "mine"
    shutil.copytree(small_weights("lrcn").folder, folder)
    before = (folder / "card.json").read_text()
    command = ["tune-live", str(folder), str(make_manifest(data)), "--seconds", "2.5"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "best: SmoothingSpec(average_seconds=" in done.output
    assert (folder / "card.json").read_text() == before
    assert CliRunner().invoke(app, [*command, "--write-card"]).exit_code == 0
    written = open_weights(folder).card.smoothing
    assert f"best: {written}" in done.output.replace("\n", "")
