"""How the recurrent part of the shipped weights is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from har_live.models.config import Architecture, ModelConfig

Sees = Literal["both", "pose", "motion"]


@dataclass(frozen=True)
class TrainSettings:
    """The defaults; what made a set of shipped weights is in its README."""

    architecture: Architecture = "lrcn"
    hidden: tuple[int, ...] = (256,)
    places: int = 1
    """convlstm: see ``ModelConfig.places``."""
    dropout: float = 0.4
    epochs: int = 40
    batch_size: int = 128
    learning_rate: float = 4e-3
    """Peak of the one-cycle schedule."""
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    within_weight: float = 1.0
    """Weight of the loss among a data set's own labels: it can't be lowered by recognising the
    place instead of the action."""
    early_weight: float = 0.5
    """Weight of the loss after half a window and after three quarters: so it learns to say what it
    sees before a window is full, as at the beginning of a stream."""
    successions: float = 0.5
    """Share of windows that begin with the end of another action, as often before a camera."""
    pose_noise: float = 0.12
    """Deviation of the noise on standardised pose features: gestures are fine."""
    motion_noise: float = 0.5
    """The same for motion features, which are coarse and many."""
    motion_dropped: float = 0.35
    """Share of windows whose motion features are hidden: skeletons have none either."""
    pose_dropped: float = 0.15
    """Share of windows whose pose features are hidden, as in the dark."""
    sees: Sees = "both"
    """What it is taught to look at; the rest of the features is hidden from it for good."""
    windows_per_epoch: int = 8000
    """At most: a smaller bank is gone through once."""
    filmed_share: float = 0.4
    """Share of the windows shown that come from real clips; the rest is drawn, held or joints."""
    balance: float = 0.5
    """0 shows every window equally often, 1 every pair of data set and label."""
    keep: Literal["best", "last"] = "best"
    """Which epoch: the best on the validation windows, or the last, chosen by nothing."""
    seed: int = 0

    def counts(self, num_frames: int) -> tuple[int, ...]:
        """Grid frames of a window after which its answer counts in the loss; the last is all."""
        if not self.early_weight:
            return (num_frames,)
        return tuple(sorted({min_frames(num_frames), -(-num_frames * 3 // 4), num_frames}))

    def model(self) -> ModelConfig:
        return ModelConfig(
            architecture=self.architecture,
            encoder="pose_motion",
            hidden=self.hidden,
            places=self.places,
            dropout=self.dropout,
            encoder_options={"maps": self.architecture == "convlstm"},
        )


def min_frames(num_frames: int) -> int:
    """Half a window: from then on an answer is worth having."""
    return max(1, num_frames // 2)
