"""What is in a data set: sample frames of each label, balance, durations, frame rates, faults.

python -m training show data/UCF50 --out show.png
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from rich.table import Table

from har_live.errors import HarLiveError
from har_live.sources.media import MediaSource
from har_live.transforms import to_network
from har_live.types import ClipSpec
from training.layouts import Clip, read_clips

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

SAMPLES = 6
"""Frames shown of each label, each of another group where there are as many."""
THUMB = 96
"""Side in pixels of a sample frame."""
GAP = 4
"""Pixels between sample frames."""
SPLIT_COLOURS = {"train": "#3b6ea5", "val": "#e08e45", "": "#3b6ea5"}
OTHER_COLOUR = "#9a9a9a"


@dataclass(frozen=True)
class Facts:
    """What a clip's file says."""

    clip: Clip
    error: str = ""
    """Why it can't be read; empty where it can."""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    duration_seconds: float = 0.0
    thumb: NDArray[np.uint8] | None = None
    """(S, S, 3) uint8 RGB, from the middle of the clip; None where it is not one of the samples."""


# --- looking -------------------------------------------------------------------------------------


def survey(data: Path, *, workers: int | None = None, show_progress: bool = True) -> list[Facts]:
    """Open every clip of a data set and decode the samples, in parallel."""
    root, clips = read_clips(data)
    samples = set(choose_samples(clips))
    look = partial(look_at, root)
    with ProcessPoolExecutor(max_workers=workers) as pool:
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
        thumb=None
        if thumb is None
        else to_network(thumb, ClipSpec(image_size=THUMB, fit="letterbox")),
    )


# --- the picture ---------------------------------------------------------------------------------


def draw(facts: Sequence[Facts], target: Path, *, title: str) -> None:
    """A row for each label: frames, number of clips by split, durations; frame rates below."""
    labels = sorted({fact.clip.label for fact in facts}, key=lambda name: _place(name, facts))
    rows = len(labels)
    row_inches = 0.72
    figure = plt.figure(figsize=(15, row_inches * rows + 3.6), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=[row_inches * rows + 0.9, 2.2])
    sheet, balance, lengths = top.subplots(
        1, 3, sharey=True, width_ratios=[SAMPLES * THUMB / 96 * 0.95, 2.6, 2.6]
    )
    _draw_sheet(sheet, labels, facts)
    _draw_balance(balance, labels, facts)
    _draw_lengths(lengths, labels, facts)
    rates, sizes, words = bottom.subplots(1, 3, width_ratios=[1, 1, 1.3])
    readable = [fact for fact in facts if not fact.error]
    _draw_counts(rates, (f"{fact.fps:.4g}" for fact in readable), "frames a second")
    _draw_counts(sizes, (f"{f.width}×{f.height}" for f in readable), "width × height")
    words.axis("off")
    words.text(
        0, 1, summary(facts), va="top", fontsize=9, linespacing=1.5, transform=words.transAxes
    )
    figure.suptitle(title, fontsize=14, fontweight="bold")
    figure.savefig(target, dpi=100)
    plt.close(figure)


def _place(label: str, facts: Sequence[Facts]) -> tuple[str, str]:
    """Labels of one data set stand together."""
    return min(fact.clip.dataset for fact in facts if fact.clip.label == label), label


def _draw_sheet(axes: Axes, labels: list[str], facts: Sequence[Facts]) -> None:
    step = THUMB + GAP
    canvas = np.full((len(labels) * step, SAMPLES * step, 3), 255, np.uint8)
    for row, label in enumerate(labels):
        thumbs = [f.thumb for f in facts if f.clip.label == label and f.thumb is not None]
        for column, thumb in enumerate(thumbs[:SAMPLES]):
            y, x = row * step + GAP // 2, column * step + GAP // 2
            canvas[y : y + THUMB, x : x + THUMB] = thumb
    axes.imshow(canvas, extent=(0, SAMPLES, len(labels) - 0.5, -0.5), aspect="auto")
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_xticks([])
    axes.set_title("frames from the middle of clips", fontsize=10)
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)


def _draw_balance(axes: Axes, labels: list[str], facts: Sequence[Facts]) -> None:
    splits = sorted(
        {fact.clip.split for fact in facts}, key=lambda s: (s != "train", s != "val", s)
    )
    counts = Counter((fact.clip.label, fact.clip.split) for fact in facts)
    left = np.zeros(len(labels))
    for split in splits:
        width = np.array([counts[label, split] for label in labels])
        colour = SPLIT_COLOURS.get(split, OTHER_COLOUR)
        axes.barh(range(len(labels)), width, 0.6, left=left, label=split or "clips", color=colour)
        left += width
    for row, total in enumerate(left):
        axes.text(total, row, f" {total:.0f}", va="center", fontsize=8)
    axes.set_title("clips", fontsize=10)
    axes.set_xlim(0, left.max() * 1.15)
    axes.legend(fontsize=8, loc="lower right")
    _quiet(axes)


def _draw_lengths(axes: Axes, labels: list[str], facts: Sequence[Facts]) -> None:
    values = [
        [f.duration_seconds for f in facts if f.clip.label == label and not f.error] or [np.nan]
        for label in labels
    ]
    axes.boxplot(
        values,
        orientation="horizontal",
        positions=range(len(labels)),
        widths=0.5,
        flierprops={"markersize": 3},
        medianprops={"color": "#c0392b"},
        manage_ticks=False,
    )
    axes.set_title("duration in seconds", fontsize=10)
    axes.set_xlim(left=0)
    _quiet(axes)


def _draw_counts(axes: Axes, values: Iterable[str], title: str, *, most: int = 10) -> None:
    common = Counter(values).most_common()
    if len(common) > most:
        rest = sum(count for _, count in common[most - 1 :])
        common = [*common[: most - 1], (f"{len(common) - most + 1} others", rest)]
    names = [name for name, _ in common]
    axes.bar(range(len(common)), [count for _, count in common], color=SPLIT_COLOURS["train"])
    axes.set_xticks(range(len(common)), names, rotation=35, ha="right", fontsize=8)
    axes.set_title(f"clips by {title}", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def _quiet(axes: Axes) -> None:
    axes.tick_params(left=False, labelleft=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)


# --- the words -----------------------------------------------------------------------------------


def summary(facts: Sequence[Facts], *, most: int = 6) -> str:
    """How much there is, and what can't be read."""
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
    lines += [f"{len(broken)} can't be read" + (":" if broken else "")]
    lines += [f"  {fact.clip.path[:60]}" for fact in broken[:most]]
    if len(broken) > most:
        lines += [f"  and {len(broken) - most} more"]
    return "\n".join(lines)


def table(facts: Sequence[Facts]) -> Table:
    """A row for each label."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("label", "data set"):
        result.add_column(heading)
    for heading in ("clips", "train", "val", "groups", "seconds", "fps", "unreadable"):
        result.add_column(heading, justify="right")
    for label in sorted({fact.clip.label for fact in facts}, key=lambda name: _place(name, facts)):
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
