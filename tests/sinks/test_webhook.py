"""Web hooks: what they get, and what happens when they fail, stall, redirect, reset or are away."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from har_live import SinkError, annotate, live
from har_live.sinks import courier, outbox
from har_live.sinks.base import SinkSettings
from har_live.sinks.kinds import open_sink
from har_live.sinks.webhook import LONGEST_RETRY_AFTER_SECONDS, _retry_after
from tests.support.live_made import WatchedRecognizer
from tests.support.make_media import make_clip
from tests.support.network_sinks import LAST, begun, free_port, over, seen, stalled_server
from tests.support.resources import wait_until
from tests.support.servers.http_server import HttpServer, Request
from tests.support.sources_made import MadeSource, frames, paced


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other in hundredths of a second; who says nothing is given up soon."""
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 0.02)
    monkeypatch.setattr("har_live.backoff.LONGEST_DELAY_SECONDS", 0.05)
    monkeypatch.delenv("HAR_LIVE_HOOK_SECRET", raising=False)


class Hook:
    """Keeps what it is sent; the first answers are chosen, the later ones 204."""

    def __init__(self, *first: int | dict[str, str]) -> None:
        self.first = list(first)
        self.requests: list[Request] = []
        self.times_seconds: list[float] = []

    def __call__(self, request: Request) -> None:
        self.requests.append(request)
        self.times_seconds.append(time.monotonic())
        answer = self.first.pop(0) if self.first else 204
        if isinstance(answer, dict):
            headers = dict(answer)
            request.give_status(int(headers.pop("status")), headers)
        else:
            request.give_status(answer)

    @property
    def starts(self) -> list[float]:
        """What ``over`` put into each request."""
        return [json.loads(request.body)["start_seconds"] for request in self.requests]

    @property
    def ids(self) -> list[str]:
        return [request.headers["X-Har-Live-Delivery"] for request in self.requests]


def hook_at(server: HttpServer, *first: int | dict[str, str]) -> Hook:
    hook = Hook(*first)
    server.route("/hook", hook)
    return hook


# --- what they get ----------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["address", "environment"])
def test_annotate_posts_what_it_writes_signed(small_weights, server, tmp_path, monkeypatch, place):
    clip = make_clip(tmp_path / "in.mp4", pts_seconds=[i / 20 for i in range(40)], size=(160, 120))
    hook = hook_at(server)
    secret, login = "s/e:c?ret ü", ""
    if place == "address":
        login = ":s%2Fe%3Ac%3Fret%20%C3%BC@"
    else:
        monkeypatch.setenv("HAR_LIVE_HOOK_SECRET", secret)
    annotate(
        clip,
        WatchedRecognizer(small_weights("lrcn")),
        sinks=[f"http://{login}{server.place}/hook?token=1", tmp_path / "out.jsonl"],
    )
    head, *lines = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    del head["labels"]
    assert lines != []
    assert [json.loads(request.body) for request in hook.requests] == [head | o for o in lines]
    assert server.requests == ["/hook?token=1"] * len(lines)
    assert len(set(hook.ids)) == len(lines)
    for request in hook.requests:
        right = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        assert request.headers["X-Har-Live-Signature"] == f"sha256={right}"
        assert request.headers["Content-Type"] == "application/json; charset=utf-8"
        assert request.headers["Authorization"] is None


def test_without_a_secret_nothing_is_signed(server):
    hook = hook_at(server)
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    sink.close()
    assert hook.requests[0].headers["X-Har-Live-Signature"] is None


