"""Live figures in the card, in the README beside it, and on the screen."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

from typer.testing import CliRunner

from har_live.card import TENSORS_FILE, open_weights
from har_live.cli import app
from har_live.live_metrics import LiveMetrics
from training import __main__ as training
from training.ship.live_card import HEADING, with_live

FIGURES = {
    "seconds_to_label_p50": 1.25,
    "seconds_to_label_p95": 5.0,
    "share_of_actions_named": 0.75,
    "share_of_time_right": 0.5,
    "extra_changes_per_minute": 1.5,
    "segment_f1": 0.625,
    "false_alarms_per_hour": None,
    "agreement_between_rates": 0.97,
}
LIVE = {
    "command": "python -m training evaluate-live x DATA",
    "date": "2026-11-22",
    "machine": "abacus",
    "seconds": 600.0,
    "scorers": {
        "fast": {**FIGURES, "figure": {**FIGURES, "segment_f1": 0.875}},
        "300 ms": {**FIGURES, "seconds_to_label_p50": 2.0, "figure": FIGURES},
    },
}


def test_the_readme_gets_one_section_of_them_whatever_it_had():
    text = "# x\n\nNotes.\n\n## Trained on\n\nclips\n"
    live = LiveMetrics.from_values(LIVE)
    once = with_live(text, live)
    assert once.startswith(f"# x\n\nNotes.\n\n{HEADING}\n\n| live behaviour | fast | 300 ms | the ")
    assert "| segments that fit the true ones, F1 | 0.62 | 0.62 | 0.88 |" in once
    assert "| false alarms an hour | – | – | – |" in once
    assert once.endswith(
        "\n10 minutes of streams, 2026-11-22, abacus: python -m training evaluate-live x DATA.\n"
        "\n## Trained on\n\nclips\n"
    )
    assert with_live(once, live) == once
    other = replace(live, date="2027-01-01")
    assert with_live(once, other) == with_live(text, other)
    assert with_live("# mine\n", live).count(HEADING) == 1


def test_models_shows_what_evaluate_live_wrote(small_weights, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(small_weights("lrcn").folder, folder)
    (folder / "README.md").write_text("# mine\n\n## Trained on\n")
    before = open_weights(folder).card.sha256
    command = ["evaluate-live", str(folder), "--seconds", "2", "--write-card"]
    done = CliRunner().invoke(training.app, command)
    assert done.exit_code == 0, done.output

    weights = open_weights(folder)
    assert weights.card.sha256 == before
    assert weights.verify(folder / TENSORS_FILE)
    live = weights.card.metrics["live"]
    assert live["seconds"] == 4.0
    assert live["command"] == (
        "python -m training evaluate-live test-lrcn DATA --seconds 2 --split val --seed 0"
    )
    assert set(live["scorers"]) == {"fast", "100 ms", "300 ms", "10 % of frames lost"}
    assert set(live["scorers"]["300 ms"]) == {*FIGURES, "figure"}
    assert live["command"] in (folder / "README.md").read_text()

    shown = CliRunner().invoke(app, ["models", str(folder)]).output
    assert "actions named while they last" in shown
    assert live["command"] in shown
    assert '"live"' not in shown  # the table says it
    as_json = CliRunner().invoke(app, ["models", str(folder), "--json"]).output
    assert json.loads(as_json)["metrics"]["live"] == live
