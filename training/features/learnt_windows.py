"""The windows that are learnt from, put together from what was encoded and from joints alone."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, WeightedRandomSampler

from har_live.models.config import Architecture
from har_live.models.pose_motion import PoseMotion
from har_live.models.window_model import WindowModel
from training.features.bank import MADE, Bank
from training.features.joint_windows import JointWindows


def features_of(bank: Bank, architecture: Architecture) -> Tensor:
    """(N, T, …) float: the form that this architecture reads."""
    return torch.from_numpy(bank.vectors if architecture == "lrcn" else bank.maps)


class LearntWindows(Dataset):
    """Encoded windows, then joints alone; a batch is put together at once.

    An item is the features (T, …), the label's index and (K,) bool: the labels that occur in the
    window's own data set.
    """

    def __init__(
        self,
        bank: Bank,
        joints: JointWindows | None,
        labels: tuple[str, ...],
        architecture: Architecture,
    ) -> None:
        self.encoded = features_of(bank, architecture)
        self.joints, self.architecture = joints, architecture
        alone = (joints.labels, joints.datasets) if joints is not None else ([], [])
        self.names = np.concatenate([bank.labels, alone[0]]).astype(str)
        self.datasets = np.concatenate([bank.datasets, alone[1]]).astype(str)
        self.labels = label_indices(self.names, labels)
        self.own = own_labels(self.names, self.datasets, labels)

    def __len__(self) -> int:
        return len(self.names)

    def __getitems__(self, indices: list[int]) -> list[tuple[Tensor, Tensor, Tensor]]:
        rows = torch.tensor(indices)
        return list(zip(self.features(rows), self.labels[rows], self.own[rows], strict=True))

    def features(self, rows: Tensor) -> Tensor:
        """(n,) rows → (n, T, …) float."""
        features = torch.empty(len(rows), *self.encoded.shape[1:])
        alone = rows >= len(self.encoded)
        features[~alone] = self.encoded[rows[~alone]].float()
        if alone.any():
            features[alone] = self.joints.features(
                rows[alone] - len(self.encoded), self.architecture
            )
        return features


def standardise(encoder: PoseMotion, features: Tensor) -> None:
    """Set the encoder's mean and deviation to those of (N, T, …) features; NaN are left out.

    What is NaN everywhere gets mean 0 and deviation 1.
    """
    dims = [d for d in range(features.dim()) if d != 2]
    values = features.float()
    mean = values.nanmean(dim=dims, keepdim=True)
    deviation = (values - mean).square().nanmean(dim=dims, keepdim=True).sqrt()
    encoder.mean.copy_(mean.nan_to_num(0.0).reshape(encoder.mean.shape))
    deviation = deviation.nan_to_num(1.0).clamp(min=1e-3)
    encoder.deviation.copy_(deviation.reshape(encoder.deviation.shape))


def standardised(model: WindowModel, features: Tensor) -> Tensor:
    """(N, T, …) as the encoder gives them, from features as they lie in a bank."""
    return ((features.float() - model.encoder.mean) / model.encoder.deviation).clamp(-6, 6)


def label_indices(names: NDArray[np.str_], labels: tuple[str, ...]) -> Tensor:
    """(N,) index of each window's label."""
    return torch.tensor([labels.index(name) for name in names])


def own_labels(
    names: NDArray[np.str_], datasets: NDArray[np.str_], labels: tuple[str, ...]
) -> Tensor:
    """(N, K) bool: the labels that occur in each window's data set."""
    occurring = {dataset: set(names[datasets == dataset]) for dataset in set(datasets)}
    masks = {dataset: [label in own for label in labels] for dataset, own in occurring.items()}
    return torch.tensor([masks[dataset] for dataset in datasets])


def balanced_sampler(
    windows: LearntWindows, *, balance: float, filmed_share: float, most: int, seed: int
) -> WeightedRandomSampler:
    """Draws windows so that small data sets and rare labels are seen often enough.

    Args:
        balance: 0 shows every window equally often, 1 every pair of data set and label.
        filmed_share: share of the windows that come from real clips, where there are both kinds.
        most: windows an epoch; all of them once where there are fewer.
    """
    kinds = np.char.add(np.char.add(windows.datasets, "/"), windows.names)
    _, inverse, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    weights = counts[inverse].astype(float) ** -balance
    filmed = ~np.isin(windows.datasets, MADE)
    if filmed.any() and not filmed.all():
        weights[filmed] *= filmed_share / weights[filmed].sum()
        weights[~filmed] *= (1 - filmed_share) / weights[~filmed].sum()
    generator = torch.Generator().manual_seed(seed)
    count = min(most, len(windows))
    return WeightedRandomSampler(weights.tolist(), count, generator=generator)
