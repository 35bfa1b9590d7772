"""Finds the address of a stream by that of its page: the one place that calls yt-dlp."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from har_live.errors import SourceError
from har_live.redact import redact, redact_url
from har_live.sources.address import HTTP_OPTIONS
from har_live.sources.youtube.failures import NO_RUNTIME, explain, speaks_of_runtime
from har_live.sources.youtube.formats import Format, choose_sound, choose_video, has_sound
from har_live.types import Address

if TYPE_CHECKING:
    from har_live.sources.settings import SourceSettings

logger = logging.getLogger(__name__)

_EXPIRY = re.compile(r"[?&/]expire[=/](\d{9,11})\b")
_QUERY = re.compile(r"\?\S+")
_BROWSER = re.compile(r"(?P<name>\w+)(?:\+(?P<keyring>\w+))?(?::(?P<profile>.+))?")


@dataclass(frozen=True, slots=True)
class Resolution:
    """The addresses of a video, for some hours."""

    title: str
    video: Address
    sound: Address | None
    """Address of its sound, which may be the same place; None where it has none."""
    expires_at: float | None
    """Seconds since 1970; None where the address doesn't say."""


def resolve(url: str, options: SourceSettings) -> Resolution:
    """Ask yt-dlp.

    Raises:
        SourceError: no video there, or none that may be seen; says what to do.
    """
    label = label_of(url)
    log = _YtDlpLogger()
    settings = _settings(options, log, label)
    import yt_dlp  # takes more than half a second

    asker = yt_dlp.YoutubeDL(settings)
    try:
        info = asker.extract_info(url, download=False)
        return _resolution(info, asker, options, label)
    except SourceError:
        raise
    # Its extractors fail with whatever the web made them stumble over.
    except Exception as error:
        what = explain(_whole_text(error), log.warnings, version=yt_dlp.version.__version__)
    finally:
        asker.params["cookiefile"] = None  # else closing writes cookies back
        asker.close()
    # Here, not where it was caught: yt-dlp's own error holds the address with its token, which no
    # traceback may show, and its open connections.
    raise SourceError(f"{label}: {what}")


def label_of(url: str) -> str:
    """Return the page for people, before its title is known; without a query even for YouTube."""
    parts = urlsplit(url)
    video_ids = parse_qs(parts.query).get("v", [])
    if video_ids and (parts.hostname or "").endswith("youtube.com"):
        return f"https://youtu.be/{video_ids[0]}"
    return redact_url(url)


def _settings(options: SourceSettings, log: _YtDlpLogger, label: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "logger": log,
        "quiet": True,
        "noprogress": True,
        "color": "never",
        "noplaylist": True,
        "extract_flat": "in_playlist",  # a list is refused, not walked through
        "playlist_items": "1",
        "socket_timeout": options.timeout_seconds,
        "extractor_retries": 1,
        "format": "bv*",  # any; it only must have one
    }
    if options.cookies is not None:
        try:
            # A stream, not the path: yt-dlp would write into the file.
            settings["cookiefile"] = StringIO(options.cookies.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            raise SourceError(
                f"{label}: can't read the cookies in {options.cookies}; check the path"
            ) from None
    if options.cookies_from_browser is not None:
        browser = _BROWSER.fullmatch(options.cookies_from_browser)
        if browser is None:
            raise SourceError(
                f"{label}: {options.cookies_from_browser!r} is no browser; give its name, such as "
                "firefox, or firefox:PROFILE"
            )
        keyring = browser["keyring"]
        settings["cookiesfrombrowser"] = (
            browser["name"].lower(),
            browser["profile"],
            keyring and keyring.upper(),
            None,
        )
    return settings


def _resolution(info: Any, asker: Any, options: SourceSettings, label: str) -> Resolution:
    if info is None or info.get("_type", "video") != "video":
        raise SourceError(f"{label}: is a list of videos; open one and copy its address")
    formats = info.get("formats") or [info]
    video = choose_video(formats, max_height=options.youtube_height)
    if video is None:
        raise SourceError(f"{label}: no video in it that can be played; choose another one")
    sound = video if has_sound(video) else choose_sound(formats)
    # yt-dlp adds the time of day to the title of a live stream.
    title = info.get("fulltitle") or info.get("title") or label
    stated = _EXPIRY.search(video["url"])
    return Resolution(
        title=redact(" ".join(title.split())),
        video=_address(video, asker),
        sound=None if sound is None else _address(sound, asker),
        expires_at=float(stated[1]) if stated else None,
    )


def _address(format: Format, asker: Any) -> Address:
    headers = format.get("http_headers") or {}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    options = {**HTTP_OPTIONS, "headers": lines}
    cookies = asker.cookiejar.get_cookies_for_url(format["url"])
    if cookies:
        port = urlsplit(format["url"]).port
        place = f":{port}" if port else ""  # FFmpeg compares the domain with host and port
        options["cookies"] = "\n".join(
            f"{cookie.name}={cookie.value}; path={cookie.path}; domain={cookie.domain}{place}"
            for cookie in cookies
        )
    part_bytes = (format.get("downloader_options") or {}).get("http_chunk_size")
    if part_bytes:
        # YouTube slows down whoever asks for the whole file at once.
        options["request_size"] = str(part_bytes)
    return Address(format["url"], options)


def _whole_text(error: BaseException) -> str:
    """Return the texts of an error and of all that led to it."""
    texts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(texts) < 10:
        texts.append(str(current))
        current = current.__cause__ or current.__context__
    return " | ".join(texts)


class _YtDlpLogger:
    """yt-dlp's logger: all goes to ours, at the level of details and without secrets."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        # Its extractors name a page by the last part of its address, query included.
        logger.debug("%s", _QUERY.sub("", redact(message)))

    def warning(self, message: str) -> None:
        if speaks_of_runtime([message]) and not speaks_of_runtime(self.warnings):
            logger.warning("%s", NO_RUNTIME)
        self.warnings.append(message)
        self.debug(message)

    def error(self, message: str) -> None:
        self.debug(message)  # it is raised, too
