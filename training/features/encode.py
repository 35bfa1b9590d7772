"""Show the frozen encoder everything there is to learn from, once, and keep what it says.

Each part is one file in the bank's folder, written when complete: an interrupted run goes on where
it was, and more copies can be added later.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from safetensors.torch import load_file

from har_live.models.config import Architecture
from har_live.models.pose_motion import PoseMotion
from har_live.types import ClipSpec
from training.data.prepare import CacheSettings, prepare
from training.data.split import with_split
from training.data.windows import Frames, Variation
from training.features.bank import (
    Bank,
    Window,
    drawn_windows,
    encode,
    figure_windows,
    measured_windows,
    still_windows,
    training_windows,
)
from training.features.joint_windows import JointWindows, joint_windows
from training.people.invented import invented_motions
from training.people.pictures import objects, stills
from training.people.skeletons import Motion, load_bandai, load_msr

JOINTS_FILE = "joints.npz"
VALIDATION_ACTORS = {"msr-8", "msr-10", "bandai-elderly", "bandai-giant", "bandai-musical"}
"""People and styles of the skeleton sequences that are never learnt from."""


@dataclass(frozen=True)
class EncodeSettings:
    """The defaults; what made a set of shipped weights is in its README."""

    clip_copies: int = 12
    """Differently varied windows of each training clip."""
    drawn_per_label: int = 40
    """Windows with a drawn person for each label of the skeleton sequences."""
    figures_per_label: int = 150
    """The same with a person of the built-in figure's renderer."""
    val_figures_per_label: int = 12
    """As many of the people who are never learnt from."""
    joint_windows: int = 200_000
    """Windows of joints alone, which cost next to nothing."""
    stills: int = 300
    """Photos held before a shaking camera, which teach ``none``."""
    windows_per_clip: int = 4
    """Windows of each validation clip."""
    seed: int = 0


def encode_all(
    data: Path, cache: Path, pose: Path, out: Path, spec: ClipSpec, settings: EncodeSettings
) -> None:
    """Write the parts that ``out`` still lacks: those named ``val-…`` are never learnt from."""
    cached = CacheSettings(image_size=spec.image_size)
    index, _ = prepare(data, cache, settings=cached)
    clips = with_split([clip for clip, _ in index], seed=settings.seed)
    index = list(zip(clips, [frames for _, frames in index], strict=True))
    learnt = [item for item in index if item[0].split == "train"]
    measured = [item for item in index if item[0].split == "val"]
    encoder = PoseMotion(image_size=spec.image_size)
    encoder.pose.load_state_dict(load_file(pose))
    variation = Variation()

    def part(name: str, make: Callable[[np.random.Generator], Bank]) -> None:
        path = out / f"{name}.npz"
        if not path.exists():
            # Each part has its own chance, so that adding one changes no other.
            make(np.random.default_rng([settings.seed, zlib.crc32(name.encode())])).save(path)

    def varied_clips(rng: np.random.Generator, name: str) -> Bank:
        windows = training_windows(learnt, spec, cached, rng, variation)
        return encode(encoder, windows, total=len(learnt), what=name)

    def held(rng: np.random.Generator) -> Bank:
        photos = stills(data / "stills", "people") + stills(data / "stills", "har15", split="train")
        chosen = [photos[i] for i in rng.choice(len(photos), settings.stills, replace=False)]
        return encode(
            encoder, still_windows(chosen, spec, rng, variation), total=len(chosen), what="stills"
        )

    def validation(_: np.random.Generator) -> Bank:
        windows = list(
            measured_windows(measured, spec, cached, hop=2, most=settings.windows_per_clip)
        )
        return encode(encoder, windows, total=len(windows), what="val clips")

    def drawn(motions: list[Motion], rng: np.random.Generator) -> Iterator[Window]:
        return drawn_windows(motions, backgrounds(data, spec), spec, rng, variation)

    def figures(motions: list[Motion], rng: np.random.Generator) -> Iterator[Window]:
        return figure_windows(motions, spec, rng, variation)

    def performed(
        name: str,
        motions: list[Motion],
        per_label: int,
        windows: Callable[[list[Motion], np.random.Generator], Iterator[Window]],
    ) -> None:
        def make(rng: np.random.Generator) -> Bank:
            chosen = balanced(motions, per_label, rng)
            return encode(encoder, windows(chosen, rng), total=len(chosen), what=name)

        part(name, make)

    part("val-clips", validation)
    for copy in range(settings.clip_copies):
        part(f"clips-{copy}", lambda rng, copy=copy: varied_clips(rng, f"clips {copy}"))
    if not (data / "skeletons").is_dir():
        return
    learnt_motions, val_motions = skeleton_motions(data / "skeletons", settings)
    joints = out / JOINTS_FILE
    if not joints.exists():
        rng = np.random.default_rng([settings.seed, zlib.crc32(b"joints")])
        count = settings.joint_windows
        joint_windows(learnt_motions, count, spec, rng, variation).save(joints)
    performed("drawn", learnt_motions, settings.drawn_per_label, drawn)
    performed("val-figures", val_motions, settings.val_figures_per_label, figures)
    performed("figures", learnt_motions, settings.figures_per_label, figures)
    part("stills", held)


def skeleton_motions(
    skeletons: Path, settings: EncodeSettings
) -> tuple[list[Motion], list[Motion]]:
    """Movements to learn from and movements to measure on, by other people."""
    recorded = load_msr(skeletons) + load_bandai(skeletons)
    learnt = [motion for motion in recorded if motion.group not in VALIDATION_ACTORS]
    measured = [motion for motion in recorded if motion.group in VALIDATION_ACTORS]
    learnt += invented_motions(600, np.random.default_rng(settings.seed))
    measured += invented_motions(20, np.random.default_rng(settings.seed + 1))
    return learnt, measured


def balanced(motions: list[Motion], per_label: int, rng: np.random.Generator) -> list[Motion]:
    """``per_label`` movements of each label, repeated where there are fewer."""
    chosen: list[Motion] = []
    for label in sorted({motion.label for motion in motions}):
        own = [motion for motion in motions if motion.label == label]
        picks = rng.choice(len(own), per_label, replace=len(own) < per_label)
        chosen += [own[i] for i in picks]
    return chosen


def backgrounds(data: Path, spec: ClipSpec) -> list[Frames]:
    """Pictures of things, to draw people before."""
    size = (spec.image_size, spec.image_size)
    things = objects(data / "stills", "tiny-imagenet-200", every=64)
    return [cv2.resize(thing.image, size, interpolation=cv2.INTER_LINEAR) for thing in things]


def load_banks(folder: Path, architecture: Architecture) -> tuple[Bank, JointWindows | None, Bank]:
    """All that is learnt from, and what is measured on: clips, and figures who perform movements
    of other people. Only what is read is loaded."""
    unread = "maps" if architecture == "lrcn" else "vectors"
    joints = folder / JOINTS_FILE
    val = set(folder.glob("val-*.npz"))
    learnt, measured = (
        Bank.join(Bank.load(path, unread=unread) for path in sorted(paths))
        for paths in (set(folder.glob("*.npz")) - val - {joints}, val)
    )
    return learnt, JointWindows.load(joints) if joints.exists() else None, measured


def label_set(names: Iterable[str]) -> tuple[str, ...]:
    """``none`` first, then the rest in alphabetical order."""
    return tuple(sorted({str(name) for name in names}, key=lambda label: (label != "none", label)))
