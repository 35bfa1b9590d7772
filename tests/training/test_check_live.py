"""The two-minute form of live evaluation: what is stored, and when it fails."""

from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from har_live.card import shipped_weights
from tests.support.clips_made import make_manifest
from training.__main__ import app
from training.live import check as room

FIGURES = {
    "seconds_to_label_p50": 1.5,
    "share_of_actions_named": 0.8,
    "share_of_time_right": 0.7,
    "extra_changes_per_minute": 2.0,
    "segment_f1": 0.6,
    "false_alarms_per_hour": 0.0,
}


def test_noise_is_the_spread_over_seeds_but_no_less_than_one_event():
    others = [{**FIGURES, "share_of_time_right": share} for share in (0.6, 0.8)]
    reference = room.measured([FIGURES, *others], seconds=45.0)
    assert reference.figures == FIGURES
    assert reference.noise["share_of_time_right"] == pytest.approx(0.1)
    assert reference.noise["segment_f1"] == room.LEAST_NOISE["segment_f1"]
    assert reference.seeds == 3


def test_only_what_fell_by_more_than_its_noise_is_named(tmp_path):
    reference = room.Reference(FIGURES, dict.fromkeys(FIGURES, 0.1), 45.0, 4)
    reference.write(tmp_path / "file.json")
    reference = room.Reference.read(tmp_path / "file.json")
    assert reference.fallen(FIGURES) == []
    better = {**FIGURES, "seconds_to_label_p50": 0.5, "segment_f1": 0.9}
    assert reference.fallen(better) == []
    assert reference.fallen({**FIGURES, "segment_f1": 0.51}) == []
    worse = {**FIGURES, "seconds_to_label_p50": 1.7, "segment_f1": 0.45}
    assert reference.fallen(worse) == [
        "seconds_to_label_p50 was 1.500 ± 0.100, is 1.700",
        "segment_f1 was 0.600 ± 0.100, is 0.450",
    ]


def test_the_command_writes_then_passes_then_fails(small_weights, tmp_path):
    folder, data = tmp_path / "mine", tmp_path / "data"
    shutil.copytree(small_weights("lrcn").folder, folder)
    data.mkdir()
    command = ["check-live", str(folder), str(make_manifest(data))]

    def run(*options):
        return CliRunner().invoke(app, [*command, *options])

    assert run("--write", "--seeds", "2", "--seconds", "2.5").exit_code == 0
    file = folder / room.FILE
    stored = json.loads(file.read_text())
    assert (stored["seeds"], stored["seconds"]) == (2, 2.5)
    assert run().exit_code == 0  # the same streams, the same figures
    stored["figures"]["share_of_time_right"] += 0.5
    stored["noise"]["share_of_time_right"] = 0.1
    file.write_text(json.dumps(stored))
    done = run()
    assert done.exit_code == 1
    assert "share_of_time_right was" in done.output


def test_the_default_weights_have_figures_to_be_held_against():
    stored = room.Reference.read(shipped_weights()["everyday-lrcn"] / room.FILE)
    assert stored.figures.keys() == stored.noise.keys() == room.LEAST_NOISE.keys()
    assert stored.seeds >= 3
