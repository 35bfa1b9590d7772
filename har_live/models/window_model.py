"""The streaming network: encode a frame once, advance every open window, classify the full ones."""

from __future__ import annotations

from collections.abc import Container, Iterator

import torch
from torch import Tensor, nn

from har_live.models.cells import ConvLSTMStack, LSTMStack, State
from har_live.models.config import NO_UNKNOWN


class FrameEncoder(nn.Module):
    """The part of a network that turns what it is shown of one grid frame into features."""

    input_names: tuple[str, ...]
    """Names of what ``forward`` takes, in order."""

    def example(self, count: int) -> tuple[Tensor, ...]:
        """Return inputs of ``count`` subjects of whom nothing is seen: their shapes and dtypes."""
        raise NotImplementedError

    def unroll(self, *clip: Tensor) -> tuple[Tensor, ...]:
        """Unroll whole windows, (B, …) each → what ``forward`` takes of all their frames, (B*T,
        …)."""
        raise NotImplementedError


class WindowModel(nn.Module):
    """A frame encoder, a recurrent stack and a classifier.

    ``forward`` on a clip is the offline definition; ``encode`` and ``step`` frame by frame give
    exactly the same scores for every window that is open at the same time. What is
    measured of pictures or joints lives in the encoder, softmax, temperature and the unknown here:
    raw values go in and probabilities come out. They sum to at most 1: the rest is unknown.

    Shapes: B subjects (people, or pictures), W open windows of each, T grid frames in a window,
    K labels.
    """

    temperature: Tensor
    unknown_logit: Tensor
    encoder: FrameEncoder

    def __init__(
        self,
        encoder: FrameEncoder,
        cells: LSTMStack | ConvLSTMStack,
        *,
        num_labels: int,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.cells = cells
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(cells.summary_size, num_labels)
        # Fitted on validation data (Guo et al. 2017); 1 leaves the softmax as it is.
        self.register_buffer("temperature", torch.ones(()))
        # Competes with the labels' logits, so that windows of little energy (Liu et al. 2020) lose
        # probability; fitted too, and from NO_UNKNOWN down it takes none.
        self.register_buffer("unknown_logit", torch.full((), NO_UNKNOWN))

    def encode(self, *inputs: Tensor) -> Tensor:
        """Compute the features of grid frames.

        Args:
            inputs: what the encoder reads, (N, …) each: see its ``forward``.

        Returns:
            (N, F) float vectors (LRCN) or (N, C, h, w) maps (ConvLSTM).
        """
        features: Tensor = self.encoder(*inputs)
        return features

    def zero_state(self, num_subjects: int, num_windows: int) -> State:
        """Return the state of windows that have seen nothing: zeros, each (B, W, …)."""
        like = self.classifier.weight
        return tuple(
            torch.zeros(num_subjects, num_windows, *shape, device=like.device, dtype=like.dtype)
            for shape in self.cells.state_shapes
        )

    def step(self, features: Tensor, state: State, keep: Tensor) -> State:
        """Advance every open window by one grid frame.

        Args:
            features: (B, …) from ``encode``.
            state: each (B, W, …).
            keep: (B, W), 1 where a window goes on and 0 where one starts with this frame.
        """
        kept = tuple(part * keep.reshape(*keep.shape, *[1] * (part.dim() - 2)) for part in state)
        return self.cells.advance(self.cells.project(features), kept)

    def logits(self, state: State) -> Tensor:
        """Return (B, W, K) logits, before ``probabilities``."""
        logits: Tensor = self.classifier(self.dropout(self.cells.summary(state)))
        return logits

    def probabilities(self, logits: Tensor) -> Tensor:
        """Convert (…, K) logits → (…, K) probabilities; 1 minus their sum is that of the
        unknown."""
        calm = logits.float() / self.temperature
        unknown = self.unknown_logit.expand_as(calm[..., :1])
        return torch.softmax(torch.cat([calm, unknown], dim=-1), dim=-1)[..., :-1]

    def classify(self, state: State) -> Tensor:
        """Return (B, W, K) probabilities."""
        return self.probabilities(self.logits(state))

    def feature_logits(self, features: Tensor) -> Tensor:
        """Return (B, K) logits of whole windows from the features of their frames, (B, T, …)."""
        *_, last = self._states(features)
        return self.logits(last)[:, 0]

    def growing_logits(self, features: Tensor, counts: Container[int]) -> list[Tensor]:
        """Return (B, K) logits of the windows' first n frames, for each n of ``counts`` in rising
        order.

        Args:
            features: (B, T, …).
            counts: between 1 and T.
        """
        states = enumerate(self._states(features), 1)
        return [self.logits(state)[:, 0] for count, state in states if count in counts]

    def _states(self, features: Tensor) -> Iterator[State]:
        """Yield the state after each frame of (B, T, …) features, one window in each."""
        num_clips, num_frames = features.shape[:2]
        projected = self.cells.project(features.flatten(0, 1))  # (B, T, …) → (B*T, …)
        projected = projected.reshape(num_clips, num_frames, *projected.shape[1:])
        state = self.zero_state(num_clips, 1)
        for frame in projected.unbind(1):  # indexing instead costs a third more going backward
            state = self.cells.advance(frame, state)
            yield state

    def clip_features(self, *clip: Tensor) -> Tensor:
        """Encode whole windows, as the encoder's ``unroll`` takes them → (B, T, …) features."""
        features = self.encode(*self.encoder.unroll(*clip))
        return features.reshape(len(clip[0]), -1, *features.shape[1:])

    def clip_logits(self, *clip: Tensor) -> Tensor:
        """Compute whole windows → (B, K) logits: what training minimises."""
        return self.feature_logits(self.clip_features(*clip))

    def forward(self, *clip: Tensor) -> Tensor:
        """Classify whole windows → (B, K) probabilities: the offline definition.

        A window is T grid frames and those before it that the encoder reads along: at the start
        of a stream, copies of the first.
        """
        return self.probabilities(self.clip_logits(*clip))


class LRCN(WindowModel):
    """CNN per frame, LSTM over the vectors, classifier on the last state (Donahue et al. 2015).

    Args:
        encoder: inputs (N, …) → (N, F); has ``input_names``, ``unroll`` and ``out_features`` = F.
        blocks: see ``ModelConfig.blocks``.
    """

    def __init__(
        self,
        encoder: FrameEncoder,
        *,
        hidden: tuple[int, ...],
        num_labels: int,
        dropout: float = 0.0,
        blocks: tuple[tuple[int, ...], ...] = (),
    ) -> None:
        cells = LSTMStack(int(encoder.out_features), hidden, blocks)  # type: ignore[arg-type]
        super().__init__(encoder, cells, num_labels=num_labels, dropout=dropout)


class ConvLSTM(WindowModel):
    """Convolutional stem, ConvLSTM cells over the maps, classifier on its means (Shi et al. 2015).

    Args:
        encoder: inputs (N, …) → (N, C, h, w); has ``input_names``, ``unroll`` and ``out_shape`` =
            (C, h, w).
        pool: halve the map between layers.
        places: see ``ModelConfig.places``.
    """

    def __init__(
        self,
        encoder: FrameEncoder,
        *,
        hidden: tuple[int, ...],
        num_labels: int,
        dropout: float = 0.0,
        pool: bool = False,
        places: int = 1,
    ) -> None:
        channels, height, width = encoder.out_shape  # type: ignore[misc]
        cells = ConvLSTMStack(channels, (height, width), hidden, pool=pool, places=places)
        super().__init__(encoder, cells, num_labels=num_labels, dropout=dropout)
