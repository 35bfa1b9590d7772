"""A look at a data set: sample frames of each label, balance, durations, frame rates, faults.

python -m training show data/UCF50 --out show.png
"""

from __future__ import annotations

import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from rich.table import Table

from har_live.errors import HarLiveError
from har_live.sources.media import MediaSource
from training.data.clip import Clip
from training.data.layouts import read_clips

SAMPLES = 6
"""Frames shown of each label, each of another group where there are as many."""
THUMB_WIDTH, THUMB_HEIGHT = 150, 96
"""Pixels of a sample frame; what is wider or higher is fitted in."""


@dataclass(frozen=True)
class Facts:
    """A clip's file by its own account."""

    clip: Clip
    error: str = ""
    """Reason why it can't be read; empty where it can."""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    duration_seconds: float = 0.0
    thumb: NDArray[np.uint8] | None = None
    """(96, 150, 3) uint8 RGB, from the middle of the clip; None where it is no sample."""


# --- looking -------------------------------------------------------------------------------------


def survey(data: Path, *, workers: int | None = None, show_progress: bool = True) -> list[Facts]:
    """Open every clip of a data set and decode the samples, in parallel."""
    root, clips = read_clips(data)
    samples = set(choose_samples(clips))
    look = partial(look_at, root)
    spawn = multiprocessing.get_context("spawn")  # as in ``prepare``
    with ProcessPoolExecutor(max_workers=workers, mp_context=spawn) as pool:
        looked = pool.map(look, clips, [clip in samples for clip in clips], chunksize=4)
        return list(track(looked, "looking", total=len(clips), disable=not show_progress))


def choose_samples(clips: Sequence[Clip]) -> list[Clip]:
    """Up to ``SAMPLES`` clips of each label, as different as their groups allow."""
    of_label: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        of_label[clip.label].append(clip)
    chosen = []
    for own in of_label.values():
        seen: Counter[str] = Counter()
        rounds = []
        for clip in own:
            rounds.append(seen[clip.group])
            seen[clip.group] += 1
        # The first clip of every group comes before the second of any.
        order = sorted(range(len(own)), key=lambda i: rounds[i])
        fresh = [own[i] for i in order[: max(SAMPLES, len(seen))]]
        picks = np.linspace(0, len(fresh) - 1, min(SAMPLES, len(fresh))).round().astype(int)
        chosen += [fresh[i] for i in picks]
    return chosen


def look_at(root: Path, clip: Clip, with_thumb: bool) -> Facts:
    """Open one clip: its own words, or counted where it says nothing."""
    cv2.setNumThreads(1)
    try:
        with MediaSource(root / clip.path) as source:
            info, times, thumb = source.info, [], None
            middle = (info.duration_seconds or 0.0) / 2
            states_all = bool(info.fps and info.duration_seconds)
            for frame in source:
                times.append(frame.pts_seconds)
                if with_thumb and (thumb is None or frame.pts_seconds - times[0] <= middle):
                    thumb = frame.image
                if states_all and (not with_thumb or frame.pts_seconds - times[0] > middle):
                    break
    except HarLiveError as error:
        return Facts(clip, error=str(error))
    if not times:
        return Facts(clip, error="nothing in it could be decoded")
    counted = times[-1] - times[0]
    return Facts(
        clip,
        width=info.width,
        height=info.height,
        fps=info.fps or (len(times) - 1) / max(counted, 1e-6),
        duration_seconds=info.duration_seconds or counted,
        thumb=None if thumb is None else _fitted(thumb),
    )


def _fitted(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The whole picture, as large as a sample frame allows."""
    height, width = image.shape[:2]
    scale = min(THUMB_WIDTH / width, THUMB_HEIGHT / height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    canvas = np.full((THUMB_HEIGHT, THUMB_WIDTH, 3), 238, np.uint8)
    top, left = (THUMB_HEIGHT - size[1]) // 2, (THUMB_WIDTH - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas


# --- the words -----------------------------------------------------------------------------------


def summary(facts: Sequence[Facts], *, most: int = 6) -> str:
    """Say how much there is, and what can't be read."""
    clips = [fact.clip for fact in facts]
    groups = len({clip.group for clip in clips})
    hours = sum(fact.duration_seconds for fact in facts) / 3600
    labels = len({clip.label for clip in clips})
    known = f"{groups} groups" if groups < len(clips) else "no groups known"
    lines = [f"{len(clips)} clips of {labels} labels, {known}, {hours:.2f} hours"]
    counts = Counter(clip.label for clip in clips).most_common()
    lines += [
        f"largest label {counts[0][0]} with {counts[0][1]} clips, smallest {counts[-1][0]} "
        f"with {counts[-1][1]}"
    ]
    broken = [fact for fact in facts if fact.error]
    lines += [f"{len(broken)} can't be read:" if broken else "all can be read"]
    lines += [f"  {fact.clip.path[:60]}" for fact in broken[:most]]
    if len(broken) > most:
        lines += [f"  and {len(broken) - most} more"]
    return "\n".join(lines)


def labels_of(facts: Sequence[Facts]) -> list[str]:
    """List every label, those of one data set together."""
    first = {fact.clip.label: fact.clip.dataset for fact in reversed(facts)}
    return sorted(first, key=lambda label: (first[label], label))


def table(facts: Sequence[Facts]) -> Table:
    """A row for each label."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("label", "data set"):
        result.add_column(heading, no_wrap=True)
    for heading in ("clips", "train", "val", "groups", "seconds", "fps", "unreadable"):
        result.add_column(heading, justify="right")
    for label in labels_of(facts):
        own = [fact for fact in facts if fact.clip.label == label]
        split = Counter(fact.clip.split for fact in own)
        result.add_row(
            label,
            ", ".join(sorted({fact.clip.dataset for fact in own})),
            str(len(own)),
            str(split["train"] or "–"),
            str(split["val"] or "–"),
            str(len({fact.clip.group for fact in own})),
            _range([fact.duration_seconds for fact in own if not fact.error], "{:.1f}"),
            _range([fact.fps for fact in own if not fact.error], "{:.4g}"),
            str(sum(bool(fact.error) for fact in own) or "–"),
        )
    return result


def _range(values: list[float], form: str) -> str:
    """``2.0`` or ``1.2–3.4``."""
    if not values:
        return "–"
    ends = dict.fromkeys(form.format(value) for value in (min(values), max(values)))
    return "–".join(ends)
