"""Networks compared: one split, the same seeds, leaks marked, and a choice that can be followed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from har_live.recognizer import Recognizer
from tests.support.films_made import passing, save_film
from training.learn.clips import ClipResults, Material
from training.learn.compare import Comparison, Contender, TrainingRun, Trial, choose, compare
from training.learn.fit import Fitted
from training.learn.fit_settings import ClipSettings, FitSettings, MachineSettings, NetworkSettings
from training.learn.report import HEADINGS, rows, write_report

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five people, two classes that are compared, and one that is not asked for."""
    root = tmp_path_factory.mktemp("videos")
    for number in range(24):
        label = ("to_left", "to_right")[number % 2] if number < 20 else "other"
        film = passing(32, backward=label == "to_left", row=number, num_frames=10)
        path = root / label / f"person-{number // 4}" / f"{number}.mp4"
        save_film(path, film)
    return root


def test_a_comparison_from_clips_to_report(
    videos: Path, tmp_path: Path, small_weights, monkeypatch: pytest.MonkeyPatch
):
    networks = [str(small_weights(kind).folder) for kind in ("lrcn", "convlstm")]
    comparison = Comparison(
        videos,
        NetworkSettings(tuple(networks), seeds=2),
        ClipSettings(labels=("to_left", "to_right"), leaky_split=True),
        fit=FitSettings(epochs=2, batch_size=4),
        machines=MachineSettings(accelerator="cpu"),
    )
    out = tmp_path / "compare"
    contenders = compare(comparison, tmp_path / "cache", out)
    write_report(comparison, contenders, out, command="python -m training compare …")

    first, second = (contender.by_group.material for contender in contenders)
    assert [clip for clip, _ in first.measured] == [clip for clip, _ in second.measured]
    groups = [{clip.group for clip, _ in side} for side in (first.learnt, first.measured)]
    assert not groups[0] & groups[1]
    leaks = contenders[0].leaky.material
    assert {c.group for c, _ in leaks.learnt} & {c.group for c, _ in leaks.measured}
    assert len(leaks.measured) == len(first.measured)

    report = json.loads((out / "report.json").read_text())
    assert list(report["contenders"]) == ["lrcn", "convlstm"]
    for contender in contenders:
        told = report["contenders"][contender.name]
        assert told["parameters"] == contender.num_parameters > 0
        assert [trial["leaky"] for trial in told["trials"]] == [False, True]
        runs = told["trials"][0]["top1"]["runs"]
        assert len(runs) == 2
        assert told["trials"][0]["top1"]["mean"] == pytest.approx(np.mean(runs))
        assert np.sum(told["trials"][0]["confusion"]) == 2 * len(first.measured)
        assert Recognizer(contender.weights).labels == ("to_left", "to_right")
    page = (out / "report.md").read_text()
    assert "The leaky columns are no result" in page
    assert all(" | ".join(row) in page for row in rows(contenders))
    for picture in ("curves.png", "confusion.png"):
        assert cv2.imread(str(out / picture)).std() > 10

    # A second call finds everything trained.
    trained = {path: path.stat().st_mtime_ns for path in out.rglob("best.ckpt")}
    assert len(trained) == 8
    monkeypatch.setattr("training.learn.compare.keep", lambda *_: contenders[1].weights)
    second = replace(comparison, networks=NetworkSettings((networks[1],), seeds=2))
    (again,) = compare(second, tmp_path / "cache", out)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("best.ckpt")} == trained
    before = contenders[1].by_group.values("top1")
    assert again.by_group.values("top1").tolist() == before.tolist()


# --- the choice ----------------------------------------------------------------------------------


def contender(name: str, scores: list[float], *, frame_ms: float) -> Contender:
    """A network with known figures."""
    runs = tuple(
        TrainingRun(
            Fitted(None, Path("log"), 0, 0.0),
            ClipResults({"macro_f1": score, "top1": score}, np.eye(2, dtype=np.int64)),
        )
        for score in scores
    )
    material = Material((), (), ("a", "b"), leaky=False, groups=0)
    return Contender(name, Trial(material, runs), None, 1000, frame_ms, None)


def test_a_clear_lead_wins_whatever_it_costs():
    slow = contender("slow", [0.9, 0.92, 0.91], frame_ms=50)
    fast = contender("fast", [0.6, 0.61, 0.62], frame_ms=1)
    best, reason = choose([fast, slow])
    assert best is slow
    assert reason == (
        "mean macro F1 0.91 by group, ahead of the next by more than the seeds spread (±0.01)"
    )


def test_within_the_spread_the_cheaper_one_wins_and_the_reason_says_so():
    slow = contender("slow", [0.7, 0.9, 0.8], frame_ms=50)
    fast = contender("fast", [0.7, 0.78, 0.8], frame_ms=1)
    best, reason = choose([slow, fast])
    assert best is fast
    assert "2 networks lie within the spread of the seeds (±0.08)" in reason
    assert "1.00 ms a frame" in reason


def test_rows_show_mean_and_spread_and_nothing_where_nothing_leaked():
    (row,) = rows([contender("one", [0.5, 0.7], frame_ms=1.234)])
    assert len(row) == len(HEADINGS)
    assert row == ("one", "60% ± 10%", "0.60 ± 0.10", "–", "–", "1,000", "1.23")


def test_a_contest_without_seeds_or_networks_is_refused():
    with pytest.raises(ValueError, match="seeds is 0; expected 1 or more"):
        NetworkSettings(seeds=0)
    with pytest.raises(ValueError, match="presets is empty; expected one network or more"):
        NetworkSettings(())
