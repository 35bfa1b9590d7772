"""har-live: sees, live and on the picture, what people are doing and how sure it is.

::

    from har_live import Recognizer, annotate

    recognizer = Recognizer("everyday-lrcn")
    result = annotate("in.mp4", recognizer, sinks=["out.mp4", "out.srt"])
    print(result.segments)

Importing this package loads neither torch nor OpenCV: a name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from har_live.version import __version__ as __version__

if TYPE_CHECKING:
    from har_live.card import ModelCard, open_weights
    from har_live.errors import (
        BackendError,
        HarLiveError,
        SinkError,
        SourceError,
        WeightsError,
    )
    from har_live.files.annotate import annotate
    from har_live.files.annotate_many import annotate_all
    from har_live.files.recognize import Recognition, predict
    from har_live.lessons.learn import teach
    from har_live.lessons.recordings import Recording, Recordings
    from har_live.moment import Moment
    from har_live.realtime import LiveSettings, LiveSummary, live, watch
    from har_live.recognizer import Recognizer, Stream, StreamGroup
    from har_live.sinks.base import Run, Sink, SinkSettings
    from har_live.sinks.window import Window
    from har_live.sources import open_source
    from har_live.types import ClipSpec, Frame, Prediction, Segment

__all__ = [
    "BackendError",
    "ClipSpec",
    "Frame",
    "HarLiveError",
    "LiveSettings",
    "LiveSummary",
    "ModelCard",
    "Moment",
    "Prediction",
    "Recognition",
    "Recognizer",
    "Recording",
    "Recordings",
    "Run",
    "Segment",
    "Sink",
    "SinkError",
    "SinkSettings",
    "SourceError",
    "Stream",
    "StreamGroup",
    "WeightsError",
    "Window",
    "annotate",
    "annotate_all",
    "live",
    "open_source",
    "open_weights",
    "predict",
    "teach",
    "watch",
]

_NAMES = {
    "errors": ("BackendError", "HarLiveError", "SinkError", "SourceError", "WeightsError"),
    "types": ("ClipSpec", "Frame", "Prediction", "Segment"),
    "card": ("ModelCard", "open_weights"),
    "moment": ("Moment",),
    "recognizer": ("Recognizer", "Stream", "StreamGroup"),
    "sources": ("open_source",),
    "sinks.base": ("Run", "Sink", "SinkSettings"),
    "sinks.window": ("Window",),
    "files.annotate": ("annotate",),
    "files.annotate_many": ("annotate_all",),
    "files.recognize": ("Recognition", "predict"),
    "lessons.learn": ("teach",),
    "lessons.recordings": ("Recording", "Recordings"),
    "realtime": ("LiveSettings", "LiveSummary", "live", "watch"),
}
_HOMES = {name: room for room, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"har_live.{_HOMES[name]}"), name)
