"""No secret of an address survives, and what is no secret does."""

from __future__ import annotations

import pytest

from har_live.redact import redact, redact_path, redact_url


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("rtsp://user:secret@host/p?token=x", "rtsp://host/p"),
        ("rtsp://user@host:554/p", "rtsp://host:554/p"),
        ("rtsp://:secret@host/p", "rtsp://host/p"),
        ("https://host/p#token=x", "https://host/p"),
        ("https://host?token=x", "https://host"),
        ("RTSP://USER:SECRET@HOST/P", "RTSP://HOST/P"),
        ("rtsp://user:secret@[fe80::1]:554/p", "rtsp://[fe80::1]:554/p"),
        ("http://[::1]:8080/p?token=x", "http://[::1]:8080/p"),
    ],
)
def test_user_password_query_and_fragment_go(location: str, shown: str) -> None:
    assert redact_url(location) == shown


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("rtsp://user:se@cret@host/p", "rtsp://host/p"),
        ("rtsp://user:se:cret@host/p", "rtsp://host/p"),
        ("rtsp://user:se/cret@host/p", "rtsp://host/p"),
        ("rtsp://user:12/34@host/p", "rtsp://host/p"),
        ("rtsp://user:s@e/c:ret@host:554/p", "rtsp://host:554/p"),
        ("rtsp://user:sec ret@host/p", "rtsp://host/p"),
        ("rtsp://user:se?cret@host/p", "rtsp://***"),
        ("rtsp://user:s@e?cret@host/p", "rtsp://***"),
        ("rtsp://user:se#cret@host/p", "rtsp://***"),
        ("http://user:secret@host/p?mail=a@secret", "http://***"),
        ("rtsp://user:secret", "rtsp://***"),
    ],
)
def test_odd_passwords_go_entirely(location: str, shown: str) -> None:
    assert redact_url(location) == shown


@pytest.mark.parametrize(
    "location",
    [
        "clip.mp4",
        "/videos/a@b:c?d.mp4",
        "C:\\videos\\clip.mp4",
        "0",
        "http://host:8080/live/stream.m3u8",
        "https://example.org/@channel/live",
    ],
)
def test_what_holds_no_secret_stays(location: str) -> None:
    assert redact_url(location) == location


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("can't open 'rtsp://u:s@h/p?t=x': timed out", "can't open 'rtsp://h/p': timed out"),
        ("rtsp://u:s@h/a, then http://h2/b?k=v. End", "rtsp://h/a, then http://h2/b. End"),
        ("['rtsp://u:s@h/a','rtsp://u:s@h2/b']", "['rtsp://h/a','rtsp://h2/b']"),
        ("rtsp://u:s@h/a,rtsp://u:s@h2/b", "rtsp://h/a,rtsp://h2/b"),
        ("(see https://h/x?k=v)", "(see https://h/x)"),
        ("rtsp://u:s@h/a\nrtsp://u:s@h2/b", "rtsp://h/a\nrtsp://h2/b"),
        ("http://h/p?url=rtsp://u:s@h2/x done", "http://h/p done"),
        ("rtsp://u:s@e@h/p failed", "rtsp://h/p failed"),
        ("clip.mp4: ends at 12:30", "clip.mp4: ends at 12:30"),
        ("", ""),
    ],
)
def test_every_url_of_a_text_is_redacted(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://u:s@host:8080/hook/secret?t=x#y", "https://host:8080"),
        ("https://u:se/cret@host/hook", "https://host"),
        ("https://u:se?cret@host/hook", "https://***"),
        ("http://[::1]:80/secret", "http://[::1]:80"),
        ("out/a.mp4", "out/a.mp4"),
    ],
)
def test_of_a_hook_the_host_alone_is_shown(location: str, shown: str) -> None:
    assert redact_path(location) == shown
