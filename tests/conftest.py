"""Guards that watch every test, and the folder of real clips where there is one."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

# Before torch is loaded, here and in the processes that tests start: two threads that wait for each
# other by spinning take minutes instead of seconds where other work has the second core.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import har_live.realtime.tile
from har_live.card import Weights, open_weights
from har_live.overlay import OverlayState, OverlayView
from tests.support.fake_v4l2 import FakeKernel
from tests.support.people_expected import FILMS
from tests.support.people_film import FakeNet
from tests.support.servers.http_server import HttpServer
from tests.support.video_made import make_clip_with_tone
from tests.support.weights_made import JOINT_KINDS, make_weights
from tests.support.x_server import XServer, require_x_programs

SHARED_DATA = Path(
    os.environ.get("HAR_LIVE_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)
THREAD_GRACE_SECONDS = 2.0


@pytest.fixture
def shared_data() -> Path:
    """The folder of real clips; the test skips on a machine that has none."""
    if not (SHARED_DATA / "clips.csv").exists():
        pytest.skip("the real clips are not on this machine (set HAR_LIVE_DATA to their folder)")
    return SHARED_DATA


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Weights]:
    """Small weights of one of ``weights_made.CONFIGS``, exported once for all tests.

    Processes that share the tests (pytest-xdist) share the weights: who has made some first moves
    them to where the others look.
    """
    own = tmp_path_factory.mktemp("small-weights")
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "weights-of-all"
    shared.mkdir(exist_ok=True)

    @cache
    def made(kind: str) -> Weights:
        if not (shared / kind).exists():
            make_weights(own / kind, kind)
            with suppress(OSError):  # another process was faster: its weights are the same
                (own / kind).rename(shared / kind)
        return open_weights(shared / kind)

    return made


@pytest.fixture(scope="module", params=JOINT_KINDS)
def joint_weights(small_weights: Callable[[str], Weights], request) -> Weights:
    """Small weights that read joints, each kind in turn."""
    return small_weights(request.param)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> FakeNet:
    """Finds the scripted people of ``people_expected.FILMS``, wherever people are looked for."""
    net = FakeNet(FILMS)
    net.install(monkeypatch)
    return net


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeKernel:
    """A Linux kernel without cameras, until some are plugged in."""
    return FakeKernel(tmp_path, monkeypatch)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    """A web server on this machine, whatever proxy there is."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with HttpServer() as server:
        yield server


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> list[OverlayView]:
    """Everything that live use draws."""
    draw = har_live.realtime.tile.draw
    drawn: list[OverlayView] = []

    def noting(image, view):
        drawn.append(view)
        return draw(image, view)

    monkeypatch.setattr(har_live.realtime.tile, "draw", noting)
    return drawn


@pytest.fixture
def played_seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times of all frames that live use draws; the strip in ``views`` moves seldomer."""
    view = OverlayState.view
    played: list[float] = []

    def noting(self, now_seconds, **rest):
        played.append(now_seconds)
        return view(self, now_seconds, **rest)

    monkeypatch.setattr(OverlayState, "view", noting)
    return played


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A video with sound whose frames are unevenly spaced, alone in its folder."""
    folder = tmp_path / "source"
    folder.mkdir()
    return make_clip_with_tone(folder / "variable.mp4")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A video to be written, the first file of its folder."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "out.mp4"


@pytest.fixture(scope="module")
def x_server() -> Iterator[XServer]:
    """A screen; the test skips where its programs are missing."""
    require_x_programs()
    with XServer() as server:
        yield server


@pytest.fixture(autouse=True)
def leaves_no_thread() -> Iterator[None]:
    """Fail a test that leaves a thread of ours running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + THREAD_GRACE_SECONDS
    for thread in set(threading.enumerate()) - before:
        # tqdm-like monitors and executor workers of libraries are daemons without our names.
        if thread.name.startswith("har-live"):
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"thread left running: {thread.name}"


@pytest.fixture(autouse=True)
def logs_no_error(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test during which har-live logged an error."""
    yield
    errors = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.ERROR and record.name.startswith("har_live")
    ]
    assert not errors, f"logged as error: {errors}"
