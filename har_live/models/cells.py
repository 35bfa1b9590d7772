"""Recurrent cells that advance many windows at once and share the part that depends on the input.

A window's state is its own; the frame is the same for all of them. So the gates' input part,
``project(features)``, is computed once a frame, and only the hidden part once a window.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

State = tuple[Tensor, ...]
"""Hidden and cell states of each layer: (h_1, c_1, h_2, c_2, …), each (B, W, …)."""


def _lstm_gates(gates: Tensor, cell: Tensor, *, channel_dim: int) -> tuple[Tensor, Tensor]:
    """Compute the LSTM update (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al.
    2000)."""
    enter, forget, candidate, leave = gates.chunk(4, dim=channel_dim)
    cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(candidate)
    return torch.sigmoid(leave) * torch.tanh(cell), cell


class BlockDiagonal(nn.Module):
    """The hidden part of the gates of several LSTMs side by side, (…, H) → (…, 4·H).

    What a wide matrix of blocks and zeros would give, gate by gate, but the zeros are neither kept
    nor multiplied.

    Args:
        widths: units of each.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.widths = widths
        self.blocks = nn.ModuleList(nn.Linear(width, 4 * width, bias=False) for width in widths)

    def forward(self, hidden: Tensor) -> Tensor:
        each = zip(self.blocks, hidden.split_with_sizes(self.widths, dim=-1), strict=True)
        gates = zip(*(block(part).chunk(4, dim=-1) for block, part in each), strict=True)
        return torch.cat([part for gate in gates for part in gate], dim=-1)


class LSTMStack(nn.Module):
    """LSTM layers over feature vectors.

    Args:
        in_features: F, length of a frame's feature vector.
        hidden: units of each layer.
        blocks: how each layer divides, see ``ModelConfig.blocks``.
    """

    def __init__(
        self, in_features: int, hidden: tuple[int, ...], blocks: tuple[tuple[int, ...], ...] = ()
    ) -> None:
        super().__init__()
        widths = (in_features, *hidden)
        self.from_input = nn.ModuleList(
            nn.Linear(before, 4 * after) for before, after in pairwise(widths)
        )
        self.from_hidden = nn.ModuleList(
            BlockDiagonal(blocks[layer]) if blocks else nn.Linear(width, 4 * width, bias=False)
            for layer, width in enumerate(hidden)
        )
        self.state_shapes = tuple((h,) for h in hidden for _ in range(2))
        self.summary_size = hidden[-1]
        for layer, width in zip(self.from_input, hidden, strict=True):
            # Remember by default: forget bias 1 (Jozefowicz et al. 2015).
            nn.init.ones_(layer.bias[width : 2 * width])  # type: ignore[index]

    def project(self, features: Tensor) -> Tensor:
        """Compute the input part of the first layer's gates: (N, F) → (N, 4·hidden[0])."""
        projected: Tensor = self.from_input[0](features)
        return projected

    def advance(self, projected: Tensor, state: State) -> State:
        """Advance every window by one step: (B, 4·hidden[0]) and B × W states → B × W states."""
        gates = projected.unsqueeze(1)  # (B, 4H) → (B, 1, 4H), the same for all W windows
        new_state: list[Tensor] = []
        for layer, from_hidden in enumerate(self.from_hidden):
            hidden, cell = state[2 * layer : 2 * layer + 2]
            if layer:
                gates = self.from_input[layer](new_state[-2])
            hidden, cell = _lstm_gates(gates + from_hidden(hidden), cell, channel_dim=-1)
            new_state += [hidden, cell]
        return tuple(new_state)

    def summary(self, state: State) -> Tensor:
        """Return what the classifier reads: (B, W, summary_size)."""
        return state[-2]


class ConvLSTMStack(nn.Module):
    """ConvLSTM layers over feature maps (Shi et al. 2015, without peepholes).

    Args:
        in_channels: channels of a frame's feature map.
        map_size: (h, w) of that map.
        hidden: channels of each layer.
        pool: halve the map with max pooling between layers.
        places: the summary is the means over places² parts of the last map.
    """

    def __init__(
        self,
        in_channels: int,
        map_size: tuple[int, int],
        hidden: tuple[int, ...],
        *,
        pool: bool,
        places: int = 1,
    ) -> None:
        super().__init__()
        channels = (in_channels, *hidden)
        self.from_input = nn.ModuleList(
            nn.Conv2d(before, 4 * after, 3, padding=1) for before, after in pairwise(channels)
        )
        self.from_hidden = nn.ModuleList(
            nn.Conv2d(h, 4 * h, 3, padding=1, bias=False) for h in hidden
        )
        self.pool = nn.MaxPool2d(2, ceil_mode=True) if pool else nn.Identity()
        shapes: list[tuple[int, ...]] = []
        height, width = map_size
        for layer, size in zip(self.from_input, hidden, strict=True):
            nn.init.ones_(layer.bias[size : 2 * size])  # type: ignore[index]
            shapes += [(size, height, width)] * 2
            if pool:
                height, width = -(-height // 2), -(-width // 2)
        self.state_shapes = tuple(shapes)
        last = shapes[-1]
        if last[1] % places or last[2] % places:
            raise ValueError(f"places is {places}; the last map, {last[1]}×{last[2]}, has no parts")
        self.means = nn.AvgPool2d((last[1] // places, last[2] // places))
        self.summary_size = last[0] * places**2

    def project(self, features: Tensor) -> Tensor:
        """Compute the input part of the first layer's gates: (N, C, h, w) → (N, 4·hidden[0], h,
        w)."""
        projected: Tensor = self.from_input[0](features)
        return projected

    def advance(self, projected: Tensor, state: State) -> State:
        """Advance every window by one step: (B, 4·hidden[0], h, w) and B × W states → B × W
        states."""
        gates = projected.unsqueeze(1)
        new_state: list[Tensor] = []
        for layer, from_hidden in enumerate(self.from_hidden):
            hidden, cell = state[2 * layer : 2 * layer + 2]
            if layer:
                gates = self._per_window(self.from_input[layer], self._pooled(new_state[-2]))
            gates = gates + self._per_window(from_hidden, hidden)
            hidden, cell = _lstm_gates(gates, cell, channel_dim=2)
            new_state += [hidden, cell]
        return tuple(new_state)

    def summary(self, state: State) -> Tensor:
        """Return what the classifier reads, means over parts of the map: (B, W, summary_size)."""
        return self._per_window(self.means, state[-2]).flatten(2)

    def _pooled(self, maps: Tensor) -> Tensor:
        return self._per_window(self.pool, maps)

    @staticmethod
    def _per_window(layer: nn.Module, maps: Tensor) -> Tensor:
        # (B, W, C, h, w) → (B*W, C, h, w) → (B, W, C', h', w')
        applied: Tensor = layer(maps.flatten(0, 1))
        return applied.reshape(maps.shape[0], maps.shape[1], *applied.shape[1:])
