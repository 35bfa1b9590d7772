"""Tells an MQTT broker what is seen: ``mqtts://user@host/topic`` (``har_live.sinks.mqtt_address``).

Below the topic (``har-live`` where none is given) each source has a place of its own:

========================== ========= ===============================================================
``SOURCE/state``           kept      the main label now: ``label``, ``confidence`` (0 to 1),
                                     ``person``, ``box`` (each null where there is none), and
                                     ``format`` ``har-live-state``, ``version``, ``source``
``SOURCE/people/N``        kept      the same of person N, until they are gone
``SOURCE/availability``    kept      ``online``; ``offline`` if the source is lost, or the run over
``SOURCE/events``          not kept  each segment when it is over: ``har_live.sinks.event_formats``
========================== ========= ===============================================================

``SOURCE`` is the source's name, where it has letters and digits alone; else made of it
(``safe_name``), and the same in every run. So ``har-live/+/events`` are the events of all. Home
Assistant is told of the sources of live use by its discovery.

Where the broker is away, events wait and of states the newest; when it is back, it is told
everything that is kept again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from har_live.backoff import delay_seconds
from har_live.errors import SinkError
from har_live.redact import redact_url
from har_live.sinks.courier import Courier, why_away
from har_live.sinks.event_clock import EventClock
from har_live.sinks.event_formats import event_of
from har_live.sinks.home_assistant import OFFLINE, ONLINE, discovery, safe_name
from har_live.sinks.mqtt_address import broker_of
from har_live.sinks.mqtt_states import States
from har_live.sinks.outbox import Message
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from har_live.moment import Moment
    from har_live.sinks.base import Run, SinkSettings
    from har_live.sinks.mqtt_connection import Waker
    from har_live.sinks.outbox import Outbox

INSTALL_MQTT = "pip install 'har-live[mqtt]'"


class MqttSink(Courier):
    """A broker that is told what is seen of one source.

    Args:
        address: as ``broker_of`` reads it.
        settings: ``source_name``, which live use gives, is where the source has its place.

    Raises:
        SinkError: the address can't be understood, or the extra ``[mqtt]`` is not installed.
    """

    def __init__(self, address: str, settings: SinkSettings) -> None:
        super().__init__(redact_url(address))
        self._broker = broker_of(address)
        try:
            import har_live.sinks.mqtt_connection  # noqa: F401
        except ImportError as error:
            raise SinkError(
                f"{self.name} needs paho-mqtt, which is not installed; {INSTALL_MQTT}"
            ) from error
        self._source_name = settings.source_name
        self._run_known: Run | None = None
        self._place = ""
        self._clock = EventClock(is_live=False)
        self._states = States("")
        self._waker: Waker | None = None
        self._is_online = False

    def begin(self, run: Run) -> None:
        """Begin to deliver; Home Assistant is told of the source where it is live use."""
        from har_live.sinks.mqtt_connection import Waker

        self._run_known = run
        self._clock = EventClock(is_live=run.info.is_live)
        self._states = States(run.info.name)
        name = self._source_name or run.info.name
        self._place = f"{self._broker.topic}/{safe_name(name)}"
        # A file that is annotated once would stay in Home Assistant for ever.
        if self._broker.discovery is not None and self._source_name:
            told = discovery(
                run,
                prefix=self._broker.discovery,
                place=self._place,
                name=name,
            )
            for topic, config in told.items():
                self.put(Message(_body(config), topic, is_state=True))
        self._be(online=True)
        self._waker = Waker()
        self.start()

    def write(self, moment: Moment) -> None:
        """Have a moment's segments delivered, and what has changed."""
        assert self._run_known is not None, "a sink is begun before it is written to"
        for segment in self._clock.placed(moment):
            event = event_of(self._run_known, segment)
            self.put(Message(_body(event), f"{self._place}/events"))
        self._say(moment)
        if moment.is_lost or moment.frame is not None:
            self._be(online=not moment.is_lost)
        if moment.is_last:
            self.finish()

    def finish(self) -> None:
        """Say that nothing is seen any more."""
        self._be(online=False)
        super().finish()

    def close(self) -> None:
        """As every courier's."""
        try:
            super().close()
        finally:
            if self._waker is not None:
                self._waker.close()

    def _say(self, moment: Moment) -> None:
        for person, state in self._states.update(moment).items():
            topic = "state" if person == WHOLE_PICTURE else f"people/{person}"
            body = b"" if state is None else _body(state)
            self.put(Message(body, f"{self._place}/{topic}", is_state=True))

    def _be(self, *, online: bool) -> None:
        if online != self._is_online:
            self._is_online = online
            body = ONLINE if online else OFFLINE
            self.put(Message(body, self._availability, is_state=True))

    @property
    def _availability(self) -> str:
        return f"{self._place}/availability"

    def _wake(self) -> None:
        if self._waker is not None:
            self._waker.wake()

    def _deliver_all(self, box: Outbox) -> None:
        from har_live.sinks.mqtt_connection import RefusedError

        num_failed = 0
        while not (box.is_stopped or box.is_finished):
            trouble = "can't be reached (the connection broke off)"
            try:
                if self._deliver_some(box):
                    num_failed = 0
            except RefusedError as error:
                trouble = str(error)
            except OSError as error:
                trouble = why_away(error, ca="?ca=FILE")
            box.put_back()
            if not (box.is_stopped or box.is_finished):
                self.report(trouble)
                num_failed += 1
                box.sleep(delay_seconds(num_failed))

    def _deliver_some(self, box: Outbox) -> bool:
        """Deliver over one connection, as long as it holds; return whether it was of any use."""
        from har_live.sinks.mqtt_connection import MqttConnection

        assert self._waker is not None
        is_useful = False
        with MqttConnection(
            self._broker, self._waker, will=(self._availability, OFFLINE)
        ) as connection:
            box.repeat_states()
            self.report(None)
            while not (connection.is_lost or box.is_stopped):
                if not connection.is_busy:
                    if box.is_finished:
                        connection.say_goodbye()
                        break
                    message = box.take()
                    if message is not None:
                        kept = message.is_state and (self._broker.retain or self._is_kept(message))
                        connection.publish(message.topic, message.body, retain=kept)
                if connection.step():
                    box.delivered()
                    is_useful = True
        return is_useful

    def _is_kept(self, message: Message) -> bool:
        """Return whether a state is kept whatever the address says."""
        return message.topic == self._availability or not message.topic.startswith(self._place)


def _body(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")
