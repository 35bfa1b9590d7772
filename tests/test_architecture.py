"""The house rules that code can check: who imports whom, what is public, what import costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import har_live
import training

PACKAGE = Path(har_live.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
TRAINING = Path(training.__file__).parent
TRAINING_FILES = sorted(TRAINING.rglob("*.py"))

# A room may import rooms of its own floor and of those below it.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"", "types", "errors", "letters", "missing", "names", "redact", "yuv"}),
    frozenset({"models", "people", "transforms", "card", "timeline", "cuts", "ahead", "moment"}),
    frozenset({"grid", "scorers", "smoothing", "segments", "shown", "figure"}),
    frozenset({"recognizer", "sources", "sinks", "overlay"}),
    frozenset({"realtime", "offline", "many", "doctor", "bench"}),
    frozenset({"console", "live_table", "cli", "__main__"}),
)
TRAINING_FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"settings", "lettering", "datasets", "provenance"}),
    frozenset({"data"}),
    frozenset({"measure"}),
    frozenset({"ship", "learn", "recipe", "import_pose"}),
    frozenset({"live", "bench"}),
    frozenset({"commands"}),
    frozenset({"", "__main__"}),
)
HOMES = {
    "torch": {"models", "scorers"},
    "safetensors": {"scorers"},
    "onnxruntime": {"scorers", "doctor"},
    "yt_dlp": {"sources", "doctor"},
    "onnx": set(),
    "av": {"sources", "sinks", "doctor", "bench/clips.py"},
    # In sources: the reading process listens to its parent; two threads want one picture.
    "threading": {"realtime", "sources", "ahead"},
    "rich": {"console", "live_table", "bench/table.py"},
    "typer": {"cli"},
}


def room_of(path: Path, package: Path = PACKAGE) -> str:
    """``har_live/sources/media/source.py`` → ``sources``; the package's own file → ``""``."""
    first = path.relative_to(package).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports_of(path: Path) -> set[str]:
    """Every module that a file names in an import, for types alone or not."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def floor_of(room: str, floors: tuple[frozenset[str], ...] = FLOORS) -> int:
    return next(i for i, rooms in enumerate(floors) if room in rooms)


def test_every_room_has_a_floor():
    assert {room_of(path) for path in FILES} <= frozenset().union(*FLOORS)
    rooms = {room_of(path, TRAINING) for path in TRAINING_FILES}
    assert rooms == frozenset().union(*TRAINING_FLOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_room_imports_upwards(path):
    if path == PACKAGE / "__init__.py":
        return  # it names the public things of every floor and loads them when asked
    here = room_of(path)
    for name in imports_of(path):
        if name.startswith("har_live."):
            there = name.split(".")[1]
            assert floor_of(there) <= floor_of(here), f"{here} imports {there}"


@pytest.mark.parametrize("path", TRAINING_FILES, ids=lambda p: str(p.relative_to(TRAINING)))
def test_no_room_of_training_imports_upwards(path):
    here = room_of(path, TRAINING)
    for name in imports_of(path):
        if name.startswith("training."):
            there = name.split(".")[1]
            floors = floor_of(there, TRAINING_FLOORS), floor_of(here, TRAINING_FLOORS)
            assert floors[0] <= floors[1], f"{here} imports {there}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_library_stays_in_its_rooms(path):
    here = {room_of(path), path.relative_to(PACKAGE).as_posix()}
    for library in {name.split(".")[0] for name in imports_of(path)} & HOMES.keys():
        assert here & HOMES[library], f"{library} in {path.name}"


def test_training_is_never_imported_by_the_package():
    assert not any(n.split(".")[0] == "training" for path in FILES for n in imports_of(path))


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
        "register_sink",
        "watch",
    ]
    for name in har_live.__all__:
        assert getattr(har_live, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = har_live.nope


def modules_after(code: str) -> set[str]:
    """Top-level modules loaded by a fresh Python that ran ``code``."""
    report = "\nimport sys; print(' '.join({m.split('.')[0] for m in sys.modules}))"
    run = [sys.executable, "-c", code + report]
    done = subprocess.run(run, check=True, timeout=60, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy():
    assert modules_after("import har_live").isdisjoint({"torch", "cv2", "av", "numpy", "yt_dlp"})


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
