"""The address of a broker: ``mqtts://user:password@host:8883/topic?ca=/etc/ca.pem``.

What may stand behind the ``?``:

============= ======================================================================================
``ca``        file of the certificates that the broker's is checked against (the system's without)
``cert``      file of a certificate to show to the broker, and
``key``       of its key, where it is not in the same file
``qos``       0, 1 or 2: at most once, at least once (the default), exactly once
``retain``    ``no``: the broker keeps no state of labels for who comes later
``discovery`` prefix of Home Assistant's discovery (``homeassistant``), or ``no``
============= ======================================================================================

The password may stand in the environment instead: ``HAR_LIVE_MQTT_PASSWORD``.
"""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from har_live.errors import SinkError
from har_live.redact import redact_url
from har_live.sinks.courier import can_be_host
from har_live.sinks.file_checks import reason

PASSWORD_VARIABLE = "HAR_LIVE_MQTT_PASSWORD"
DEFAULT_TOPIC = "har-live"
DEFAULT_DISCOVERY = "homeassistant"
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_TLS_PARAMETERS = ("ca", "cert", "key")
_PARAMETERS = (*_TLS_PARAMETERS, "qos", "retain", "discovery")


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker, and how to speak to it."""

    host: str
    port: int
    topic: str
    """Topic below which all is, without a slash at its ends."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    """None speaks in the clear."""
    qos: int = 1
    retain: bool = True
    discovery: str | None = DEFAULT_DISCOVERY
    """Prefix of Home Assistant's discovery; None tells it nothing."""


def broker_of(address: str) -> Broker:
    """Return the broker that an address means.

    Raises:
        SinkError: it names no host, its topic can't be one, a parameter is unknown or has no such
            value, a file of certificates can't be read. None of it shows a password.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:  # its text may hold a part of the password
        host, port = None, None
    if host is None or not can_be_host(host) or port == 0:
        raise _refusal(address, "it is no address of a broker: mqtts://user@host:port/topic")
    given = _parameters(address, parts)
    topic = unquote(parts.path).strip("/") or DEFAULT_TOPIC
    if parts.fragment or topic.startswith("$") or set(topic) & set("+#") or not topic.isprintable():
        raise _refusal(address, "its topic must not have +, # or control letters, or begin with $")
    user, password = _login(parts)
    if user is None and "@" in parts.netloc.lstrip("@"):
        raise _refusal(address, "a password goes with a user: mqtts://user:password@host")
    discovery = given.get("discovery", DEFAULT_DISCOVERY).strip("/")
    return Broker(
        host,
        port or _PORTS[parts.scheme],
        topic,
        user,
        password,
        tls=_tls(address, given) if parts.scheme == "mqtts" else None,
        qos=int(given.get("qos", "1")),
        retain=given.get("retain", "yes") == "yes",
        discovery=None if discovery == "no" else discovery,
    )


def _parameters(address: str, parts: SplitResult) -> dict[str, str]:
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    for name in given:
        if name not in _PARAMETERS:
            raise _refusal(address, f"its ? knows {', '.join(_PARAMETERS)} alone")
    for name, allowed in {"qos": ("0", "1", "2"), "retain": ("yes", "no")}.items():
        if name in given and given[name] not in allowed:
            raise _refusal(address, f"{name} is one of {', '.join(allowed)}")
    if set(given.get("discovery", "homeassistant")) & set("+#\0") or given.get("discovery") == "":
        raise _refusal(address, "discovery is a topic, or: no")
    if parts.scheme == "mqtt" and any(name in given for name in _TLS_PARAMETERS):
        raise _refusal(address, f"{', '.join(_TLS_PARAMETERS)} go with mqtts:// alone")
    if "key" in given and "cert" not in given:
        raise _refusal(address, "key goes with cert alone")
    return given


def _login(parts: SplitResult) -> tuple[str | None, str | None]:
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    if not user:
        return None, None
    return unquote(user), unquote(password) or os.environ.get(PASSWORD_VARIABLE)


def _tls(address: str, given: dict[str, str]) -> ssl.SSLContext:
    name = given.get("ca")
    try:
        context = ssl.create_default_context(cafile=name)
        if "cert" in given:
            name = given["cert"]
            context.load_cert_chain(name, given.get("key"), password=lambda: "")
    except (OSError, ValueError) as error:  # OpenSSL's errors are OSErrors
        raise _refusal(address, f"can't read the certificate {name}: {reason(error)}") from error
    return context


def _refusal(address: str, why: str) -> SinkError:
    return SinkError(f"{redact_url(address)}: {why}")
