"""Settings of the recurrent network's training; torch is not needed to read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from training.learn.fit_settings import FitSettings
from training.settings import Count, Range, Share


@dataclass(frozen=True)
class TrainSettings(FitSettings):
    """The recurrent network's training, as the caller chooses."""

    epochs: Count = 12
    """Rounds of ``steps`` steps; a checkpoint after each."""
    steps: Count = 500
    """Steps of a round."""
    batch_size: Count = 128
    """Windows in a step."""
    learning_rate: Annotated[float, Range(1e-7, 10)] = 4e-3
    """Peak of the one-cycle schedule."""
    weight_decay: Share = 0.02
    """AdamW's."""
    label_smoothing: Share = 0.05
    """Share of the truth that is spread over all labels."""
    network: Literal["lrcn", "convlstm"] = "lrcn"
    """Encoder that reads the joints."""
    left_out: tuple[str, ...] = ()
    """Data sets that nothing is learnt from, with commas between."""
    without_labels: tuple[str, ...] = ()
    """Labels that are not learnt, with commas between."""
    preceded: Share = 0.5
    """Share of the windows that begin with the end of another take."""
    lift_steps: Annotated[int, Range(0)] = 4000
    """Steps in which it is learnt how deep flat joints lie; 0 leaves them flat."""
