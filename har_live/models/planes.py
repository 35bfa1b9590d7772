"""Linear maps of pictures along their rows and their columns: two matrix products each.

Means around each place, differences and cuts are all of this kind, and runtimes multiply matrices
in less time than they pool, pad, slice or sample.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def product(left: Tensor, right: Tensor) -> Tensor:
    """``left @ right`` in full precision, on CUDA too: half of it would swallow what moved."""
    with torch.autocast(left.device.type, enabled=False):
        return left @ right


def along_axes(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """(…, h, w) → (…, h', w'): ``rows`` (…, h', h) mixes the rows, ``columns`` (…, w', w) the
    columns."""
    return product(rows, product(x, columns.mT))


def mean_around(length: int, width: int, like: Tensor) -> Tensor:
    """(length, length): at each place the mean of the ``width`` around it, of fewer at the ends."""
    at = torch.arange(length, device=like.device)
    near = ((at - at[:, None]).abs() <= width // 2).to(like.dtype)
    return near / near.sum(dim=1, keepdim=True)


def difference(length: int, like: Tensor) -> Tensor:
    """(length, length): half of what lies between the neighbours; the ends stand for what is
    beyond them."""
    at = torch.arange(length, device=like.device)
    after, before = (at + 1).clamp(max=length - 1), (at - 1).clamp(min=0)
    one = torch.eye(length, device=like.device, dtype=like.dtype)
    return (one[after] - one[before]) / 2


def between(places: Tensor, length: int) -> Tensor:
    """(…, n) places, in cells, → (…, n, length): the value there, between the two cells nearest.

    Places beyond the ends have the value of the end.
    """
    at = torch.arange(length, device=places.device, dtype=places.dtype)
    return F.relu(1 - (places.clamp(0, length - 1).unsqueeze(-1) - at).abs())
