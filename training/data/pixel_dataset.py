"""Windows of cached clips for Lightning.

All chance in a window comes from (seed, epoch, number of the clip): an interrupted training goes on
as if nothing had happened, and any number of processes sees what one would see.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import lightning
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from har_live.time_grid import frames_played_at
from har_live.types import ClipSpec
from training.data.clip import Clip
from training.data.pixel_windows import Frames, Variation, varied, window_instants, windows_of_clip
from training.data.prepare import CacheSettings
from training.labels import mirrored_label

Index = Sequence[tuple[Clip, Path]]
"""Clips and the files of their cached frames."""

WINDOWS_PER_CLIP = 4
"""Windows of a measured clip, evenly spread; their mean is judged."""
VAL_HOP = 2
"""Grid frames between two windows of a measured clip, as a stream has them."""
LEAST_CACHE_FPS = 24.0
COMPRESSED_SHARE = 0.3
"""Share of windows that go through JPEG, as a webcam's pictures do."""


def cache_settings(spec: ClipSpec) -> CacheSettings:
    """Frames of the network's size, at a multiple of the grid's rate."""
    steps = max(1, math.ceil(LEAST_CACHE_FPS / spec.grid_fps))
    return CacheSettings(image_size=spec.image_size, cache_fps=steps * spec.grid_fps)


class LearntWindows(Dataset[tuple[Tensor, int]]):
    """One window of a clip, varied anew in every epoch: ((T + 1, S, S, 3) uint8, label's index)."""

    def __init__(
        self,
        index: Index,
        labels: tuple[str, ...],
        spec: ClipSpec,
        *,
        variation: Variation | None,
        seed: int,
    ) -> None:
        self.index, self.labels, self.spec, self.seed = index, labels, spec, seed
        self.variation = variation
        self.cache_fps = cache_settings(spec).cache_fps

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, key: tuple[int, int]) -> tuple[Tensor, int]:
        epoch, number = key
        rng = np.random.default_rng([self.seed, epoch, number])
        clip, path = self.index[number]
        frames = np.load(path, mmap_mode="r")
        times = np.arange(len(frames)) / self.cache_fps
        how = self.variation or Variation(speed=(1.0, 1.0))
        at = frames_played_at(times, window_instants(times[-1], self.spec, rng, how))
        window, label = np.array(frames[at]), clip.label
        if self.variation is not None:
            other = mirrored_label(label, self.labels)
            mirror = other is not None and bool(rng.random() < 0.5)
            window = compressed(varied(window, rng, how, mirror=mirror, shake=False), rng)
            label = other if mirror and other is not None else label
        return torch.from_numpy(window), self.labels.index(label)


def compressed(frames: Frames, rng: np.random.Generator) -> Frames:
    """Some windows as a webcam sends them: every frame through JPEG of one quality."""
    if rng.random() >= COMPRESSED_SHARE:
        return frames
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))]
    files = (cv2.imencode(".jpg", frame[..., ::-1], quality)[1] for frame in frames)
    pictures = [cv2.imdecode(file, cv2.IMREAD_COLOR_RGB) for file in files]
    return np.stack([np.asarray(picture, np.uint8) for picture in pictures])


class MeasuredWindows(Dataset[tuple[Tensor, int]]):
    """The windows of a clip that a stream would score: ((W, T + 1, S, S, 3) uint8, label's index).

    Number −1 is a filler that fits beside the others and has the label −1.
    """

    def __init__(self, index: Index, labels: tuple[str, ...], spec: ClipSpec) -> None:
        self.index, self.labels, self.spec = index, labels, spec
        self.cache_fps = cache_settings(spec).cache_fps

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, number: int) -> tuple[Tensor, int]:
        clip, path = self.index[max(0, number)]
        frames = np.load(path, mmap_mode="r")
        at = windows_of_clip(
            len(frames), self.cache_fps, self.spec, hop=VAL_HOP, most=WINDOWS_PER_CLIP
        )
        windows = torch.from_numpy(np.stack([frames[window] for window in at]))
        return windows, self.labels.index(clip.label) if number >= 0 else -1


Measured = tuple[Tensor, Tensor, Tensor]
"""(N, …) windows, (N,) number of each one's clip in the batch, (clips,) labels' indices."""


def join_clips(items: list[tuple[Tensor, int]]) -> Measured:
    """Clips with any number of windows as one batch."""
    owners = [torch.full((len(windows),), i) for i, (windows, _) in enumerate(items)]
    labels = torch.tensor([label for _, label in items])
    return torch.cat([windows for windows, _ in items]), torch.cat(owners), labels


class EpochOrder(Sampler[tuple[int, int]]):
    """(epoch, number) of every clip in the epoch's own order: this process's share of them.

    Processes of equal shares, so that none waits for another; the first clips of the order fill up.
    """

    def __init__(self, count: int, *, seed: int, rank: int, world_size: int) -> None:
        self.count, self.seed, self.rank, self.world_size = count, seed, rank, world_size
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning before every epoch, also by a resumed training's first."""
        self.epoch = epoch

    def __len__(self) -> int:
        return math.ceil(self.count / self.world_size)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        order = np.random.default_rng([self.seed, self.epoch]).permutation(self.count)
        order = np.resize(order, len(self) * self.world_size)
        return iter((self.epoch, int(number)) for number in order[self.rank :: self.world_size])


class ClipData(lightning.LightningDataModule):
    """Loaders for any number of processes; ``batch_size`` counts over all of them."""

    def __init__(
        self,
        learnt: LearntWindows,
        measured: MeasuredWindows,
        *,
        batch_size: int,
        seed: int,
        workers: int,
    ) -> None:
        super().__init__()
        self.learnt, self.measured = learnt, measured
        self.batch_size, self.seed, self.workers = batch_size, seed, workers

    def train_dataloader(self) -> DataLoader[Any]:
        rank, world_size = self._place()
        order = EpochOrder(len(self.learnt), seed=self.seed, rank=rank, world_size=world_size)
        return DataLoader(
            self.learnt,
            max(1, self.batch_size // world_size),
            sampler=order,
            num_workers=self.workers,
            persistent_workers=self.workers > 0,
        )

    def val_dataloader(self) -> DataLoader[Any]:
        rank, world_size = self._place()
        numbers = list(range(len(self.measured)))
        numbers += [-1] * (-len(numbers) % world_size)
        # Whole clips, as many as make about a batch of windows.
        clips = max(1, self.batch_size // world_size // WINDOWS_PER_CLIP)
        return DataLoader(
            self.measured, clips, sampler=numbers[rank::world_size], collate_fn=join_clips
        )

    def _place(self) -> tuple[int, int]:
        """This process's number, and how many there are."""
        assert self.trainer is not None, "Lightning sets it before it asks for loaders"
        return self.trainer.global_rank, self.trainer.world_size
