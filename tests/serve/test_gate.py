"""Who is let in: by name, by page, by token."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from har_live.recognizer import Recognizer
from har_live.serve.secrets import cookie_value
from har_live.serve.settings import ServeSettings
from tests.support.serve_made import TOKEN, Served, served

BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, shipped: Recognizer) -> Iterator[Served]:
    """A server that asks for the token."""
    with served(tmp_path_factory.mktemp("locked") / "own", shipped, token=TOKEN) as site:
        yield site


def every_call(locked: Served) -> list[tuple[str, str]]:
    schema = locked.http.get("/openapi.json", headers=BEARER).json()
    calls = [
        (method.upper(), path.format(number=0, job_id="x", name="events.csv"))
        for path, methods in schema["paths"].items()
        for method in methods
        if path != "/healthz"
    ]
    assert ("POST", "/api/predict") in calls
    page = ("/", "/main.js", "/style.css", "/openapi.json", "/nothing", "/healthz/../metrics")
    return [*calls, *(("GET", path) for path in page)]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_nothing_answers_without_the_token(locked, headers):
    for method, path in every_call(locked):
        answer = locked.http.request(method, path, headers=headers)
        assert answer.status_code == 401, (method, path)
    assert locked.http.get("/healthz", headers=headers).json() == {"status": "ok"}
    for path in ("/api/events/ws", "/api/sources/0/watch", "/nothing"):
        with pytest.raises(InvalidStatus, match="401"):
            locked.socket(path, **headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": "Bearer"},
        {"Cookie": f"har_live={TOKEN}"},
        {"Cookie": "har_live="},
        {"Cookie": f"other={cookie_value(TOKEN)}"},
    ],
)
def test_what_is_not_quite_the_token(locked, headers):
    assert locked.http.get("/api/sources", headers=headers).status_code == 401


def test_the_form_gives_a_cookie_that_is_not_the_token(locked, caplog):
    with caplog.at_level(logging.DEBUG):
        page = locked.http.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, 'name="token"' in page.text) == (401, True)
        assert "not the token" not in page.text
        wrong = locked.http.post("/login", data={"token": "wrong"})
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
        assert "That is not the token." in wrong.text
        right = locked.http.post("/login", data={"token": TOKEN})
    assert (right.status_code, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/"))
    assert TOKEN not in cookie
    assert locked.http.get("/api/sources").status_code == 200  # httpx keeps the cookie
    locked.http.cookies.clear()
    told = caplog.text + repr(locked.settings) + locked.http.get("/metrics", headers=BEARER).text
    assert TOKEN not in told


def test_names_that_are_not_ours_are_refused(site):
    """Else a page whose name was made to mean this machine could read what this one shows."""
    for host in ("evil.org", "127.0.0.1.evil.org", "", "a b", "127.0.0.1@evil.org", "192.168.0.9"):
        assert site.http.get("/api/sources", headers={"Host": host}).status_code in (400, 421)
    for host in ("localhost", "127.0.0.1:1234", "[::1]:8808", "LOCALHOST."):
        assert site.http.get("/api/sources", headers={"Host": host}).status_code == 200


def test_pages_of_others_can_change_nothing(site):
    foreign = ({"Origin": "http://evil.org"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"})
    for headers in foreign:
        assert site.http.post("/api/predict", headers=headers).status_code == 403
        assert site.http.delete("/api/predict/x", headers=headers).status_code == 403
        with pytest.raises(InvalidStatus, match="403"):
            site.socket("/api/events/ws", **headers)
    own = {"Origin": site.url, "Sec-Fetch-Site": "same-origin"}
    assert site.http.delete("/api/predict/x", headers=own).status_code == 404


def test_browsers_are_told_to_be_careful(site):
    for path in ("/", "/main.js", "/api/sources", "/nothing"):
        headers = site.http.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers


def test_no_path_leads_out_of_the_page(site):
    for path in (
        *("/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "//etc/passwd", "/%2fetc/passwd"),
        *("/..%5capp.py", "/main.js%00.css", "/api/predict/..%2f..%2fx/files/events.csv"),
    ):
        answer = site.http.get(site.url + path)
        assert answer.status_code in (400, 404), path
        assert "create_app" not in answer.text


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"host": "0.0.0.0"}, "give a token"),
        ({"host": "192.168.1.5"}, "give a token"),
        ({"token": "short"}, "16 letters"),
    ],
)
def test_what_the_operator_may_not_choose(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        ServeSettings(**settings)
