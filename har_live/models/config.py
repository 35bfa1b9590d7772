"""The structure of a network as plain values: kept in the model card, readable without torch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from har_live.types import ClipSpec

Architecture = Literal["lrcn", "convlstm"]

NO_UNKNOWN = -1e4
"""An unknown logit that leaves the softmax over the labels as it is, in half precision too."""
JOINT_ENCODERS = ("joints", "joint_maps")
"""Encoders that read people's joints."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The parts of one network. ``build_model`` turns it into a module.

    One class for both architectures, though each has fields of its own: cards and the runs that
    ``train`` keeps hold these very fields, and a value of the other architecture is refused.
    """

    architecture: Architecture
    """``lrcn``: vectors into an LSTM; ``convlstm``: feature maps into ConvLSTM cells."""
    encoder: str
    """Name of the frame encoder, one of ``models.build.ENCODERS``."""
    hidden: tuple[int, ...]
    """Hidden units (lrcn) or hidden channels (convlstm) of each recurrent layer."""
    blocks: tuple[tuple[int, ...], ...] = ()
    """lrcn: how the units of each layer divide into LSTMs side by side that see only their own;
    empty where each layer is one."""
    pool: bool = False
    """convlstm: halve the map with max pooling after each layer."""
    places: int = 1
    """convlstm: the classifier reads the means over places² parts of the map; 1 forgets where."""
    dropout: float = 0.0
    """Share of the summary dropped before the classifier, in training only."""
    encoder_options: dict[str, Any] = field(default_factory=dict)
    """Keyword arguments of the encoder."""

    def __post_init__(self) -> None:
        if self.architecture not in ("lrcn", "convlstm"):
            raise ValueError(
                f"architecture is {self.architecture!r}; expected 'lrcn' or 'convlstm'"
            )
        if not self.hidden or min(self.hidden) < 1:
            raise ValueError(f"hidden is {self.hidden}; expected at least one positive width")
        if self.places < 1:
            raise ValueError(f"places is {self.places}; expected at least 1")
        if self.architecture == "lrcn" and (self.pool or self.places > 1):
            raise ValueError(f"pool is {self.pool}, places is {self.places}; an lrcn has no maps")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout}; expected 0 ≤ dropout < 1")
        self._check_blocks()

    @property
    def reads_joints(self) -> bool:
        """True if it is shown people's joints, not the whole picture."""
        return self.encoder in JOINT_ENCODERS

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> ModelConfig:
        """Read what ``asdict`` made of one, after JSON; older ones lack the newer fields.

        Raises:
            ValueError, KeyError, TypeError: it is no config.
        """
        hidden, blocks = values["hidden"], values.get("blocks", ())
        tuples = {"hidden": tuple(hidden), "blocks": tuple(tuple(units) for units in blocks)}
        return cls(**{**values, **tuples})

    def _check_blocks(self) -> None:
        if not self.blocks:
            return
        if self.architecture != "lrcn":
            raise ValueError(f"blocks are {self.blocks}; a {self.architecture} has none")
        sums = tuple(sum(units) for units in self.blocks)
        if sums != self.hidden or min(min(units) for units in self.blocks) < 1:
            raise ValueError(
                f"blocks are {self.blocks}; expected positive widths that sum to {self.hidden}"
            )


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A named network and the windows it is meant for."""

    model: ModelConfig
    clip: ClipSpec


# The student notebook that this project grew from: 64×64 pixels, 20 frames spread over a clip.
# Its clips (UCF50) last about 7 s, so 20 frames are about 3 frames a second.
_SEED_CLIP = ClipSpec(num_frames=20, grid_fps=3.0, image_size=64)

PRESETS: dict[str, NetworkSpec] = {
    "seed-lrcn": NetworkSpec(
        ModelConfig("lrcn", "seed_cnn", hidden=(32,), encoder_options={"dropout": 0.25}),
        _SEED_CLIP,
    ),
    "seed-convlstm": NetworkSpec(
        ModelConfig("convlstm", "pixels", hidden=(4, 8, 14, 16), pool=True, places=4, dropout=0.2),
        _SEED_CLIP,
    ),
}