def test_the_receiver_of_the_readme_tells_ours_from_others(tmp_path, monkeypatch):
    port = free_port()
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    code = re.search(r"<!-- receiver -->\n```py\n(.*?)```", readme, re.S)[1]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HAR_LIVE_HOOK_SECRET", "secret")
    receiver = subprocess.Popen(
        [sys.executable, "-c", code.replace("8000", str(port))],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        ours = begun(f"http://127.0.0.1:{port}/hook")
        ours.write(over(3))
        assert json.loads(receiver.stdout.readline())["start_seconds"] == 3
        ours.close()
        other = begun(f"http://:wrong@127.0.0.1:{port}/hook")
        other.write(over(4))
        assert receiver.stdout.readline() == "not from us\n"
        with pytest.raises(SinkError, match=r"refuses events \(401 Unauthorized\)"):
            other.close()
    finally:
        receiver.kill()
        receiver.communicate(timeout=20)


# --- what fails -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_not_now_is_tried_again_in_order(server, caplog, status):
    hook = hook_at(server, status, status)
    sink = begun(f"{server.url}/hook")
    for number in range(3):
        sink.write(over(number))
    sink.write(LAST)
    sink.close()
    assert hook.starts == [0, 0, 0, 1, 2]
    assert len(set(hook.ids)) == 3
    assert len(set(hook.ids[:3])) == 1
    assert caplog.text.count("can't take events now") == 1
    assert caplog.text.count("takes events again") == 1


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_a_refusal_is_final_and_counted(server, caplog, status):
    hook = hook_at(server, 204, status)
    sink = begun(f"{server.url}/hook")
    for number in range(3):
        sink.write(over(number))
    sink.close()
    assert hook.starts == [0, 1, 2]
    assert f"refuses events ({status} " in caplog.text
    assert "1 of 3 events were not delivered" in caplog.text


def test_a_hook_that_refuses_to_the_end_is_an_error(server):
    hook = hook_at(server, *[401] * 5)
    sink = begun(f"{server.url}/hook")
    for number in range(2):
        sink.write(over(number))
    with pytest.raises(SinkError, match=r"2 of 2 events were not delivered: refuses events \(401"):
        sink.close()
    sink.close()  # a second call does nothing
    assert hook.starts == [0, 1]


def test_an_event_that_is_never_taken_gives_way_to_the_next(server, monkeypatch, caplog):
    monkeypatch.setattr("har_live.sinks.webhook.MAX_ATTEMPTS", 3)
    hook = hook_at(server, 500, 500, 500)
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    sink.write(over(1))
    sink.close()
    assert hook.starts == [0, 0, 0, 1]
    assert "1 of 2 events were not delivered" in caplog.text


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_at_the_end_too(server, form):
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    hook = hook_at(server, {"status": "429", "Retry-After": "1" if form == "seconds" else later})
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    sink.close()
    assert hook.starts == [0, 0]
    # The date has whole seconds: the first is under way already.
    assert hook.times_seconds[1] - hook.times_seconds[0] >= (1.0 if form == "seconds" else 0.5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999", LONGEST_RETRY_AFTER_SECONDS),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2915 07:28:00 -0000", LONGEST_RETRY_AFTER_SECONDS),
        ("soon", None),
        ("-5", None),
        (f"Wed, {10**20} Oct 2015 07:28:00 GMT", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert _retry_after({} if text is None else {"Retry-After": text}) == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server, status, caplog):
    elsewhere = Hook()
    server.route("/else", elsewhere)
    to = f"{server.url}/else?token=secret"
    hook = hook_at(server, {"status": str(status), "Location": to})
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    with pytest.raises(SinkError, match=rf"redirects to {server.url} \({status} "):
        sink.close()
    assert (hook.starts, elsewhere.starts) == ([0], [])
    assert "secret" not in caplog.text


def test_a_connection_that_is_reset_is_tried_again(server, caplog):
    def reset(request: Request) -> None:
        resets.append(request)
        if len(resets) < 3:
            request.connection.close()
            request.close_connection = True
            raise ConnectionResetError
        request.give_status(200)

    resets: list[Request] = []
    server.route("/hook", reset)
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    sink.close()
    assert len(resets) == 3
    assert caplog.text.count("can't be reached") == 1


def test_a_hook_that_is_away_at_first_gets_everything_later(monkeypatch, caplog):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    port = free_port()
    sink = begun(f"http://127.0.0.1:{port}/hook")
    for number in range(3):
        sink.write(over(number))
    wait_until(lambda: sink.trouble is not None)
    assert "can't be reached (Connection refused), 3 undelivered" in sink.trouble
    with HttpServer(port) as server:
        hook = hook_at(server)
        wait_until(lambda: len(hook.requests) == 3)
        wait_until(lambda: sink.trouble is None)
        sink.close()
    assert hook.starts == [0, 1, 2]
    assert caplog.text.count("can't be reached") == 1


def test_what_is_too_much_for_a_stalled_hook_is_counted(server, monkeypatch):
    """Whatever it does: ``write`` puts into a bounded box, and the end comes in bounded time."""
    monkeypatch.setattr(outbox, "MAX_WAITING", 10)
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.3)
    stalls = threading.Event()

    def stall(request: Request) -> None:
        stalls.set()
        request.stall()

    server.route("/hook", stall)
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    assert stalls.wait(20)
    for number in range(1, 31):
        sink.write(over(number))
    assert (sink._box.num_events, sink._box.num_lost) == (31, 20)
    assert sink.trouble is None  # it may answer yet
    with pytest.raises(SinkError, match="31 of 31 events were not delivered: no answer in time"):
        sink.close()
    assert not [t for t in threading.enumerate() if t.name == "har-live-courier"]


