"""Every failure of yt-dlp is one line that says what to do, whatever it was worded like."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import yt_dlp
from yt_dlp.extractor.youtube import YoutubeIE
from yt_dlp.utils import ExtractorError, GeoRestrictedError, UserNotLive, YoutubeDLError

from har_live.errors import SourceError
from har_live.sources import SourceSettings
from har_live.sources.youtube import open_youtube
from har_live.sources.youtube.failures import NO_RUNTIME, SIGN_IN, UPDATE
from tests.support.youtube_made import (
    PAGE,
    STORYBOARD,
    VIDEO_ID,
    information,
    sound_format,
    video_format,
)

LABEL = f"https://youtu.be/{VIDEO_ID}"
HINT = (
    ". Use --cookies-from-browser or --cookies for the authentication. See  https://github.com/"
    "yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to manually pass cookies"
)
# Left: what YouTube or yt-dlp says. Right: what the person reads after the address.
SAID = {
    f"Sign in to confirm you’re not a bot{HINT}": (
        f"YouTube asks for proof that you are no robot; {SIGN_IN}"
    ),
    "Video unavailable. YouTube is requiring a captcha challenge before playback": (
        f"YouTube asks for proof that you are no robot; {SIGN_IN}"
    ),
    f"Sign in to confirm your age. This video may be inappropriate for some users{HINT}": (
        f"is for adults only; {SIGN_IN}"
    ),
    f"Private video. Sign in if you've been granted access to this video{HINT}": (
        f"is private; ask its owner for access, then {SIGN_IN}"
    ),
    "Join this channel to get access to members-only content like this video, and other exclusive "
    "perks.": f"is for members only; become one, then {SIGN_IN}",
    "This video is available to this channel's members on level: Gold (or any higher level).": (
        f"is for members only; become one, then {SIGN_IN}"
    ),
    "This video requires payment to watch": f"must be paid for; buy it, then {SIGN_IN}",
    "Video unavailable. The current session has been rate-limited by YouTube for up to an hour. It "
    "is recommended to use `-t sleep`": (
        f"too many requests from here (429); wait an hour, or {SIGN_IN}"
    ),
    "All player responses are invalid. Your IP is likely being blocked by Youtube": (
        f"too many requests from here (429); wait an hour, or {SIGN_IN}"
    ),
    "Premieres in 3 hours": "has not begun; come back when it has",
    "This live event will begin in 20 minutes.": "has not begun; come back when it has",
    "This live event has ended.": "is over, and there is no recording of it; choose another video",
    "This live stream recording is not available.": (
        "is over, and there is no recording of it; choose another video"
    ),
    "Video unavailable. This video has been removed by the uploader": (
        "is not there (any more); check the address"
    ),
    "Video unavailable": "is not there (any more); check the address",
    "Video unavailable. This video is no longer available because the YouTube account associated "
    "with this video has been terminated.": "is not there (any more); check the address",
    "This video is DRM protected": (
        "is encrypted (DRM) and plays only in a browser; choose another video"
    ),
    f"Please sign in{HINT}": f"wants you to sign in; {SIGN_IN}",
}
UNKNOWN = f"yt-dlp {yt_dlp.version.__version__} can't read it; update it: {UPDATE}"
OFFLINE = "can't be reached; check the network"


def failure(
    monkeypatch: pytest.MonkeyPatch,
    extract: Callable[[YoutubeIE, str], object],
    options: SourceSettings | None = None,
) -> str:
    """The line that a person reads where YouTube's extractor does this."""
    monkeypatch.setattr(YoutubeIE, "_real_extract", extract)
    with pytest.raises(SourceError) as caught:
        open_youtube(PAGE, options or SourceSettings())
    assert not isinstance(caught.value.__context__, YoutubeDLError), "it may hold a secret"
    line = str(caught.value)
    assert line.startswith(f"{LABEL}: ")
    assert "\n" not in line
    return line.removeprefix(f"{LABEL}: ")


def raising(error: Exception) -> Callable[[YoutubeIE, str], object]:
    def extract(_extractor: YoutubeIE, _url: str) -> object:
        raise error

    return extract


