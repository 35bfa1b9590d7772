"""Live behaviour in a minute and a half, held against what is stored beside the weights.

python -m training check-live everyday-lrcn ../shared/data          # fails where a figure fell
python -m training check-live everyday-lrcn ../shared/data --write  # after new weights
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from har_live.recognizer import Recognizer
from training.live.evaluate import FAST, Played, streams_for
from training.live.played_streams import score_stream, showing_of
from training.live.report import figures_with
from training.live.stream_builder import StreamSettings

FILE = "live-short.json"
"""Beside the card."""
LEAST_NOISE = {
    "seconds_to_label_p50": 0.13,
    "share_of_actions_named": 0.02,
    "share_of_time_right": 0.01,
    "extra_changes_per_minute": 0.25,
    "segment_f1": 0.03,
    "false_alarms_per_hour": 40.0,
}
"""Figures that are held, and what one window, change or alarm more makes of it."""
BETTER_LOWER = ("seconds_to_label_p50", "extra_changes_per_minute", "false_alarms_per_hour")

StoredFigures = dict[str, float]


@dataclass(frozen=True)
class Reference:
    """Figures of the streams of seed 0, and how much they differ from seed to seed."""

    figures: StoredFigures
    noise: StoredFigures
    """The standard deviation over the seeds, and no less than ``LEAST_NOISE``."""
    seconds: float
    """Length of each stream, about."""
    seeds: int

    def fallen(self, now: Mapping[str, float]) -> list[str]:
        """Return a line for each figure that is worse by more than its noise."""
        lines = []
        for name, was in self.figures.items():
            worse = now[name] - was if name in BETTER_LOWER else was - now[name]
            if worse > self.noise[name]:
                lines.append(f"{name} was {was:.3f} ± {self.noise[name]:.3f}, is {now[name]:.3f}")
        return lines

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Reference:
        return cls(**json.loads(path.read_text("utf-8")))


def play_short(
    recognizer: Recognizer, data: Path, *, seconds: float, seed: int = 0
) -> StoredFigures:
    """Measure the figures of a fast machine before one camera a stretch."""
    settings = StreamSettings(seconds, seed, one_camera=True)
    played = [
        Played.fast(
            stream.name, stream.kind, showing_of(score_stream(recognizer, stream, FAST, seed=seed))
        )
        for stream in track(streams_for(recognizer, data, settings), f"playing, seed {seed}")
    ]
    reached = figures_with(played, FAST.name)
    return {name: reached[name] or 0.0 for name in LEAST_NOISE}


def measured(of_seeds: Sequence[StoredFigures], *, seconds: float) -> Reference:
    """Return what is stored of the figures of several seeds, the first of them 0."""
    noise = {
        name: max(least, float(np.std([row[name] for row in of_seeds], ddof=1)))
        for name, least in LEAST_NOISE.items()
    }
    return Reference(of_seeds[0], noise, seconds, len(of_seeds))
