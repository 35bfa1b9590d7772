"""Requests that are too large or too slow: a clear answer, and nothing left behind."""

from __future__ import annotations

import socket

import pytest

from har_live.serve import limits, server
from tests.support.resources import wait_until
from tests.support.serve_made import Served, served

WAIT_SECONDS = 20


def raw(site: Served, head: str) -> socket.socket:
    """Open a connection that has sent this and no more."""
    host, port = site.place.split(":")
    connection = socket.create_connection((host, int(port)), WAIT_SECONDS)
    connection.sendall(head.replace("\n", "\r\n").encode())
    return connection


def answer_of(connection: socket.socket) -> str:
    """All that comes until the server closes the connection."""
    with connection:
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts).decode()


@pytest.mark.parametrize("head", ["", "GET / HTTP/1.1\nHost: localh"])
def test_a_head_that_never_ends_is_given_up(site, monkeypatch, head):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
    assert answer_of(raw(site, head)) == ""


@pytest.mark.parametrize("path", ["/api/predict", "/login"])
def test_a_body_that_comes_too_slowly(site, monkeypatch, path):
    monkeypatch.setattr(limits, "PART_SECONDS", 0.2)
    head = f"POST {path} HTTP/1.1\nHost: localhost\nContent-Length: 1000\n\nabc"
    assert answer_of(raw(site, head)).startswith("HTTP/1.1 408 ")
    assert site.left_behind() == []


def test_an_upload_that_is_too_large(site):
    for how in ({"content": bytes(2_000_001)}, {"content": (bytes(500_000) for _ in range(5))}):
        answer = site.http.post("/api/predict", **how)
        assert answer.status_code == 413
        assert answer.json() == {"detail": "that is too large; the most is 2 MB"}
    assert site.http.post("/login", content=bytes(1_000_001)).status_code == 413
    long = {"address": "x" * 1_000_000}  # JSON is read into memory: an upload's limit is no limit
    assert site.http.post("/api/predict", json=long).status_code == 413
    assert site.left_behind() == []


def test_an_upload_that_breaks_off(site):
    head = "POST /api/predict HTTP/1.1\nHost: localhost\nContent-Length: 1000\n\nabc"
    raw(site, head).close()
    assert site.http.post("/api/predict", content=b"").status_code == 400
    assert site.left_behind() == []


def test_who_is_under_way_when_the_server_ends_is_told_so(shipped, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.2)
    with served(tmp_path / "own", shipped) as site:
        head = "POST /api/predict HTTP/1.1\nHost: localhost\nContent-Length: 1000\n\nabc"
        connection = raw(site, head)
        wait_until(lambda: len(site.left_behind()) == 1)
    answer = answer_of(connection)
    assert answer.startswith("HTTP/1.1 503 ")
    assert "the server is being ended" in answer
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/html", b"<p>", 415),
        ("application/json", b"{", 400),
        ("application/json", b'{"address": 3}', 400),
        ("application/json", b'{"address": "file:///etc/passwd"}', 403),
        ("application/json", b'{"address": "rtsp://host/x"}', 403),
    ],
)
def test_what_is_no_video(site, kind, body, status):
    answer = site.http.post("/api/predict", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert site.left_behind() == []
