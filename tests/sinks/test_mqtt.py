"""A real MQTT broker: what it is told and keeps, and what happens while it is away, or refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

pytest.importorskip("paho.mqtt.client")

from har_live import LiveSettings, SinkError, annotate, annotate_all, live
from har_live.errors import SourceError
from har_live.sinks import mqtt_connection, outbox
from har_live.sinks.home_assistant import safe_name
from har_live.types import Segment
from tests.support.live_made import MadeWindow, WatchedRecognizer, live_one
from tests.support.make_media import make_clip
from tests.support.network_sinks import LAST, begun, over, says, seen, stalled_server
from tests.support.resources import wait_until
from tests.support.servers.mosquitto import Listener, Mosquitto, kept, require_mosquitto
from tests.support.sources_made import MadeSource, frames, paced

ROOT = Path(__file__).parents[2]
PASSWORD = "ge/h:eim"
LOGIN = "home:ge%2Fh%3Aeim"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other in hundredths of a second."""
    monkeypatch.setattr("har_live.backoff.FIRST_DELAY_SECONDS", 0.02)
    monkeypatch.setattr("har_live.backoff.LONGEST_DELAY_SECONDS", 0.05)
    monkeypatch.delenv("HAR_LIVE_MQTT_PASSWORD", raising=False)


