"""The moments that the sinks of one source get in live use. Main thread only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.moment import Moment
from har_live.sinks.base import Outputs, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.moment import Draw
    from har_live.realtime.inbox import LiveFrame, Scored
    from har_live.recognizer import Recognizer
    from har_live.types import Person, VideoInfo


class Moments:
    """Joins the frames that are shown and what the scorer says into moments, for the sinks.

    Args:
        outputs: the sinks; whoever made them ends them.
        min_duration_seconds: shorter segments are left out.
    """

    def __init__(
        self, outputs: Outputs, recognizer: Recognizer, *, min_duration_seconds: float
    ) -> None:
        self._outputs = outputs
        self._recognizer = recognizer
        self._segmenter = recognizer.segmenter(min_duration_seconds=min_duration_seconds)
        self._warming_up: float | None = 0.0
        self._people: tuple[Person, ...] = ()
        self.num_segments = 0

    def run(self, info: VideoInfo) -> Run:
        """Return what is known of a run whose frames are these."""
        return Run(info, self._recognizer.labels, self._recognizer.card.name)

    def begin(self, info: VideoInfo) -> None:
        """Begin the sinks; ``info`` is the source's. After a reconnect they go on."""
        self._outputs.begin(self.run(info))

    def lose(self) -> None:
        """Tell the sinks that the source is lost.

        Raises:
            SinkError: one of them can't take it.
        """
        self._warming_up = 0.0
        self._outputs.write(Moment(None, [], [], self._warming_up, is_lost=True))

    @property
    def trouble(self) -> str | None:
        """What is amiss with a sink, in one line; None where all is well."""
        return self._outputs.trouble

    def write(
        self,
        frame: LiveFrame | None,
        scored: Sequence[Scored],
        *,
        now: float,
        draw: Draw | None = None,
        is_last: bool = False,
    ) -> None:
        """Give the sinks what is new: a frame that is shown, and what was scored since.

        Args:
            now: on the clock by which frames arrive.

        Raises:
            SinkError: one of them can't take it.
        """
        if frame is None and not scored and not is_last:
            return
        predictions = [prediction for one in scored for prediction in one.predictions]
        segments = [s for prediction in predictions for s in self._segmenter.update(prediction)]
        if is_last:
            segments += self._segmenter.finish()
        for one in scored:
            self._warming_up, self._people = one.warming_up, one.people
        self.num_segments += len(segments)
        arrivals = [one.arrival_seconds for one in scored if one.predictions]
        self._outputs.write(
            Moment(
                frame,
                predictions,
                segments,
                self._warming_up,
                self._people,
                left_out_seconds=self._segmenter.left_out_seconds if is_last else {},
                is_last=is_last,
                latency_seconds=now - arrivals[-1] if arrivals else None,
                draw=draw,
            )
        )
