"""Home Assistant's MQTT discovery: what makes a source appear there by itself.

Two entities a source, of one device: a sensor with the label (attributes: confidence, person, box)
and a binary sensor that is on while the source is seen.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from har_live.types import UNSURE
from har_live.version import __version__

if TYPE_CHECKING:
    from har_live.sinks.base import Run

ONLINE, OFFLINE = b"online", b"offline"
_ATTRIBUTES = (
    "{{ {'confidence': value_json.confidence, 'person': value_json.person, "
    "'box': value_json.box} | tojson }}"
)


def safe_name(name: str, *, salt: str = "") -> str:
    """The name as a part of a topic and an id: ASCII letters, digits, ``_`` and ``-``.

    A name that has anything else, or a salt, ends in digits that tell it from others alike; the
    same name gives the same ones for ever.

    >>> safe_name("figure")
    'figure'
    >>> safe_name("camera 0")
    'camera_0-eba8a3'
    """
    plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    if name == plain and not salt:
        return name
    told_apart = f"{salt}\0{name}".encode("utf-8", "backslashreplace")
    return f"{plain[:40] or 'source'}-{hashlib.sha256(told_apart).hexdigest()[:6]}"


def discovery(run: Run, *, prefix: str, place: str, name: str) -> dict[str, dict[str, object]]:
    """Return what to tell Home Assistant: topic → configuration.

    Args:
        prefix: where Home Assistant listens.
        place: the topic below which the source's states are; makes the ids, which stay the same
            from run to run.
        name: of the source, for people.
    """
    unique = f"har_live_{safe_name(name, salt=place)}"
    common: dict[str, object] = {
        "device": {
            "identifiers": [unique],
            "name": f"har-live {name}",
            "manufacturer": "har-live",
            "model": run.weights,
            "sw_version": __version__,
        },
        "origin": {"name": "har-live", "sw_version": __version__},
    }
    label = {
        "name": "Action",
        "unique_id": unique,
        "state_topic": f"{place}/state",
        "value_template": "{{ value_json.label }}",
        "json_attributes_topic": f"{place}/state",
        "json_attributes_template": _ATTRIBUTES,
        "availability_topic": f"{place}/availability",
        "device_class": "enum",
        "options": [*run.labels, *({UNSURE} - set(run.labels))],
        "icon": "mdi:human-handsup",
    }
    available = {
        "name": "Seen",
        "unique_id": f"{unique}_available",
        "state_topic": f"{place}/availability",
        "payload_on": ONLINE.decode(),
        "payload_off": OFFLINE.decode(),
        "device_class": "connectivity",
        "entity_category": "diagnostic",
    }
    return {
        f"{prefix}/sensor/{unique}/config": label | common,
        f"{prefix}/binary_sensor/{unique}/config": available | common,
    }
