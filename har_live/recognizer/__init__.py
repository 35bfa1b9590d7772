"""The heart: frames go in, predictions come out. No clock, no window, no file.

``Recognizer`` is the weights on a runtime, made once. ``Stream`` is one source being recognized,
``StreamGroup`` several in one batch. In each grid frame people are found and followed; of each
person, ``W = ceil(T / hop)`` windows are in flight: every frame advances all of them, and every
``hop`` frames one of them is full and is scored. Where the card allows it, a person's first window
is scored already while it fills. The scores are exactly those of the offline clip of that person's
joints (``WindowModel.forward``). A call is done when it returns: no thread goes on.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from har_live.card import DEFAULT_PEOPLE, DEFAULT_WEIGHTS, Weights, open_weights
from har_live.people.detection import MAX_PEOPLE
from har_live.people.finder import Finder
from har_live.recognizer.look import Look
from har_live.recognizer.streams import Stream, StreamGroup
from har_live.scorers import Runtime, open_finder, open_scorer
from har_live.segments import Segmenter
from har_live.smoothing_spec import SmoothingSpec
from har_live.threads import num_cores
from har_live.time_grid import TimeGrid
from har_live.transforms import to_finder, to_network
from har_live.types import Frame

__all__ = ["Look", "Recognizer", "Stream", "StreamGroup"]


class Recognizer:
    """Weights on a runtime and device, shared by any number of streams.

    Args:
        weights: the name of shipped weights, a weights folder, or ``Weights``.
        runtime: ``auto``, ``torch`` or ``onnx``.
        device: ``auto``, ``cpu``, ``cuda``, …: see ``har_live.scorers.open_scorer``.
        hop: grid frames between two scored windows; None takes the card's.
        smoothing: None takes the card's.
        min_confidence: show a label from this probability on, whichever it is.
        average_seconds: average scores over so much time, whatever ``smoothing`` says.
        cut_reset: a change of scene begins afresh, as a gap does.
        max_people: so many are followed at once, by weights that read joints.
        num_threads: cores that are used at once, for batches and PyTorch; None takes all of them.

    Raises:
        WeightsError, BackendError: the weights or the runtime can't be had.
        ValueError: the hop is not between 1 and the window's length, nobody may be followed, or a
            value of the smoothing is out of its range.
    """

    def __init__(
        self,
        weights: str | Path | Weights = DEFAULT_WEIGHTS,
        *,
        runtime: Runtime = "auto",
        device: str = "auto",
        hop: int | None = None,
        smoothing: SmoothingSpec | None = None,
        min_confidence: float | None = None,
        average_seconds: float | None = None,
        cut_reset: bool = True,
        max_people: int = DEFAULT_PEOPLE,
        num_threads: int | None = None,
    ) -> None:
        if not 1 <= max_people <= MAX_PEOPLE:
            raise ValueError(f"max_people is {max_people}; expected 1 to {MAX_PEOPLE}")
        opened = weights if isinstance(weights, Weights) else open_weights(weights)
        card = opened.card
        spec = smoothing or card.smoothing
        if average_seconds is not None:
            spec = dataclasses.replace(spec, average_seconds=average_seconds)
        if min_confidence is not None:
            spec = spec.with_min_confidence(min_confidence)
        # The card checks the hop and says what is allowed.
        self.card = dataclasses.replace(card, hop=card.hop if hop is None else hop, smoothing=spec)
        self.scorer = open_scorer(opened, runtime=runtime, device=device, num_threads=num_threads)
        self.finder: Finder | None = (
            open_finder(runtime=runtime, device=device, num_threads=num_threads)
            if card.model.reads_joints
            else None
        )
        """Finds the people; None for weights that read whole pictures."""
        self.num_threads = num_threads or num_cores()
        self.cut_reset = cut_reset
        self.max_people = max_people

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in the order of ``Prediction.scores``."""
        return self.card.labels

    @property
    def runs_on(self) -> str:
        """Runtime, device and precision, for people."""
        return self.scorer.runs_on

    def stream(self) -> Stream:
        """Return a stream for one new source."""
        return Stream(self)

    def streams(self, num_sources: int) -> StreamGroup:
        """Return streams for several new sources, which share each batch."""
        return StreamGroup(self, num_sources)

    def grid(self) -> TimeGrid:
        """Return a time grid for these windows: what ``Stream.push`` puts its frames through."""
        return TimeGrid.of(self.card.clip)

    def look(self, frame: Frame) -> Look:
        """Do with a frame what is done with it alone: for ``Stream.advance``, ahead of it. Any
        number of threads may."""
        clip = self.card.clip
        if self.finder is None:
            return Look(to_network(frame.picture, clip), ())
        height, width, _ = frame.picture.shape
        picture = to_finder(frame.picture, clip.image_size)
        (people,) = self.finder.find([picture], aspects=[width / height])
        return Look(picture, people)

    def segmenter(self, *, min_duration_seconds: float = 0.0) -> Segmenter:
        """Return a segmenter whose borders fit these windows and this smoothing."""
        card = self.card
        return Segmenter(
            lag_seconds=card.label_delay_seconds + card.smoothing.average_seconds / 2,
            hop_seconds=card.hop / card.clip.grid_fps,
            min_duration_seconds=min_duration_seconds,
        )
