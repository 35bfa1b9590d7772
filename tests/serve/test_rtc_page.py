"""The visitor's own camera in a real browser, before whose camera a real clip is played."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
pytest.importorskip("aiortc")

from aioice.ice import StunProtocol

from har_live import open_source
from har_live.card import open_weights
from har_live.label_names import readable
from har_live.lessons import guide_takes
from har_live.lessons.lesson import recordings_of
from har_live.recognizer import Recognizer
from har_live.serve import rtc_visitor
from har_live.serve.rtc_room import Delay
from har_live.types import NONE
from tests.support.browser import PHONE, WAIT_MS, chromium, page_of, require_chromium
from tests.support.camera_clip import CLIP_FPS, before_camera, pictures_of, write_y4m
from tests.support.lessons_made import gesture
from tests.support.resources import wait_until
from tests.support.rtc_client import be_patient, be_strict, num_cameras
from tests.support.serve_made import Served, served


@pytest.fixture(scope="module")
def camera_clip(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("camera") / "clip.y4m"
    write_y4m(path, pictures_of(22.8, 25.8))
    return path


@pytest.fixture(scope="module")
def site(shipped, tmp_path_factory) -> Iterator[Served]:
    require_chromium()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAR_LIVE_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(rtc_visitor, "SILENT_SECONDS", 3.0)
        be_patient(patch)
        with served(tmp_path_factory.mktemp("site"), shipped, max_visitors=2) as site:
            yield site


@pytest.fixture(scope="module")
def browser(camera_clip, site) -> Iterator[Any]:
    with chromium(*before_camera(camera_clip)) as browser:
        yield browser


@pytest.fixture
def page(browser, site) -> Iterator[Any]:
    """A tab of a phone; that the server is busy or away is no fault of the page."""
    wait_until(lambda: num_cameras(site) == 0)
    with page_of(browser, size=PHONE, expected="Failed to load resource") as page:
        page.context.set_default_timeout(WAIT_MS)
        yield page


NO_ADDRESSES = """
Object.defineProperty(RTCPeerConnection.prototype, "localDescription", { get: () => ({ sdp: "" }) })
"""
UNLIMITED = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def drop(*_: object) -> object:
    """Lose a packet: the browser's emulation of a lost network goes for HTTP alone."""
    return asyncio.ensure_future(asyncio.sleep(0))  # what may be awaited, or not


def predicted(clip: Path, recognizer: Recognizer) -> str:
    """Return the label that a clip has for most of its time."""
    stream, labels = recognizer.stream(), Counter()
    for _ in range(2):
        for frame in open_source(str(clip)):
            labels.update(one.label for one in stream.push(frame))
    return labels.most_common(1)[0][0]


def test_the_label_is_that_of_predict_in_every_tab_there_is_room_for(
    page, site, camera_clip, shipped, monkeypatch
):
    said_ms: list[float] = []
    monkeypatch.setattr(Delay, "hear", lambda _, delay_ms: said_ms.append(delay_ms))
    label = readable(predicted(camera_clip, shipped))
    page.goto(f"{site.url}/#camera")
    page.get_by_role("button", name="Start").click()
    page.locator(".label", has_text=label).wait_for()
    page.locator(".facts", has_text="Camera to label").wait_for()
    stage = page.locator("#camera .stage")
    assert 0 < float(stage.get_attribute("data-median")) < 5000
    # The picture below the joints is the one that they are of, but where a busy browser had none.
    page.wait_for_function(
        f"Math.abs(document.querySelector('#camera .stage').dataset.apart) < {500 / CLIP_FPS}"
    )
    assert page.evaluate(
        """() => {
          const canvas = document.querySelector("#camera .stage canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return data.some((value) => value);
        }"""
    )
    with page.context.new_page() as second:
        second.goto(f"{site.url}/#camera")
        second.get_by_role("button", name="Start").click()
        second.locator(".facts", has_text="Camera to label").wait_for()
        with page.context.new_page() as third:
            third.goto(f"{site.url}/#camera")
            third.get_by_role("button", name="Start").click()
            third.locator(".notice", has_text="Busy: as many cameras").wait_for()
            third.get_by_role("button", name="Try again").wait_for()
        wait_until(lambda: said_ms)
        assert all(0 < one < 60_000 for one in said_ms)
        with pytest.MonkeyPatch.context() as patch:
            be_strict(patch)
            second.locator(".notice", has_text="Busy: there are more cameras").wait_for()
        wait_until(lambda: num_cameras(site) == 1)
        second.get_by_role("button", name="Try again").click()
        second.locator(".facts", has_text="Camera to label").wait_for()
    # A closed tab makes room at once, not when it has been silent for long.
    wait_until(lambda: num_cameras(site) == 1, 2.5)
    page.get_by_role("link", name="Live sources").click()
    wait_until(lambda: num_cameras(site) == 0, 2.5)


def test_a_lost_network_frees_the_place_and_is_found_again(page, site):
    with page.context.new_page() as alone:  # what Chromium offers where there is loopback alone
        alone.add_init_script(NO_ADDRESSES)
        alone.goto(f"{site.url}/#camera")
        alone.get_by_role("button", name="Start").click()
        alone.locator(".notice", has_text="This device is in no network").wait_for()
    page.goto(f"{site.url}/#camera")
    page.get_by_role("button", name="Start").click()
    page.locator(".facts", has_text="In the server").wait_for()
    network = page.context.new_cdp_session(page)
    with pytest.MonkeyPatch.context() as patch:
        for way in ("datagram_received", "send_data", "send_stun"):
            patch.setattr(StunProtocol, way, drop)
        network.send("Network.emulateNetworkConditions", {"offline": True, **UNLIMITED})
        page.locator(".notice", has_text="The connection was lost; trying again").wait_for()
        wait_until(lambda: num_cameras(site) == 0)
    network.send("Network.emulateNetworkConditions", {"offline": False, **UNLIMITED})
    page.locator(".label", has_text="Looking").wait_for()
    wait_until(lambda: num_cameras(site) == 1)


def test_teach_in_the_page_and_go_live_with_it(page, site, monkeypatch):
    monkeypatch.setattr(guide_takes, "MOST_MISSED", 0.9)  # on a busy machine, too
    takes = recordings_of("gym")
    for take in (gesture(NONE, num_frames=150), gesture("left_arm"), gesture("left_arm", phase=5)):
        takes.add(take)
    page.goto(f"{site.url}/#teach")
    page.get_by_label("Name", exact=True).fill("gym")
    page.get_by_label("Actions").fill("Star jump")
    page.get_by_label("Takes of each").fill("2")
    page.get_by_label("Seconds of a take").fill("1")
    page.get_by_role("button", name="To the camera").click()
    page.get_by_role("button", name="Space start").wait_for()
    page.keyboard.press("Space")
    page.locator(".count", has_text=re.compile("[123]")).wait_for()
    page.locator(".message", has_text="Kept").wait_for()
    page.keyboard.press("Backspace")
    wait_until(lambda: "Star jump" not in takes.counts())
    page.get_by_role("heading", name="Taught: gym").wait_for()
    assert takes.counts()["Star jump"] == 2
    row = page.get_by_role("row", name="Star jump")
    assert row.get_by_role("cell").nth(1).inner_text() == "2"
    assert "Star jump" in open_weights("gym").card.labels
    page.get_by_role("button", name="Go live with it").click()
    page.locator(".label", has_text="Star jump").wait_for()
    assert page.get_by_label("Weights").input_value() == "gym"
