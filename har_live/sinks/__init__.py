"""Where annotated pictures and events go."""

from har_live.sinks.kinds import register

__all__ = ["register"]
