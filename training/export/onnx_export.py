"""A module as an ONNX file, and the settings that all of ours are exported with."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn


def write_onnx(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    *,
    input_names: Sequence[str],
    output_names: Sequence[str],
    dynamic_shapes: Any,
) -> None:
    """Write ``module`` as ONNX, its numbers inside the file.

    Args:
        module: what is exported, as it is when it does not learn.
        inputs: an example; sizes that are free must not be 1, which the exporter takes for fixed.
        path: where to write.
        input_names: names of the file's inputs.
        output_names: names of its outputs.
        dynamic_shapes: which sizes are free, as ``torch.export`` wants them.
    """
    with warnings.catch_warnings(), _quiet_exporter():
        warnings.simplefilter("ignore")  # deprecations inside the exporter itself
        torch.onnx.export(
            module.eval(),
            inputs,
            path,
            input_names=list(input_names),
            output_names=list(output_names),
            dynamic_shapes=dynamic_shapes,
            # Of 19 and later, ONNX Runtime 1.31 pools on the CPU by a kernel that takes many
            # times as long: a sixth of a grid frame (everyday-lrcn, 2026-11-22).
            opset_version=18,
            external_data=False,
            verbose=False,
            dynamo=True,
        )


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """The exporter warns once an operator that torchvision, which nobody here uses, is missing."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)
