"""Of the streams that YouTube offers a small one is played that any decoder takes."""

from __future__ import annotations

from typing import Any

import pytest

from har_live.sources.youtube.formats import choose_sound, choose_video, has_sound
from tests.support.youtube_made import (
    STORYBOARD,
    live_formats,
    segments_format,
    sound_format,
    video_format,
    video_formats,
)


def video_id(formats: list[dict[str, Any]], max_height: int = 480) -> str | None:
    chosen = choose_video(formats, max_height=max_height)
    return None if chosen is None else chosen["format_id"]


@pytest.mark.parametrize(
    ("max_height", "format_id"),
    [(144, "160"), (200, "160"), (360, "134"), (480, "135"), (700, "135"), (720, "136")],
)
def test_the_tallest_up_to_the_height_asked_for(max_height: int, format_id: str) -> None:
    assert video_id(video_formats(), max_height) == format_id


def test_above_the_height_asked_for_the_least_tall() -> None:
    assert video_id(video_formats(), 100) == "160"


def test_pictures_alone_before_pictures_with_sound() -> None:
    muxed = video_format("18", 640, 360, 30, "avc1.42001E", acodec="mp4a.40.2")
    alone = video_format("243", 640, 360, 30, "vp9")
    assert video_id([alone, muxed]) == video_id([muxed, alone]) == "243"
    assert video_id([muxed]) == "18"


def test_h264_before_vp9_before_av1() -> None:
    codecs = ("avc1.4d401f", "vp9", "av01.0.04M.08")
    formats = [video_format(codec[:4], 854, 480, 30, codec) for codec in codecs]
    assert video_id(formats) == "avc1"
    assert video_id(formats[1:]) == "vp9"
    assert video_id(formats[2:]) == "av01"


def test_30_fps_before_60_at_equal_height() -> None:
    slow = video_format("136", 1280, 720, 30, "avc1.4d401f")
    fast = video_format("298", 1280, 720, 60, "avc1.4d4020")
    assert video_id([slow, fast], 720) == video_id([fast, slow], 720) == "136"
    assert video_id([fast], 720) == "298"


def test_plain_colours_before_high_dynamic_range() -> None:
    hdr = video_format("333", 854, 480, 30, "avc1.6e", dynamic_range="HDR10")
    assert video_id([video_format("244", 854, 480, 30, "vp9"), hdr]) == "244"


def test_one_file_before_segments() -> None:
    file = video_format("18", 640, 360, 30, "avc1.42001E", acodec="mp4a.40.2")
    assert video_id([file, segments_format("93", 640, 360)]) == "18"


def test_a_short_stands_upright_and_is_measured_across() -> None:
    formats = [
        video_format("134", 360, 640, 30, "avc1.4d401e"),
        video_format("135", 480, 854, 30, "avc1.4d401f"),
        video_format("136", 720, 1280, 30, "avc1.4d401f"),
    ]
    assert video_id(formats) == "135"


def test_a_live_stream_comes_in_segments() -> None:
    assert video_id(live_formats()) == "94"


def test_of_equals_the_one_that_yt_dlp_holds_for_better() -> None:
    formats = [video_format(name, 640, 360, 30, "avc1.4d401e") for name in ("134-0", "134-1")]
    assert video_id(formats) == "134-1"


def test_a_bare_link_of_which_nothing_is_known_is_played() -> None:
    link = {"format_id": "0", "url": "https://host/clip.mp4", "protocol": "https", "ext": "mp4"}
    assert video_id([link]) == "0"
    assert has_sound(link)


@pytest.mark.parametrize(
    "formats",
    [
        [],
        [STORYBOARD],
        [sound_format("140", "mp4a.40.2", 129.5)],
        [video_format("135", 854, 480, 30, "avc1.4d401f", protocol="http_dash_segments")],
    ],
)
def test_what_no_player_can_play_is_not_chosen(formats: list[dict[str, Any]]) -> None:
    assert video_id(formats) is None


def test_the_sound_is_that_of_the_video_itself_in_aac() -> None:
    sound = choose_sound(video_formats())
    assert sound is not None
    assert sound["format_id"] == "140-1"


def test_without_aac_any_sound_will_do() -> None:
    sound = choose_sound([STORYBOARD, sound_format("251", "opus", 135.0)])
    assert sound is not None
    assert sound["format_id"] == "251"
    assert choose_sound([STORYBOARD, *live_formats()]) is None
