"""One optimiser and schedule for all that is learnt here."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch.nn import Parameter


def one_cycle(
    parameters: Iterable[Parameter],
    *,
    peak: float,
    weight_decay: float,
    total_steps: float,
    rising: float = 0.2,
) -> OptimizerLRSchedulerConfig:
    """AdamW whose learning rate rises to ``peak`` in a share of the steps, then falls to nothing.

    Args:
        total_steps: whole, as Lightning estimates it.
    """
    optimizer = torch.optim.AdamW(parameters, lr=peak, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, peak, total_steps=int(total_steps), pct_start=rising
    )
    return {
        "optimizer": optimizer,
        "lr_scheduler": {"scheduler": schedule, "interval": "step"},
    }
