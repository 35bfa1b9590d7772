"""Sources being recognized: one, or several that share a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from har_live.recognizer.people_state import PeopleState, num_rows
from har_live.recognizer.pictures import NUM_ROWS, PictureState
from har_live.recognizer.subject import num_windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from har_live.people.detection import Detection
    from har_live.recognizer import Recognizer
    from har_live.recognizer.look import Look
    from har_live.recognizer.source_state import SourceState
    from har_live.time_grid import GridFrame
    from har_live.types import Frame, Image, Person, Prediction


class StreamGroup:
    """Several sources being recognized together: those with a new grid frame share one batch.

    Whatever is in a batch, each source gets the predictions that it would get alone. Grid frames
    are picked by one ``Recognizer.grid`` a source.

    Args:
        num_sources: they are known by their numbers, 0 to ``num_sources - 1``.
    """

    def __init__(self, recognizer: Recognizer, num_sources: int) -> None:
        if num_sources < 1:
            raise ValueError(f"num_sources is {num_sources}; expected at least 1")
        card, finder = recognizer.card, recognizer.finder
        count = NUM_ROWS if finder is None else num_rows(recognizer.max_people)
        kind = PictureState if finder is None else PeopleState
        self._finder = finder
        self._windows = recognizer.scorer.open_windows(num_sources * count, num_windows(card))
        self._sources: list[SourceState] = [
            kind(
                card,
                rows=range(number * count, (number + 1) * count),
                cut_reset=recognizer.cut_reset,
            )
            for number in range(num_sources)
        ]

    def advance(
        self, grid_frames: Mapping[int, GridFrame], *, looks: Mapping[int, Look] | None = None
    ) -> dict[int, list[Prediction]]:
        """Take in one more grid frame of some of the sources.

        Args:
            grid_frames: by the numbers of their sources.
            looks: those that were looked at already, by ``Recognizer.look``, likewise.

        Returns:
            Predictions for the windows that are due now, by the numbers of their sources: the main
            person's first, none where no window is due.
        """
        if not grid_frames:
            return {}
        states = {number: self._sources[number] for number in sorted(grid_frames)}
        looks = looks or {}
        found = {number: look.people for number, look in looks.items()}
        pictures = {
            number: state.see(
                grid_frames[number], looks[number].picture if number in looks else None
            )
            for number, state in states.items()
        }
        found |= self._find({n: p for n, p in pictures.items() if p is not None and n not in looks})
        shown = [state.subjects(found.get(number, ())) for number, state in states.items()]
        subjects = [subject for some in shown for subject, _ in some]
        inputs = zip(*(inputs for some in shown for _, inputs in some), strict=True)
        scores = self._windows.advance(
            tuple(np.stack(values) for values in inputs),
            np.stack([subject.keep_mask() for subject in subjects]),
            np.array([subject.row for subject in subjects]),
        )
        parts = np.split(scores, np.cumsum([len(some) for some in shown])[:-1])
        return {
            number: state.predict(list(part))
            for (number, state), part in zip(states.items(), parts, strict=True)
        }

    def _find(self, pictures: Mapping[int, Image]) -> dict[int, Sequence[Detection]]:
        if self._finder is None or not pictures:
            return {}
        aspects = [self._sources[number].aspect for number in pictures]
        found = self._finder.find(list(pictures.values()), aspects=aspects)
        return dict(zip(pictures, found, strict=True))

    def people(self, number: int) -> tuple[Person, ...]:
        """Return the people seen in a source's last grid frame, the main person first."""
        return self._sources[number].people

    def finish(self, number: int) -> list[Prediction]:
        """End a source: return what is still to be said of it. Its number is then free for another.

        Of a source shorter than a window, whoever was not yet told of gets one prediction: its last
        frame is held until there is one.
        """
        state = self._sources[number]
        untold = state.untold()
        first: dict[int, Prediction] = {}
        for _ in range(max(untold.values(), default=0)):
            for prediction in self.advance({number: state.held()})[number]:
                if prediction.person in untold:
                    first.setdefault(prediction.person, prediction)
        state.end()
        return list(first.values())

    def reset(self, number: int) -> None:
        """Forget what a source has shown: its next frame begins afresh."""
        self._sources[number].reset()

    def warming_up(self, number: int) -> float | None:
        """Return 0–1, how close the first score of a source's run is; None once it is there."""
        return self._sources[number].warming_up


class Stream:
    """One source being recognized. Call ``push`` with each frame and ``finish`` at the end."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._grid = recognizer.grid()
        self._group = recognizer.streams(1)

    def push(self, frame: Frame) -> list[Prediction]:
        """Take in one more frame.

        Args:
            frame: frames may come at any rate; what is seen of them depends on their timestamps
                alone. A gap longer than a window, a step back in time, or a change of scene
                begins afresh.

        Returns:
            Predictions for the windows that are due with this frame, oldest first; often none.
        """
        return self.advance(self._grid.push(frame))

    def advance(
        self, grid_frames: Iterable[GridFrame], *, looks: Iterable[Look] | None = None
    ) -> list[Prediction]:
        """Take in frames that a grid of ``Recognizer.grid`` has picked already.

        ``push`` is this behind a grid of its own. Use one or the other.

        Args:
            looks: at each of them, where they were looked at before.
        """
        predictions: list[Prediction] = []
        grid_frames = list(grid_frames)
        known = [None] * len(grid_frames) if looks is None else looks
        for grid_frame, look in zip(grid_frames, known, strict=True):
            seen = {} if look is None else {0: look}
            predictions += self._group.advance({0: grid_frame}, looks=seen)[0]
        return predictions

    def finish(self) -> list[Prediction]:
        """End the source: return the last predictions. The stream then is as new.

        A source too short to be told of still gets one: see ``StreamGroup.finish``.
        """
        return self.advance(self._grid.finish()) + self._group.finish(0)

    def reset(self) -> None:
        """Forget what was seen: the next frame begins afresh."""
        self._grid.reset()
        self._group.reset(0)

    @property
    def warming_up(self) -> float | None:
        """0–1, how close the run's first score is; None once it is there."""
        return self._group.warming_up(0)

    @property
    def people(self) -> tuple[Person, ...]:
        """People seen in the last grid frame, the main person first."""
        return self._group.people(0)
