"""Figures for Prometheus: what is seen, how fast, and how busy the server is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from har_live.realtime.figures import FRAMES, LOSSES, PEOPLE, SEGMENTS, UP

if TYPE_CHECKING:
    from har_live.moment import Moment

LATENCY_SECONDS = (0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Limits of the histogram's columns."""


class Figures:
    """The figures of one application; any thread may count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        by_source, registry = ("source",), self.registry
        self._frames = Counter(*FRAMES, by_source, registry=registry)
        self._up = Gauge(*UP, by_source, registry=registry)
        self._people = Gauge(*PEOPLE, by_source, registry=registry)
        self._losses = Counter(*LOSSES, by_source, registry=registry)
        self._segments = Counter(*SEGMENTS, ("source", "label"), registry=registry)
        self._latency = Histogram(
            "har_live_label_latency_seconds",
            "From a frame's arrival to the label with it.",
            by_source,
            buckets=LATENCY_SECONDS,
            registry=registry,
        )
        self.viewers = Gauge("har_live_viewers", "Tabs that watch a source.", registry=registry)
        self.cameras = Gauge(
            "har_live_cameras", "Visitors whose own camera is looked at.", registry=registry
        )
        self.jobs = Counter(
            "har_live_videos",
            "Videos that were opened, by how they ended.",
            ("state",),
            registry=registry,
        )
        self.jobs_open = Gauge(
            "har_live_videos_open", "Videos that wait or are worked on.", registry=registry
        )

    def count(self, source: str, moment: Moment) -> None:
        """Count what a moment of a source brings."""
        if moment.frame is not None:
            self._frames.labels(source).inc()
        self._people.labels(source).set(len(moment.people))
        if moment.latency_seconds is not None:
            self._latency.labels(source).observe(moment.latency_seconds)
        if moment.is_lost:
            self._losses.labels(source).inc()
        for segment in moment.segments:
            self._segments.labels(source, segment.label).inc()

    def turn(self, source: str, *, is_live: bool) -> None:
        """Note whether a source gives frames now."""
        self._up.labels(source).set(is_live)

    def text(self) -> bytes:
        """Return all of it, as Prometheus reads it."""
        return generate_latest(self.registry)