@pytest.mark.parametrize("said", SAID)
def test_what_youtube_says_becomes_what_to_do(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ExtractorError(said, expected=True, video_id=VIDEO_ID)
    assert failure(monkeypatch, raising(error)) == SAID[said]


def test_a_video_of_another_country(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "The uploader has not made this video available in your country"
    line = failure(monkeypatch, raising(GeoRestrictedError(said, countries=["DE", "FR"])))
    assert line.startswith("is not shown in this country; with a proxy elsewhere, set HTTPS_PROXY")


def test_a_channel_that_is_not_live(monkeypatch: pytest.MonkeyPatch) -> None:
    line = failure(monkeypatch, raising(UserNotLive(video_id="nasa")))
    assert line == "is not live now; come back when it is"


def test_what_yt_dlp_no_longer_understands_wants_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failure(monkeypatch, raising(ExtractorError("Unable to extract yt initial data"))) == (
        UNKNOWN
    )
    assert failure(monkeypatch, raising(KeyError("playabilityStatus"))) == UNKNOWN


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("<urlopen error [Errno -3] Temporary failure in name resolution>", OFFLINE),
        ("[Errno 111] Connection refused", OFFLINE),
        ("The read operation timed out", OFFLINE),
        (
            "HTTP Error 429: Too Many Requests",
            f"too many requests from here (429); wait an hour, or {SIGN_IN}",
        ),
        ("HTTP Error 404: Not Found", "the server has nothing there (404); check the address"),
    ],
)
def test_what_the_network_says(said: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ExtractorError(
        "Unable to download API page", cause=OSError(errno.EIO, said), expected=True
    )
    assert failure(monkeypatch, raising(error)) == line


def test_without_a_javascript_runtime_it_says_so_and_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def extract(extractor: YoutubeIE, _url: str) -> object:
        extractor.report_warning(
            "No supported JavaScript runtime could be found. Only deno is enabled by default; to "
            "use another runtime add  --js-runtimes RUNTIME[:PATH]  to your command/config."
        )
        extractor.report_warning(f"{VIDEO_ID}: n challenge solving failed: Some formats may be")
        return information([STORYBOARD])

    with caplog.at_level(logging.WARNING):
        assert failure(monkeypatch, extract) == NO_RUNTIME
    assert [record.getMessage() for record in caplog.records] == [NO_RUNTIME], "said once"


@pytest.mark.parametrize(
    "formats",
    [[STORYBOARD], [sound_format("140", "mp4a.40.2", 129.5)], []],
    ids=["storyboard", "sound", "nothing"],
)
def test_where_no_pictures_are_it_says_so(
    formats: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = failure(monkeypatch, lambda *_: information(formats))
    assert line.startswith("no video in it that can be played; ")


def test_pictures_that_no_player_can_fetch_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = video_format("135", 854, 480, 30, "avc1.4d401f", protocol="http_dash_segments")
    line = failure(monkeypatch, lambda *_: information([pieces]))
    assert line == "no video in it that can be played; choose another one"


def test_a_list_of_videos_is_not_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def extract(extractor: YoutubeIE, _url: str) -> object:
        return extractor.playlist_result([extractor.url_result(PAGE)] * 3, "PL1", "Best of")

    line = failure(monkeypatch, extract)
    assert line == "is a list of videos; open one and copy its address"


def test_cookies_that_are_not_there_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def extract(extractor: YoutubeIE, _url: str) -> object:
        return extractor.cookiejar  # yt-dlp reads them when they are first wanted

    none = tmp_path / "none.txt"
    line = failure(monkeypatch, extract, SourceSettings(cookies=none))
    assert line == f"can't read the cookies in {none}; check the path"
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("just text")
    line = failure(monkeypatch, extract, SourceSettings(cookies=wrong))
    assert line == "the file of --cookies is none; export it from the browser in Netscape's format"
    assert wrong.read_text() == "just text"


def test_a_browser_without_cookies_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def extract(extractor: YoutubeIE, _url: str) -> object:
        return extractor.cookiejar

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for browser in ("firefox", "chrome", "Chrome:Profile 1"):
        line = failure(monkeypatch, extract, SourceSettings(cookies_from_browser=browser))
        assert line.startswith("the cookies of that browser can't be found; name the browser")
    line = failure(monkeypatch, extract, SourceSettings(cookies_from_browser="lynx"))
    assert line.startswith("cookies can't be read from that; give the name of a browser: firefox")
    line = failure(monkeypatch, extract, SourceSettings(cookies_from_browser=":"))
    assert line.startswith("':' is no browser; give its name")
