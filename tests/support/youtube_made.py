"""Information dictionaries as yt-dlp makes them of YouTube's answers, with addresses of one's own.

The shape is that of yt-dlp 2026.08 (its README names the fields); of each format those fields are
kept that matter to a player.
"""

from __future__ import annotations

from typing import Any

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0"
VIDEO_ID = "dQw4w9WgXcQ"
PAGE = f"https://www.youtube.com/watch?v={VIDEO_ID}"
CHUNK_BYTES = 10 << 20

_VIDEOS: tuple[tuple[str, int, int, int, str], ...] = (
    ("160", 256, 144, 30, "avc1.4d400c"),
    ("278", 256, 144, 30, "vp9"),
    ("134", 640, 360, 30, "avc1.4d401e"),
    ("243", 640, 360, 30, "vp9"),
    ("135", 854, 480, 30, "avc1.4d401f"),
    ("244", 854, 480, 30, "vp9"),
    ("397", 854, 480, 30, "av01.0.04M.08"),
    ("136", 1280, 720, 30, "avc1.4d401f"),
    ("298", 1280, 720, 60, "avc1.4d4020"),
)


def video_format(
    format_id: str, width: int, height: int, fps: int, codec: str, *, url: str = "", **more: Any
) -> dict[str, Any]:
    """Pictures alone, one file."""
    return {
        "format_id": format_id,
        "url": url
        or f"https://rr1.googlevideo.com/videoplayback?expire=1900000000&itag={format_id}",
        "protocol": "https",
        "ext": "mp4" if codec.startswith("avc1") else "webm",
        "width": width,
        "height": height,
        "fps": fps,
        "vcodec": codec,
        "acodec": "none",
        "dynamic_range": "SDR",
        "http_headers": {"User-Agent": AGENT, "Accept-Language": "en-us,en;q=0.5"},
        "downloader_options": {"http_chunk_size": CHUNK_BYTES},
        **more,
    }


def sound_format(format_id: str, codec: str, abr: float, **more: Any) -> dict[str, Any]:
    """Sound alone."""
    video = video_format(format_id, 0, 0, 0, "none")
    sound = {"vcodec": "none", "acodec": codec, "abr": abr, "dynamic_range": None}
    return {**video, "width": None, "height": None, "fps": None, **sound, **more}


def segments_format(format_id: str, width: int, height: int, *, url: str = "") -> dict[str, Any]:
    """Pictures and sound in segments, as for live streams."""
    url = url or f"https://manifest.googlevideo.com/hls_playlist/expire/1900000000/{format_id}.m3u8"
    video = video_format(format_id, width, height, 30, "avc1.4d401f", url=url)
    return {**video, "protocol": "m3u8_native", "ext": "mp4", "acodec": "mp4a.40.2"}


STORYBOARD = {
    "format_id": "sb0",
    "url": "https://i.ytimg.com/sb/M0.jpg",
    "protocol": "mhtml",
    "ext": "mhtml",
    "width": 160,
    "height": 90,
    "fps": 0.2,
    "vcodec": "none",
    "acodec": "none",
}


def video_formats() -> list[dict[str, Any]]:
    """Make the formats of a video, in yt-dlp's order: the best last."""
    return [
        STORYBOARD,
        sound_format("139", "mp4a.40.5", 48.8),
        sound_format("140-0", "mp4a.40.2", 129.5, language="de", language_preference=-1),
        sound_format("140-1", "mp4a.40.2", 129.5, language="en", language_preference=10),
        sound_format("251", "opus", 135.0, language="en", language_preference=10),
        video_format("18", 640, 360, 30, "avc1.42001E", acodec="mp4a.40.2"),
        *(video_format(*video) for video in _VIDEOS),
    ]


def live_formats() -> list[dict[str, Any]]:
    """Make the formats of a live stream."""
    sizes = (("91", 256, 144), ("93", 640, 360), ("94", 854, 480), ("95", 1280, 720))
    return [segments_format(*size) for size in sizes]


def information(formats: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Make what ``YoutubeDL.extract_info`` returns of one video."""
    return {
        "id": VIDEO_ID,
        "title": "A person jumps",
        "fulltitle": "A person jumps",
        "extractor": "youtube",
        "extractor_key": "Youtube",
        "webpage_url": PAGE,
        "duration": 212,
        "live_status": "not_live",
        "is_live": False,
        "was_live": False,
        "availability": "public",
        "age_limit": 0,
        "playable_in_embed": True,
        "formats": formats,
        **more,
    }
