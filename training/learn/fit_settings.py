"""The caller's settings: what is learnt from, how it is fitted, where it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from training.settings import Count, Range, Settings, Share, WrongSetting


@dataclass(frozen=True)
class ClipSettings(Settings):
    """The clips that are learnt from, and how they are shown."""

    labels: tuple[str, ...] = ()
    """Only these, with commas between; default: all."""
    grid_fps: Annotated[float, Range(0.1, 240)] | None = None
    """Frames a second that it looks at; default: the preset's."""
    leaky_split: bool = False
    """Ignore groups, to see how much that flatters."""
    varied: bool = True
    """Vary clips as cameras vary, or show them as they are."""


@dataclass(frozen=True)
class NetworkSettings(Settings):
    """The networks that are compared, and how often each is trained."""

    presets: tuple[str, ...] = ("seed-lrcn", "seed-convlstm")
    """Names as in train-pixels, with commas between."""
    seeds: Count = 3
    """Trainings of each network."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.presets:
            raise WrongSetting("presets is empty; expected one network or more")


@dataclass(frozen=True)
class FitSettings(Settings):
    """Settings of the fit; the network itself is the preset's."""

    epochs: Count = 40
    """Times every clip is seen, at most."""
    batch_size: Count = 16
    """Clips in a step, over all processes."""
    learning_rate: Annotated[float, Range(1e-7, 10)] = 2e-3
    """Peak of the one-cycle schedule."""
    weight_decay: Share = 0.01
    """AdamW's."""
    label_smoothing: Share = 0.0
    """Share of the truth that is spread over all labels."""
    patience: Count = 15
    """Epochs without a lower validation loss before it stops."""
    seed: Annotated[int, Range(0, 2**32 - 1)] = 0
    """Seed of the first weights, the order, the variation of the clips and dropout."""


@dataclass(frozen=True)
class MachineSettings(Settings):
    """The machines that it runs on. Lightning's own words."""

    accelerator: Literal["auto", "cpu", "gpu", "cuda", "mps", "tpu"] = "auto"
    """Kind of processor; auto takes the fastest that is here."""
    devices: Count = 1
    """Processes on each machine."""
    num_nodes: Count = 1
    """Machines; start the same command on each."""
    precision: Literal["32-true", "16-mixed", "bf16-mixed"] = "32-true"
    """Precision of the numbers; the mixed ones are faster on a GPU."""
    workers: Annotated[int, Range(0, 1024)] = 0
    """Processes that read clips, for each device; 0 reads in the training's own."""