@pytest.fixture
def down(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that is not started yet."""
    require_mosquitto()
    broker = Mosquitto(tmp_path)
    yield broker
    broker.kill()


@pytest.fixture
def broker(down: Mosquitto) -> Mosquitto:
    return down.start()


@pytest.fixture
def recognizer(small_weights) -> WatchedRecognizer:
    return WatchedRecognizer(small_weights("lrcn"))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    times = [i / 20 for i in range(40)]
    return make_clip(tmp_path / "in.mp4", pts_seconds=times, size=(160, 120))


def url(broker: Mosquitto, more: str = "") -> str:
    return f"mqtt://127.0.0.1:{broker.port}/home/har{more}"


def states(port: int) -> dict[str, object]:
    """What the broker keeps below ``home/har/figure``."""
    begin = "home/har/figure/"
    found = {topic: body for topic, body in kept(port).items() if topic.startswith(begin)}
    return {
        topic.removeprefix(begin): json.loads(body)["label"] if b"{" in body else body.decode()
        for topic, body in found.items()
    }


# --- what it is told --------------------------------------------------------------------------


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_annotate_tells_what_it_writes(recognizer, clip, tmp_path, broker, qos):
    sinks = [url(broker, f"?qos={qos}"), tmp_path / "out.jsonl"]
    with Listener(broker.port) as listener:
        annotate(clip, recognizer, sinks=sinks)
        head, *lines = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
        del head["labels"]
        place = f"home/har/{safe_name('in.mp4')}"
        wait_until(lambda: len(listener.of(f"{place}/events")) == len(lines) > 0)
        assert [json.loads(body) for body in listener.of("/events")] == [head | o for o in lines]
        listener.wait_for(f"{place}/availability", b"offline")
    # No event stays, and no device in Home Assistant of a file that was looked at once.
    assert {topic.rpartition("/")[2] for topic in kept(broker.port)} == {"availability", "state"}


def test_annotate_many_tells_of_all(recognizer, clip, tmp_path, broker):
    other = make_clip(tmp_path / "a+b #.mp4", pts_seconds=[i / 20 for i in range(30)])
    with Listener(broker.port) as listener:
        done = annotate_all(
            [clip, other], tmp_path / "out", recognizer, events=[".srt", url(broker)]
        )
        assert [path.suffix for one in done for path in one.events] == [".srt", ".srt"]
        for name in ("in.mp4", "a+b #.mp4"):
            listener.wait_for(f"home/har/{safe_name(name)}/availability", b"offline")
    assert {json.loads(body)["source"] for body in listener.of("/events")} == {
        "in.mp4",
        "a+b #.mp4",
    }
    with pytest.raises(ValueError, match=r"events is '\.txt'"):
        annotate_all([clip], tmp_path / "out", recognizer, events=[url(broker), ".txt"])


def test_what_is_kept_is_what_is_so(broker):
    sink = begun(url(broker))
    with Listener(broker.port) as listener:
        sink.write(seen(1.0, says(1, "wave", 1.0), says(2, "sit_down", 1.0)))
        listener.wait_for("figure/people/2", listener_body("sit_down", 2))
        assert states(broker.port) == {
            "availability": "online",
            "state": "wave",
            "people/1": "wave",
            "people/2": "sit_down",
        }
        state = json.loads(kept(broker.port)["home/har/figure/state"])
        assert state == {
            "format": "har-live-state",
            "version": 1,
            "source": "figure",
            "label": "wave",
            "confidence": 0.9,
            "person": 1,
            "box": [0.25, 0.0, 0.5, 1.0],
        }
        sink.write(seen(5.0, says(2, "wave", 5.0)))  # the first is gone
        listener.wait_for("figure/people/1", b"")
        assert states(broker.port) == {
            "availability": "online",
            "state": "wave",
            "people/2": "wave",
        }
    sink.write(LAST)
    sink.close()
    sink.close()
    assert states(broker.port) == {"availability": "offline", "state": "unsure"}


def listener_body(label: str, person: int) -> bytes:
    state = {
        "format": "har-live-state",
        "version": 1,
        "source": "figure",
        "label": label,
        "confidence": 0.9,
        "person": person,
        "box": [0.25, 0.0, 0.5, 1.0],
    }
    return json.dumps(state).encode()


def test_home_assistant_finds_a_source_by_itself(broker):
    sink = begun(url(broker), "Tür+#/1 ☃")
    sink.write(seen(1.0, says(1, "wave", 1.0)))
    sink.close()
    told = kept(broker.port)
    (topic,) = [t for t in told if t.startswith("homeassistant/sensor/")]
    label = json.loads(told[topic])
    unique = label["unique_id"]
    assert topic == f"homeassistant/sensor/{unique}/config"
    assert unique.replace("_", "").replace("-", "").isalnum()
    assert unique.isascii()
    assert label["state_topic"] in told
    assert told[label["availability_topic"]] == b"offline"
    assert label["options"] == ["wave", "sit_down", "unsure"]
    assert label["device"]["name"] == "har-live Tür+#/1 ☃"
    assert label["device"]["sw_version"]
    seen_there = json.loads(told[f"homeassistant/binary_sensor/{unique}/config"])
    assert seen_there["state_topic"] == label["availability_topic"]
    assert seen_there["device"] == label["device"]


def test_names_are_stable_and_told_apart():
    assert safe_name("figure") == "figure"
    assert safe_name("camera 0") == "camera_0-eba8a3" != safe_name("camera_0")
    names = ["a+b", "a#b", "a/b", "a b", "☃", "", "a_b"]
    assert len({safe_name(name) for name in names}) == len(names)
    assert len(safe_name("x" * 300 + "!")) < 60


def test_nothing_is_kept_but_who_is_there_where_that_is_asked_for(broker):
    sink = begun(url(broker, "?retain=no&discovery=no"))
    sink.write(seen(1.0, says(1, "wave", 1.0)))
    sink.close()
    assert kept(broker.port) == {"home/har/figure/availability": b"offline"}


def test_each_of_several_sources_has_a_place_and_is_lost_by_itself(recognizer, broker):
    """Two cameras of the same name; the first is unplugged and comes back."""
    is_back, may_end = Event(), Event()

    def until(event: Event):
        yield from paced(frames(10**9), until=event.is_set)

    def first():
        films = iter([lambda: MadeSource(paced(frames(20)), is_live=True), refused, back])
        return lambda: next(films)()

    def refused():
        assert is_back.wait(20)
        raise SourceError("unplugged")

    def back():
        return MadeSource(until(may_end))

    with Listener(broker.port) as listener:
        ones = listener.of
        one, two = (f"/{safe_name(name)}/availability" for name in ("cam", "cam-2"))
        ticks = _ticks_of(recognizer, url(broker), [first(), lambda: MadeSource(until(may_end))])
        _run_until(ticks, lambda: ones(one) == [b"online", b"offline"] and ones(two))
        is_back.set()
        _run_until(ticks, lambda: ones(one) == [b"online", b"offline", b"online"])
        assert ones(two) == [b"online"]
        may_end.set()
        for _ in ticks:
            pass
        listener.wait_for(one, b"offline")
        listener.wait_for(two, b"offline")


def _ticks_of(recognizer, address, open_new):
    from har_live.realtime import Clock
    from har_live.realtime.run import ticking

    return ticking(
        ["cam", "cam"],
        recognizer,
        sinks=[address],
        window=None,
        settings=LiveSettings(),
        clock=Clock(),
        open_new=open_new,
        heeds_signals=False,
    )


def _run_until(ticks, condition) -> None:
    def is_met() -> bool:
        next(ticks)
        return condition()

    wait_until(is_met, 60)


def test_a_program_that_is_killed_is_missed(broker):
    code = (
        "import sys, time\n"
        "from tests.support.network_sinks import begun, says, seen\n"
        f"sink = begun({url(broker)!r})\n"
        "sink.write(seen(1.0, says(1, 'wave', 1.0)))\n"
        "sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    with Listener(broker.port) as listener:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, env=environment
        )
        try:
            wait_until(lambda: listener.of("/availability") == [b"online"], 60)
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=20)
        listener.wait_for("/availability", b"offline")


# --- away -------------------------------------------------------------------------------------


def test_a_broker_that_is_down_at_first_is_told_later(down, caplog):
    sink = begun(url(down))
    for number in range(3):
        sink.write(over(number))
    wait_until(lambda: sink.trouble is not None)
    assert "can't be reached (Connection refused), 3 undelivered" in sink.trouble
    down.start()
    wait_until(lambda: sink.trouble is None)
    sink.close()
    assert states(down.port) == {"availability": "offline", "state": "unsure"}
    assert caplog.text.count("can't be reached") == 1
    assert caplog.text.count("takes events again") == 1


def test_a_broker_that_is_killed_and_forgets_is_told_again(broker, caplog):
    sink = begun(url(broker))
    with Listener(broker.port) as listener:
        sink.write(seen(1.0, says(1, "wave", 1.0), says(2, "wave", 1.0)))
        sink.write(over(1))
        wait_until(lambda: len(listener.of("/events")) == 1)
    wait_until(lambda: sink._box._is_empty)
    broker.kill()
    wait_until(lambda: sink.trouble is not None)
    # One is gone meanwhile, one came and went, one came.
    sink.write(seen(5.0, says(2, "sit_down", 5.0), says(3, "wave", 5.0)))
    sink.write(seen(9.0, says(2, "sit_down", 9.0), says(4, "wave", 9.0)))
    for number in (10, 11):
        sink.write(over(number - 1))
    sink.write(seen(10.5, says(2, "sit_down", 10.5), says(4, "wave", 10.5)))
    assert "people/3" not in " ".join(sink._box._states)
    broker.start()
    wait_until(lambda: sink.trouble is None)
    wait_until(lambda: sink._box._is_empty)
    assert states(broker.port) == {
        "availability": "online",
        "state": "sit_down",
        "people/2": "sit_down",
        "people/4": "wave",
    }
    assert len([t for t in kept(broker.port) if t.startswith("homeassistant/")]) == 2
    sink.close()
    assert sink._box.num_lost == 0
    assert caplog.text.count("takes events again") == 1


def test_what_a_stalled_broker_does_not_take_is_bounded_and_counted(monkeypatch, caplog):
    """It takes the connection, and says nothing."""
    monkeypatch.setattr(outbox, "MAX_WAITING", 10)
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.2)
    with stalled_server() as port:
        sink = begun(f"mqtt://127.0.0.1:{port}")
        for person in range(1, 501):  # they come and go for days
            seconds = person * 10.0
            gone = Segment(seconds - 1, seconds, "wave", 0.8, 0.9)
            sink.write(seen(seconds, says(person, "wave", seconds), segments=[gone]))
        assert (sink._box.num_events, sink._box.num_lost) == (500, 490)
        assert len(sink._box._states) <= 5
        with pytest.raises(SinkError, match="500 of 500 events were not delivered: no answer"):
            sink.close()
    assert "Traceback" not in caplog.text


def test_live_labels_go_on_without_a_broker(recognizer, tmp_path, down, monkeypatch):
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.3)
    with pytest.raises(SinkError, match="events were not delivered: can't be reached"):
        live(
            ["one", "two"],
            recognizer,
            sinks=[url(down), tmp_path / "out.jsonl"],
            open_new=[lambda: MadeSource(paced(frames(45))) for _ in range(2)],
        )
    for number in (1, 2):
        assert len((tmp_path / f"out-{number}.jsonl").read_text().splitlines()) > 1


def test_the_picture_says_what_does_not_get_through(recognizer, down, views, monkeypatch):
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.3)

    def is_said(_window: MadeWindow) -> bool:
        notice = (views and views[-1].status.notice) or ""
        return "can't be reached (Connection refused)" in notice and "undelivered" in notice

    with pytest.raises(SinkError, match="events were not delivered"):
        live_one(
            "made",
            recognizer,
            sinks=[url(down)],
            window=MadeWindow([(is_said, "quit")]),
            open_new=lambda: MadeSource(paced(frames(900)), is_live=True),
        )


# --- TLS and passwords ------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with a certificate, which asks for one and for a password."""
    require_mosquitto()
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    server = authority.issue_cert("127.0.0.1")
    server.private_key_pem.write_to_path(tmp_path / "server.key")
    server.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    authority.issue_cert("har-live").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "client.pem"
    )
    with Mosquitto(
        tmp_path,
        f"cafile {tmp_path / 'ca.pem'}",
        f"certfile {tmp_path / 'server.pem'}",
        f"keyfile {tmp_path / 'server.key'}",
        "require_certificate true",
        users={"home": PASSWORD},
    ) as broker:
        yield broker


