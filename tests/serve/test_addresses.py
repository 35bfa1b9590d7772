"""Addresses of visitors: nothing that only this machine can reach is asked for them."""

from __future__ import annotations

import socket

import pytest

from har_live.errors import SourceError
from har_live.serve.addresses import addresses_of, asked, is_public
from har_live.serve.download import Download
from tests.support.servers.http_server import HttpServer, file_answer, page_answer, status_answer

ALL = ("http", "https", "youtube")


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1"),
        *("169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
        *("::127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:0:7f00:1::"),
    ],
)
def test_private_numbers_in_every_spelling(number):
    assert not is_public(number)


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_numbers(number):
    assert is_public(number)


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("file:///etc/passwd", "can't be understood"),
        ("/etc/passwd", "can't be understood"),
        ("rtsp://host/stream", "not opened here; allowed: http, https, youtube"),
        ("ftp://host/in.mp4", "not opened here; allowed"),
        ("concat:http://host/a", "can't be understood"),
        ("https://user:secret@host/in.mp4", "user name or password"),
        ("https://youtube.com:secret@127.0.0.1/watch", "user name or password"),
        ("http://host:99999999/", "can't be understood"),
        ("http://[::1/", "can't be understood"),
        ("http://ho\nst/", "can't be understood"),
        ("", "can't be understood"),
        ("http://host/" + "a" * 3000, "can't be understood"),
    ],
)
def test_kinds_that_are_not_opened(address, complaint):
    with pytest.raises(SourceError, match=complaint) as error:
        asked(address, ALL)
    assert "secret" not in str(error.value)


def test_a_name_that_only_looks_like_youtube_is_a_web_address():
    assert asked("https://youtube.com.evil.org/watch", ALL).kind == "https"
    assert asked("https://www.youtube.com/watch?v=x", ALL).kind == "youtube"
    with pytest.raises(SourceError, match="allowed: https"):
        asked("https://youtu.be/x", ("https",))


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "[::1]"])
def test_this_machine_under_other_names(host):
    with pytest.raises(SourceError, match=r"private|unknown"):
        addresses_of(asked(f"http://{host}/", ALL), allow_private=False)


def test_a_name_with_one_private_number_among_public_ones(monkeypatch):
    answer = [(socket.AF_INET, 1, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_how: answer)
    with pytest.raises(SourceError, match="private networks"):
        addresses_of(asked("http://both.example/", ALL), allow_private=False)


def fetch(address, path, *, max_bytes=10_000, allow_private=True):
    Download(
        kinds=ALL,
        allow_private=allow_private,
        max_bytes=max_bytes,
        max_seconds=20,
        on_progress=lambda _share: None,
    ).fetch(address, path)


def test_a_name_is_looked_up_once_and_that_number_is_asked(tmp_path, monkeypatch):
    """Were it asked again to connect, a server of names could answer with another number."""
    (tmp_path / "in.mp4").write_bytes(b"video")
    numbers = iter([socket.getaddrinfo("127.0.0.1", 0), AssertionError("asked again")])
    look_up = socket.getaddrinfo

    def answer(host, *args, **how):
        if host != "changes.example":
            return look_up(host, *args, **how)
        found = next(numbers)
        if isinstance(found, Exception):
            raise found
        return found

    with HttpServer() as server:
        server.route("/in.mp4", file_answer(tmp_path / "in.mp4"))
        monkeypatch.setattr(socket, "getaddrinfo", answer)
        fetch(f"http://changes.example:{server.port}/in.mp4", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"video"


def test_redirects_are_checked_like_addresses(tmp_path, monkeypatch):
    monkeypatch.setattr("har_live.serve.addresses.is_public", lambda number: number == "127.0.0.1")
    with HttpServer() as server:
        server.route("/file", lambda to: to.give_status(302, {"Location": "file:///etc/passwd"}))
        server.route("/private", lambda to: to.give_status(302, {"Location": "http://127.0.0.2/"}))
        server.route("/round", lambda to: to.give_status(302, {"Location": "/round"}))
        for path, complaint in {
            "/file": "can't be understood",
            "/private": "private networks",
            "/round": "redirects without end",
        }.items():
            with pytest.raises(SourceError, match=complaint):
                fetch(f"{server.url}{path}", tmp_path / "got", allow_private=False)
    assert not (tmp_path / "got").exists()


def test_what_can_not_be_had(tmp_path):
    (tmp_path / "large").write_bytes(bytes(20_000))
    with HttpServer() as server:
        server.route("/large", file_answer(tmp_path / "large"))
        server.route("/short", file_answer(tmp_path / "large", limit=300))
        server.route("/page", page_answer("<html>"))
        server.route("/none", status_answer(404))
        for path, complaint in {
            "/large": "larger than 0 MB",
            "/page": "a web page is at that address",
            "/none": r"refuses it \(404\)",
        }.items():
            with pytest.raises(SourceError, match=complaint):
                fetch(f"{server.url}{path}", tmp_path / "got")
        with pytest.raises(SourceError, match=r"ended .* early|as it should"):
            fetch(f"{server.url}/short", tmp_path / "got", max_bytes=100_000)
    with pytest.raises(SourceError, match="does not answer"):
        fetch(f"{server.url}/off", tmp_path / "got")
