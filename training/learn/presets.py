"""The networks that are trained from scratch, by name."""

from __future__ import annotations

from dataclasses import replace

from har_live.card import open_weights
from har_live.errors import HarLiveError
from har_live.models.config import PRESETS, NetworkSpec


def preset_of(name: str, *, grid_fps: float | None = None) -> NetworkSpec:
    """Return a preset by its name, or the network of a weights folder, to be trained from scratch.

    Args:
        grid_fps: look at this many frames a second instead of the preset's own.
    """
    preset = PRESETS.get(name)
    if preset is None:
        try:
            card = open_weights(name).card
        except HarLiveError as error:
            raise HarLiveError(f"no preset {name!r} among {', '.join(PRESETS)}; {error}") from None
        preset = NetworkSpec(card.model, card.clip)
    return replace(preset, clip=replace(preset.clip, grid_fps=grid_fps or preset.clip.grid_fps))
