"""The page in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from har_live import predict
from tests.support.browser import DESK, PHONE, chromium, page_of
from tests.support.serve_made import TOKEN, Served, events_of, served
from tests.support.servers.mjpeg import MjpegCamera

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def camera(waving) -> Iterator[MjpegCamera]:
    """A camera before which the drawn person waves for ever."""
    with MjpegCamera(pictures=[picture[..., ::-1] for picture in waving]) as camera:
        yield camera


@pytest.fixture(scope="module")
def house(tmp_path_factory, shipped) -> Iterator[Served]:
    """A server with a source that is away, and so nothing to do but what is asked."""
    away = ("http://127.0.0.1:9/away",)
    with served(tmp_path_factory.mktemp("house") / "own", shipped, sources=away) as house:
        yield house


def test_a_live_source_with_label_people_and_latency(tmp_path, shipped, camera, browser):
    with (
        served(tmp_path / "own", shipped, sources=(camera.url,)) as site,
        page_of(browser) as page,
    ):
        events_of(site, until=lambda _kind, told: told.get("label") == "wave")
        page.goto(site.url)
        page.get_by_role("article").locator(".pill.live").wait_for()
        page.wait_for_function("document.querySelector('.label span').textContent === 'Wave'")
        page.wait_for_function("document.querySelector('.facts').innerText.includes(' ms')")
        picture, overlay = (
            page.evaluate(
                "(at) => { const c = document.querySelectorAll('.stage canvas')[at];"
                "return [c.width, c.height, new Set(c.getContext('2d')"
                ".getImageData(0, 0, c.width, c.height).data).size] }",
                at,
            )
            for at in (0, 1)
        )
        assert picture[:2] == overlay[:2] == [320, 240]
        assert (picture[2] > 100, overlay[2] > 2) == (True, True)
        page.get_by_role("status").filter(has_text="Wave").wait_for(state="attached")


def test_a_server_that_is_away_is_told_and_found_again(tmp_path, shipped, camera, browser):
    with page_of(browser, expected="WebSocket connection") as page:
        with served(tmp_path / "own", shipped, sources=(camera.url,)) as first:
            page.goto(first.url)
            page.locator(".pill.live").wait_for()
        page.locator(".notice", has_text="No connection to the server").wait_for()
        port = int(first.place.partition(":")[2])
        with served(tmp_path / "own", shipped, sources=(camera.url,), port=port):
            page.locator(".pill.live").wait_for()


def test_a_video_from_upload_to_player_by_keyboard(house, browser, clip, shipped):
    expected = predict(clip, shipped).segments
    with page_of(browser, size=PHONE, color_scheme="dark") as page:
        page.goto(house.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.get_by_role("link", name="Open a video").focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Open a video").wait_for()
        page.get_by_label("Choose a video").set_input_files(clip)
        page.get_by_role("button", name="Recognize").press("Enter")
        page.get_by_role("progressbar").wait_for()
        page.locator(".segments button").first.wait_for()
        assert page.locator(".segments button").count() == len(expected)
        assert "Wave" in page.locator(".segments button").first.inner_text()
        page.locator(".piece").first.wait_for()
        page.locator(".segments button").first.press("Enter")
        begin = expected[0].start_seconds
        page.wait_for_function(f"document.querySelector('video').currentTime >= {begin}")
        with page.expect_download() as download:
            page.get_by_role("link", name="JSON", exact=True).click()
        told = json.loads(download.value.path().read_text())
        assert [one["start_seconds"] for one in told["segments"]] == [
            segment.start_seconds for segment in expected
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.get_by_role("button", name="Delete this video").click()
        page.locator(".segments").wait_for(state="detached")


def test_nothing_sticks_out_on_a_phone_or_a_desk(house, browser):
    for size in (PHONE, DESK):
        with page_of(browser, size=size) as page:
            for section in ("live", "camera", "video", "teach"):
                page.goto(f"{house.url}/#{section}")
                page.locator(f"#{section}").wait_for()
                assert page.locator("main > section:visible").count() == 1
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"], section


def test_the_token_is_asked_once(tmp_path, shipped, browser):
    with served(tmp_path / "own", shipped, token=TOKEN) as site:
        context = browser.new_context()
        page = context.new_page()
        page.goto(site.url)
        assert page.evaluate("getComputedStyle(document.body).display") == "grid"  # it has a look
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button").click()
        page.get_by_role("alert").filter(has_text="not the token").wait_for()
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button").click()
        page.get_by_role("heading", name="Live sources").wait_for()
        page.goto(site.url)
        page.get_by_text("No source was named").wait_for()
        assert context.cookies()[0]["httpOnly"]
        assert page.evaluate("document.cookie") == ""
        context.close()
