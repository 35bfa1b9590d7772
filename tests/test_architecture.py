"""The house rules that code can check: what is public, what import costs.

Who may import whom stands in pyproject.toml, and ``lint-imports`` holds it.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

import har_live


def test_public_names():
    assert har_live.__all__ == sorted(har_live.__all__)
    assert har_live.__all__ == [
        "BackendError",
        "ClipSpec",
        "Frame",
        "HarLiveError",
        "LiveSettings",
        "LiveSummary",
        "ModelCard",
        "Moment",
        "Prediction",
        "Recognition",
        "Recognizer",
        "Recording",
        "Recordings",
        "Run",
        "Segment",
        "Sink",
        "SinkError",
        "SinkSettings",
        "SourceError",
        "Stream",
        "StreamGroup",
        "WeightsError",
        "Window",
        "annotate",
        "annotate_all",
        "live",
        "open_source",
        "open_weights",
        "predict",
        "teach",
        "watch",
    ]
    for name in har_live.__all__:
        assert getattr(har_live, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = har_live.nope


def modules_after(code: str) -> set[str]:
    """Modules loaded by a fresh Python that ran ``code``."""
    report = "\nimport sys; print(' '.join(sys.modules))"
    run = [sys.executable, "-c", code + report]
    done = subprocess.run(run, check=True, timeout=60, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert modules_after("import har_live").isdisjoint({"torch", "cv2", "av", "numpy", "yt_dlp"})


def test_a_public_name_loads_its_own_room_alone():
    loaded = modules_after("from har_live import open_source")
    assert "har_live.sources" in loaded
    assert loaded.isdisjoint({"har_live.scorers", "har_live.recognizer", "torch", "cv2", "av"})


@pytest.mark.parametrize("command", ["show", "adapt", "train-pixels", "compare"])
def test_a_folder_that_is_not_there_is_said_before_anything_heavy_is_loaded(command):
    code = f"""
import sys
sys.argv = ["training", "{command}", "nowhere"]
from training.__main__ import main
try:
    main()
except SystemExit as end:
    assert end.code == 1
"""
    assert modules_after(code).isdisjoint({"torch", "lightning", "cv2", "av"})


def test_help_loads_nothing_heavy():
    code = """
import sys
sys.argv = ["har-live", "--help"]
from har_live.cli import main
try:
    main()
except SystemExit as end:
    assert end.code == 0
"""
    heavy = {"torch", "cv2", "av", "onnxruntime", "yt_dlp"}
    assert modules_after(code).isdisjoint(heavy)
