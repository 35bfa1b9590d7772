"""The values that travel between the rooms: frozen, self-checking, units in their names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from har_live.yuv import YuvImage

    Image = NDArray[np.uint8]
    """(H, W, 3) uint8, RGB."""
    Joints = NDArray[np.float32]
    """(13, 3) float32: x, y, score of each joint, in the order of ``NUM_JOINTS``."""
    Scores = NDArray[np.float32]
    """(num_labels,) float32, probabilities that sum to at most 1; the rest is unknown."""

Fit = Literal["stretch", "letterbox"]
Runtime = Literal["auto", "torch", "onnx"]
"""The library that computes the network; ``har_live.scorers.open_scorer`` says what ``auto``
takes."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, as shares of the picture's width and height, 0–1."""

WHOLE_PICTURE = 0
"""Stands for a person's id where a prediction is about the picture as a whole."""
NUM_JOINTS = 13
"""Joints of a person: nose, then left and right shoulder, elbow, wrist, hip, knee and ankle, the
left and right being the person's own."""

NONE = "none"
"""The label of a window in which nobody does anything of the label set."""
UNSURE = "unsure"
"""The label shown when no label is sure enough; never one of a model's labels."""


@runtime_checkable
class Picture(Protocol):
    """A picture that is made when it is looked at; at most frames of a video nobody looks.

    Any thread may ask, also when the source is closed.
    """

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, 3)."""

    def rgb(self) -> Image:
        """The picture, the same array each time."""

    def yuv(self) -> YuvImage | None:
        """The same as the file stores it, the caller's own copy each time; None where it is stored
        in another way."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Frame:
    """One picture of a source and the moment at which it is played."""

    picture: Image | Picture
    """(height, width, 3) uint8 RGB, upright, square pixels; or what makes that when asked."""
    pts_seconds: float
    """Presentation time in seconds from the start of what is read."""
    truth: str | None = None
    """The true label at this instant, where the source knows it (the built-in figure)."""
    begins_anew: bool = False
    """True if the source's clock jumped before it: nobody knows what lies between."""

    def __post_init__(self) -> None:
        if not isinstance(self.picture, Picture):
            _check_image(self.picture)
        if not math.isfinite(self.pts_seconds):
            raise ValueError(f"pts_seconds is {self.pts_seconds}; expected a finite number")

    @property
    def image(self) -> Image:
        """(height, width, 3) uint8 RGB, upright, square pixels."""
        picture = self.picture
        return picture.rgb() if isinstance(picture, Picture) else picture

    @property
    def yuv(self) -> YuvImage | None:
        """The picture without a conversion, where the source stores it so; the caller's own."""
        picture = self.picture
        return picture.yuv() if isinstance(picture, Picture) else None

    def __repr__(self) -> str:
        return f"Frame(image={self.picture.shape}, pts_seconds={self.pts_seconds:.3f})"


def _check_image(image: Image) -> None:
    if image.dtype != "uint8" or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
        raise ValueError(
            f"image is {image.dtype} {image.shape}; expected uint8 (height, width, 3), RGB"
        )


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """A source's description of itself, before its first frame."""

    name: str
    """Name for people: a file's, a URL without credentials and query, ``figure``."""
    width: int
    """Pixels, upright and with square pixels, as in ``Frame.image``."""
    height: int
    """Pixels."""
    fps: float | None = None
    """Average frames per second, where known."""
    duration_seconds: float | None = None
    """Length, where known; None for a live stream."""
    num_frames: int | None = None
    """Number of frames, where the container states it: a hint for progress bars."""
    time_base: Fraction = Fraction(1, 90_000)
    """The clock tick in which the source's timestamps are whole numbers."""
    start_ticks: int = 0
    """The source's own time at second 0 of its frames, in ticks."""
    is_live: bool = False
    """True when frames come at their own pace and can't be waited for or read again."""

    @property
    def start_seconds(self) -> float:
        """The source's own time at second 0 of its frames."""
        return float(self.start_ticks * self.time_base)


