"""har-live: sees, live and on the picture, what people are doing and how sure it is.

::

    from har_live import Recognizer, annotate

    recognizer = Recognizer("everyday-lrcn")
    result = annotate("in.mp4", "out.mp4", recognizer, events=["out.srt"])
    print(result.segments)

Importing this package loads neither torch nor OpenCV: a name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from har_live.card import ModelCard, open_weights
    from har_live.errors import (
        BackendError,
        HarLiveError,
        SinkError,
        SourceError,
        WeightsError,
    )
    from har_live.many import annotate_all
    from har_live.offline import Recognition, annotate, predict
    from har_live.recognizer import Recognizer, Stream, StreamGroup
    from har_live.sources import open_source
    from har_live.types import ClipSpec, Frame, Prediction, Segment

__version__ = "0.1.0"

__all__ = [
    "BackendError",
    "ClipSpec",
    "Frame",
    "HarLiveError",
    "ModelCard",
    "Prediction",
    "Recognition",
    "Recognizer",
    "Segment",
    "SinkError",
    "SourceError",
    "Stream",
    "StreamGroup",
    "WeightsError",
    "annotate",
    "annotate_all",
    "open_source",
    "open_weights",
    "predict",
]

_ROOMS = ("errors", "types", "card", "recognizer", "sources", "offline", "many")
"""Where they are looked for, in this order."""


def __getattr__(name: str) -> Any:
    for room in _ROOMS if name in __all__ else ():
        module = import_module(f"har_live.{room}")
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
