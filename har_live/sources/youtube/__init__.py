"""YouTube videos, shorts and live streams, and any other page that yt-dlp knows."""

from har_live.sources.youtube.source import YouTubeSource, open_youtube

__all__ = ["YouTubeSource", "open_youtube"]
