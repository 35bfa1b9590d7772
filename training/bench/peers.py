"""The same work by others, in the same run: what streaming and windows in flight are worth.

    python -m training bench-peers everyday-lrcn --json runs/peers.json

The usual way (all frames of every window anew), the people finder alone, ffmpeg writing a text on
the same file, and MoViNet-A0-Stream where its code is installed:
``pip install einops fvcore git+https://github.com/Atze00/MoViNet-pytorch``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import torch

from har_live.bench.rows import Row
from har_live.bench.steps import anew_rows, grid_frame_rows, name_of, open_all, step
from har_live.bench.timing import Effort, median_seconds
from har_live.card import ModelCard, Weights
from har_live.models.build import build_model
from har_live.models.config import PRESETS
from training.bench.annotate import annotate_rows
from training.export.weights import export_weights

logger = logging.getLogger(__name__)

MOVINET_SIZE = 172
"""Pixels a side that MoViNet-A0 was made for."""
SMALL = "seed-lrcn"


def peer_rows(weights: Sequence[Weights], effort: Effort, folder: Path) -> Iterator[Row]:
    """Measure all comparisons, one after the other.

    Args:
        weights: the first of them annotate the file.
        folder: for what is written on the way.
    """
    recognizers = open_all([*weights, untrained(SMALL, folder / SMALL)])
    yield from grid_frame_rows(recognizers, effort)
    yield from anew_rows(recognizers, effort)
    movinet = movinet_frame()
    if movinet is None:
        logger.warning("MoViNet-A0-Stream is not measured: its code is not installed")
    else:
        tasks: dict[str, Callable[[], object]] = {name_of(one): step(one) for one in recognizers}
        seconds = median_seconds({**tasks, "movinet": movinet}, effort)
        for one in recognizers:
            ours_ms = seconds[name_of(one)] * 1000
            name = f"a frame by MoViNet-A0-Stream, {MOVINET_SIZE} px, torch"
            yield Row(name_of(one), name, seconds["movinet"] * 1000, "ms", ours_ms, "grid frame")
    yield from annotate_rows(weights[0], effort)


def untrained(preset: str, folder: Path) -> Weights:
    """A preset's network with random weights, which take as long as any."""
    torch.manual_seed(0)
    chosen = PRESETS[preset]
    labels = ("a", "b", "c", "d")
    model = build_model(
        chosen.model, image_size=chosen.clip.image_size, num_labels=len(labels)
    ).eval()
    return export_weights(model, ModelCard(preset, labels, chosen.model, chosen.clip), folder)


def movinet_frame() -> Callable[[], object] | None:
    """A call that shows one more frame to MoViNet-A0-Stream (Kondratyuk et al. 2021) on the CPU.

    None where its code is not installed. Random weights take as long as any.
    """
    try:
        from movinets import MoViNet
        from movinets.config import _C
    except ImportError:
        return None
    network = MoViNet(_C.MODEL.MoViNetA0, causal=True, pretrained=False).eval()
    network.clean_activation_buffers()
    return partial(_without_gradients, network, torch.rand(1, 3, 1, MOVINET_SIZE, MOVINET_SIZE))


@torch.inference_mode()
def _without_gradients(network: torch.nn.Module, frame: torch.Tensor) -> torch.Tensor:
    scores: torch.Tensor = network(frame)
    return scores