def test_a_hook_that_stalls_and_returns_loses_nothing(server, monkeypatch):
    monkeypatch.setattr("har_live.sinks.hook_connection.TIMEOUT_SECONDS", 0.3)
    hook = Hook()
    is_slow = True

    def answer(request: Request) -> None:
        nonlocal is_slow
        if is_slow:
            is_slow = False
            request.stall()
        hook(request)

    server.route("/hook", answer)
    monkeypatch.setattr("tests.support.servers.http_server.STALL_SECONDS", 1)
    sink = begun(f"{server.url}/hook")
    for number in range(3):
        sink.write(over(number))
    sink.close()
    assert set(hook.starts) == {0, 1, 2}


# --- what is secret ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["http://:geheim@127.0.0.1:1/api/webhook/geheim?token=geheim", "http://u:ge/heim@h/geheim"],
)
def test_no_secret_is_shown(address, monkeypatch, caplog):
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.2)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    caplog.set_level("DEBUG")

    def deliver() -> None:
        sink = begun(address)
        sink.write(over(0))
        sink.close()

    with pytest.raises(SinkError) as told:
        deliver()
    for text in (str(told.value), caplog.text, repr(told.value.__cause__)):
        assert "heim" not in text


@pytest.mark.parametrize(
    "address",
    [
        *("http://", "https:///path", "http://h:0/", "http://h:x/", "http://..h/", "http://h..x/"),
        *("http://a b/", f"http://{300 * 'a'}/", "http://h/\udcff", "http://h/?\udcff"),
    ],
)
def test_an_address_without_a_host_is_refused(address):
    with pytest.raises(SinkError, match=r"is no address of a hook: https://host:port/path"):
        open_sink(address, SinkSettings())


def test_odd_letters_in_an_address_are_escaped(server):
    hook = Hook()
    server.route("/%C3%BC%20/%2F", hook)
    sink = begun(f"{server.url}/ü /%2F?a=b c&d=%26")
    sink.write(over(0))
    sink.close()
    assert server.requests == ["/%C3%BC%20/%2F?a=b%20c&d=%26"]


def test_certificates_are_checked(server, tmp_path: Path, monkeypatch):
    trustme = pytest.importorskip("trustme")
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.3)
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server._server.socket = context.wrap_socket(server._server.socket, server_side=True)
    hook = hook_at(server)
    address = f"https://{server.place}/hook"
    sink = begun(address)
    sink.write(over(0))
    wait_until(lambda: sink.trouble is not None)
    with pytest.raises(SinkError, match=r"its certificate is not trusted: .*SSL_CERT_FILE"):
        sink.close()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    sink = begun(address)
    sink.write(over(1))
    sink.close()
    assert hook.starts == [1]


# --- live -------------------------------------------------------------------------------------


def test_live_labels_go_on_without_the_hook(small_weights, tmp_path, monkeypatch):
    """Of two sources; at the end there is one line, and exit code 1 of the command."""
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.3)
    films = [lambda: MadeSource(paced(frames(45))) for _ in range(2)]
    with stalled_server() as port:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr("har_live.sinks.hook_connection.TIMEOUT_SECONDS", 0.2)
        with pytest.raises(SinkError, match="events were not delivered: "):
            live(
                ["one", "two"],
                WatchedRecognizer(small_weights("lrcn")),
                sinks=[f"http://127.0.0.1:{port}/hook", tmp_path / "out.jsonl"],
                open_new=films,
            )
    for number in (1, 2):
        lines = (tmp_path / f"out-{number}.jsonl").read_text().splitlines()
        assert len(lines) > 1


def test_a_fault_of_ours_ends_no_label(server, monkeypatch):
    def broken(*_about: object) -> None:
        raise ZeroDivisionError("http://u:secret@h/")

    monkeypatch.setattr("har_live.sinks.webhook.Webhook._post", broken)
    sink = begun(f"{server.url}/hook")
    sink.write(over(0))
    wait_until(lambda: sink.trouble is not None)
    sink.write(seen(1))
    with pytest.raises(SinkError, match="not delivered: ZeroDivisionError: http://h/"):
        sink.close()


def test_every_courier_may_be_ended_before_it_begins(server):
    sink = open_sink(f"{server.url}/hook", SinkSettings())
    assert isinstance(sink, courier.Courier)
    sink.close()
    sink.abort()