@dataclass(frozen=True, slots=True)
class Address:
    """A URL and what FFmpeg must be told to read it. Both may hold secrets: they are not shown."""

    url: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Options for FFmpeg: headers, cookies."""


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """The shape of one window: part of the model card, read by training and by streaming alike."""

    num_frames: int = 16
    """T, grid frames in a window."""
    grid_fps: float = 8.0
    """Grid frames per second."""
    image_size: int = 112
    """Side in pixels of the square picture that the network sees."""
    fit: Fit = "stretch"
    """Way in which a picture becomes square: ``stretch`` it, or ``letterbox`` it with black
    bars."""

    def __post_init__(self) -> None:
        if self.num_frames < 1:
            raise ValueError(f"num_frames is {self.num_frames}; expected at least 1")
        if not (math.isfinite(self.grid_fps) and self.grid_fps > 0):
            raise ValueError(f"grid_fps is {self.grid_fps}; expected a positive number")
        if self.image_size < 8:
            raise ValueError(f"image_size is {self.image_size}; expected at least 8 pixels")
        if self.fit not in ("stretch", "letterbox"):
            raise ValueError(f"fit is {self.fit!r}; expected 'stretch' or 'letterbox'")

    @property
    def window_seconds(self) -> float:
        """Time that one window covers: T / grid_fps."""
        return self.num_frames / self.grid_fps


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Person:
    """A person who is followed, as seen in one grid frame."""

    id: int
    """Counts from 1 in each stream; never given to anybody else."""
    box: Box
    """Place of the person."""
    joints: Joints
    """(13, 3) float32: x and y as shares of the picture's width and height, score 0–1."""

    def __repr__(self) -> str:
        box = ", ".join(f"{side:.2f}" for side in self.box)
        return f"Person({self.id}, box=({box}))"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Prediction:
    """One scored window and the steady label after it."""

    start_seconds: float
    """Time of the window's first grid frame."""
    end_seconds: float
    """Time of the window's last grid frame."""
    scores: Scores
    """(num_labels,) float32: the network's probabilities for this window alone."""
    label: str
    """The steady label: one of the model's labels, or ``unsure``."""
    confidence: float
    """0–1: the smoothed probability of the label shown, or of the best one when unsure."""
    steady_scores: Scores
    """(num_labels,) float32: the smoothed probabilities that the label was chosen from."""
    run: int = 0
    """Counts the unbroken runs of a stream: windows of different runs share no frame."""
    fullness: float = 1.0
    """0–1: below 1 at the beginning of a run, where a window is scored before it is full."""
    person: int = WHOLE_PICTURE
    """Subject: a ``Person.id``, or the whole picture."""
    box: Box | None = None
    """Place where the person was seen last; None for the whole picture."""

    def __repr__(self) -> str:
        return (
            f"Prediction({self.start_seconds:.3f}–{self.end_seconds:.3f} s, "
            f"{self.label!r}, confidence={self.confidence:.3f})"
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time with one label."""

    start_seconds: float
    end_seconds: float
    label: str
    mean_confidence: float
    """0–1, the mean over the windows of the segment."""
    peak_confidence: float
    """0–1, the highest of them."""
    person: int = WHOLE_PICTURE
    """Subject who did it: a ``Person.id``, or the whole picture."""
    box: Box | None = None
    """Place of the person when the label was surest; None for the whole picture."""

    def __post_init__(self) -> None:
        if not self.start_seconds <= self.end_seconds:
            raise ValueError(f"segment ends ({self.end_seconds}) before it starts")

    @property
    def duration_seconds(self) -> float:
        return self.end_seconds - self.start_seconds

    def earlier_by(self, seconds: float) -> Segment:
        """The same segment on a clock that starts ``seconds`` later."""
        return replace(
            self,
            start_seconds=self.start_seconds - seconds,
            end_seconds=self.end_seconds - seconds,
        )