@pytest.mark.parametrize("place", ["address", "environment"])
def test_certificates_and_a_password_let_us_in(secure, tmp_path, monkeypatch, place):
    login = LOGIN
    if place == "environment":
        login = "home"
        monkeypatch.setenv("HAR_LIVE_MQTT_PASSWORD", PASSWORD)
    with_files = f"?ca={tmp_path / 'ca.pem'}&cert={tmp_path / 'client.pem'}"
    sink = begun(f"mqtts://{login}@127.0.0.1:{secure.port}/home/har{with_files}")
    for number in range(20):
        sink.write(over(number))
    sink.close()
    assert sink._box.num_undelivered == 0


@pytest.mark.parametrize(
    ("login", "ca", "told"),
    [
        ("home:geheim", "ca.pem", r"refuses the login \(Not authorized\); .*HAR_LIVE_MQTT_PASS"),
        (LOGIN, "other.pem", r"its certificate is not trusted: .*; \?ca=FILE names others"),
    ],
)
def test_who_is_not_let_in_says_so_once(secure, tmp_path, monkeypatch, caplog, login, ca, told):
    monkeypatch.setattr(outbox, "QUIET_SECONDS", 0.3)
    caplog.set_level("DEBUG")
    with_files = f"?ca={tmp_path / ca}&cert={tmp_path / 'client.pem'}"
    sink = begun(f"mqtts://{login}@127.0.0.1:{secure.port}{with_files}")
    sink.write(over(0))
    wait_until(lambda: sink.trouble is not None)
    sink.write(over(1))
    with pytest.raises(SinkError, match=f"2 of 2 events were not delivered: .*{told}") as error:
        sink.close()
    warned = [record for record in caplog.records if record.name.startswith("har_live")]
    assert len(warned) == 1
    assert "heim" not in str(error.value) + caplog.text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("mqtt://", "it is no address of a broker"),
        ("mqtt://h..x/t", "it is no address of a broker"),
        ("mqtt://a b/t", "it is no address of a broker"),
        (f"mqtt://{300 * 'a'}/t", "it is no address of a broker"),
        ("mqtt://h/\udcff", "its topic must not"),
        ("mqtt://h/a%0Ab", "its topic must not"),
        ("mqtt://:geheim@h/t", "a password goes with a user"),
        ("mqtt://home:ge/heim@h/t", "it is no address of a broker"),
        ("mqtt://home:geheim@h:0/t", "it is no address of a broker"),
        ("mqtt://h/a/+/b", r"its topic must not have \+"),
        ("mqtt://h/a#b", r"its topic must not have \+"),
        ("mqtt://h/%24SYS", "or begin with"),
        ("mqtt://home:geheim@h/t?pass=geheim", r"its \? knows ca, cert, key, qos, retain"),
        ("mqtt://h/t?qos=3", "qos is one of 0, 1, 2"),
        ("mqtt://h/t?retain=1", "retain is one of yes, no"),
        ("mqtt://h/t?discovery=", "discovery is a topic, or: no"),
        ("mqtt://h/t?ca=x", "go with mqtts:// alone"),
        ("mqtts://h/t?key=x", "key goes with cert alone"),
        ("mqtts://home:geheim@h/t?ca=/nowhere", "can't read the certificate /nowhere: No such"),
    ],
)
def test_an_address_that_can_not_be_is_refused_at_once(address, told):
    with pytest.raises(SinkError, match=told) as error:
        begun(address)
    assert "heim" not in str(error.value)


def test_without_the_extra_one_line_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    monkeypatch.delitem(sys.modules, mqtt_connection.__name__)
    monkeypatch.delattr("har_live.sinks.mqtt_connection")
    with pytest.raises(SinkError, match=r"mqtt://h/t needs paho-mqtt, .*'har-live\[mqtt\]'"):
        begun("mqtt://home:geheim@h/t")
