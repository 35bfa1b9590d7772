"""Teach weights that read joints a user's own actions, from a few clips.

    python -m training adapt my-clips --weights everyday-lrcn --out mine
    har-live live --weights mine

People are found in every clip once, and what is found is kept; learning then takes seconds. What
the network knows of bodies it keeps, changing slowly; what the actions are called it learns anew.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from rich.progress import track
from torch import nn

from har_live.card import Weights
from har_live.errors import HarLiveError
from har_live.models.window_model import NO_UNKNOWN, WindowModel
from har_live.scorers import open_finder
from har_live.scorers.torch import load_model
from har_live.types import NONE
from training.data.layouts import read_clips
from training.data.pixel_dataset import Index
from training.data.prepare import cache_name
from training.data.split import choose_labels
from training.learn.clip_task import one_cycle
from training.learn.clips import Material, keep, measure, split_material
from training.learn.fit import fit
from training.learn.fit_settings import MachineSettings
from training.provenance import write_recipe
from training.recipe.find_joints import look_once, read_seen
from training.recipe.joint_windows import Windows, cut
from training.recipe.takes import Take, takes_of
from training.recipe.train import JointTask, TakeData
from training.recipe.train_settings import TrainSettings

log = logging.getLogger(__name__)

FEW_CLIPS = TrainSettings(
    epochs=8, steps=25, batch_size=32, learning_rate=2e-3, label_smoothing=0.1
)
"""Settings that suit a few dozen clips."""
SLOWER = 0.1
"""The learning rate of what the network knows already, by that of the classifier."""


class AdaptTask(JointTask):
    """The same task for a network that knows all but what the labels are called."""

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        settings = self.settings
        known = [*self.model.encoder.parameters(), *self.model.cells.parameters()]
        return one_cycle(
            [self.model.classifier.parameters(), known],
            peaks=[settings.learning_rate, SLOWER * settings.learning_rate],
            weight_decay=settings.weight_decay,
            total_steps=settings.epochs * settings.steps,
        )


def adapt(
    data: Path,
    weights: Weights,
    out: Path,
    cache: Path,
    settings: TrainSettings,
    *,
    labels: Sequence[str] = (),
    show_progress: bool = True,
) -> Weights:
    """Write weights that know the labels of ``data``; a second time into ``out`` begins anew.

    Raises:
        HarLiveError: these weights don't read joints.
        SourceError: there are too few clips.
    """
    torch.manual_seed(settings.seed)
    model = load_model(weights)
    if "joints" not in model.encoder.input_names:
        raise HarLiveError(
            f"{weights.card.name} reads pictures: only weights that read joints can be taught so; "
            "`train-pixels` trains a network of its kind"
        )
    material = gather(data, cache, labels=labels, show_progress=show_progress)
    names, card = material.labels, weights.card
    if NONE not in names:
        log.warning(
            "no clips of %r (people doing nothing special): it will always see an action", NONE
        )
    forget_labels(model, len(names))
    shutil.rmtree(out / "run", ignore_errors=True)
    fitted = fit(
        AdaptTask(model.train(), names, settings),
        TakeData(Windows(main_takes(material.learnt), names, card.clip), settings),
        out / "run",
        MachineSettings(accelerator="cpu"),
    )
    assert fitted is not None  # there is one process
    cuts = (cut(take, card.clip, hop=card.hop) for take in main_takes(material.measured))
    windows = (tuple(map(torch.from_numpy, values)) for values in cuts)
    reached = measure(fitted.model, windows, material)
    datasets = sorted({clip.dataset for clip, _ in material.learnt})
    own = tuple({"name": name, "licence": "the user's own", "use": "clips"} for name in datasets)
    card = replace(
        card,
        name=out.name,
        labels=names,
        description=f"{card.name}, taught {', '.join(names)}.",
        smoothing=replace(card.smoothing, enter_of={}),
        sources=(*card.sources, *own),
    )
    kept = keep(fitted, reached, material, card, out)
    write_recipe(out, inputs=[weights.folder], settings=asdict(settings))
    return kept


def gather(
    data: Path, cache: Path, *, labels: Sequence[str] = (), show_progress: bool = False
) -> Material:
    """Find everybody's joints in the clips of some labels, or of all, and split the clips.

    Raises:
        SourceError: see ``split_material``.
    """
    root, clips = read_clips(data)
    chosen = choose_labels(clips, labels)
    finder = open_finder()
    index, broken = [], {}
    for clip in track(chosen, "looking at clips", disable=not show_progress):
        video = root / clip.path
        joints = cache / "joints" / f"{cache_name(video)}.npz"
        try:
            look_once(video, joints, finder)
        except HarLiveError as error:
            broken[clip.path] = str(error)
        else:
            index.append((clip, joints))
    return split_material(data, index, broken)


def main_takes(index: Index) -> list[Take]:
    """The main person of each clip; the whole picture where nobody was found."""
    takes = (take for clip, joints in index for take in takes_of(clip, read_seen(joints)))
    return [take for take in takes if take.is_main]


def forget_labels(model: WindowModel, count: int) -> None:
    """Leave a network all it knows, but for ``count`` labels that it is to learn anew."""
    model.classifier = nn.Linear(model.classifier.in_features, count)
    model.temperature.fill_(1.0)
    model.unknown_logit.fill_(NO_UNKNOWN)
