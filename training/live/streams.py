"""Which clips make which streams: those of unseen groups, a data set's actions and its nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from har_live.errors import SourceError
from har_live.types import NONE, ClipSpec, Frame
from training.data.clip import Clip
from training.data.layouts import clips_of
from training.data.split import split_clips
from training.datasets import our_label
from training.labels import LEFT_OUT
from training.live.clip_queue import LEAST_SIDE
from training.live.stream_builder import (
    CONDITIONS,
    DROPOUT_SECONDS,
    LiveStream,
    StreamBuilder,
    StreamSettings,
)
from training.measure.evaluate import at_rate, known_as

SEEN = "seen in training"


def frames_at(frames: Sequence[Frame], fps: float) -> list[Frame]:
    """Return the same stream from a camera of another frame rate; where none came, none comes."""
    pts = [frame.pts_seconds for frame in frames]
    breaks = [i for i in range(1, len(pts)) if pts[i] - pts[i - 1] > DROPOUT_SECONDS / 2]
    runs = zip([0, *breaks], [*breaks, len(pts)], strict=True)
    return [frame for start, end in runs for frame in at_rate(list(frames[start:end]), fps)]


def clip_streams(
    data: Path, labels: Sequence[str], spec: ClipSpec, settings: StreamSettings
) -> Iterator[LiveStream]:
    """Yield streams of every data set: one with actions, where it has any and something is done
    between them, and one of nothing, where its own clips of nothing are not played in that.

    Args:
        data: as for ``clips_of``.
        labels: the weights'; what else clips show counts as nothing.
        spec: the weights'.
    """
    longest = max(LEAST_SIDE, spec.image_size)
    named = _named(data, labels)
    chosen = [
        clip
        for clip in named
        if settings.split in ("", clip.split)
        and (settings.groups is None or clip.group in settings.groups)
    ]
    conditions = cycle(CONDITIONS)
    for dataset in sorted({clip.dataset for clip in named}):
        own = [clip for clip in chosen if clip.dataset == dataset]
        own_idle = [clip for clip in own if clip.label == NONE]
        actions = [clip for clip in own if clip.label != NONE]
        idle = own_idle or [clip for clip in chosen if clip.label == NONE]
        acts = len({clip.label for clip in [*actions, *idle]}) > 1 and bool(actions)
        if acts:
            yield StreamBuilder(longest, dataset, next(conditions), settings).actions(actions, idle)
        if acts and own_idle:
            continue
        quiet = own_idle or [c for c in named if (c.dataset, c.label) == (dataset, NONE)]
        if quiet:
            seen = SEEN if any(clip.split == "train" for clip in quiet) else ""
            yield StreamBuilder(longest, dataset, seen, settings).nothing(quiet)


def unseen_stream(data: Path, label: str, spec: ClipSpec, settings: StreamSettings) -> LiveStream:
    """Make a stream of nothing of the clips of a label that weights have not learnt.

    Args:
        label: under the name that our weights give it.

    Raises:
        SourceError: there is no clip of it.
    """
    own = [clip for clip in _named(data, (label,)) if clip.label == label]
    if not own:
        raise SourceError(f"no clip of {data} shows {label}")
    longest = max(LEAST_SIDE, spec.image_size)
    return StreamBuilder(longest, f"{label}, unseen", "", settings).nothing(own)


def in_two(clips: Iterable[Clip]) -> tuple[frozenset[str], frozenset[str]]:
    """Split groups into two parts that share no clip, with about as many of each label in both."""
    of_group = {(clip.dataset, clip.label, clip.group): clip.group for clip in clips}
    groups = list(dict.fromkeys(of_group[key] for key in sorted(of_group)))
    return frozenset(groups[::2]), frozenset(groups[1::2])


def _named(data: Path, labels: Sequence[str]) -> list[Clip]:
    """Return all clips with complete paths, and with the labels that the weights should say to
    them.

    Clips that show two things at once, or none that can be told, are left out.
    """
    found = [replace(clip, path=str(folder / clip.path)) for folder, clip in clips_of(data)]
    return [
        replace(clip, label=name if (name := known_as(clip, tuple(labels))) in labels else NONE)
        for clip in split_clips(found)
        if our_label(clip.dataset, clip.label, clip.path) is not LEFT_OUT or clip.label in labels
    ]
