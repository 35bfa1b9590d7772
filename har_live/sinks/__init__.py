"""Sinks: outputs for annotated pictures and events."""

from har_live.sinks.kinds import register

__all__ = ["register"]
