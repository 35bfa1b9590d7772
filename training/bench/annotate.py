"""``annotate`` beside ``ffmpeg`` writing a text on the same video with the same encoder: the floor.

    python -m training bench-peers everyday-lrcn --json runs/peers.json

The two take turns. ``annotate`` decodes, scores, draws and encodes; ``ffmpeg`` does all but score.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from os import times
from pathlib import Path
from statistics import median

from har_live.bench.clips import FPS, make_clips
from har_live.bench.rows import Row
from har_live.bench.timing import Effort
from har_live.card import Weights
from har_live.files.annotate import annotate
from har_live.recognizer import Recognizer
from har_live.sinks.recording import KEY_FRAME_SECONDS, SOFTWARE

logger = logging.getLogger(__name__)

CLIP_SECONDS = 10.0
MIN_ROUNDS = 3
FFMPEG = ("ffmpeg", "-y", "-v", "error", "-nostdin")
TEXT = "drawtext=text=Jumping jacks:fontsize=37:fontcolor=white:box=1:boxcolor=black:x=20:y=20"
FLOOR = "ffmpeg, drawtext, equal settings"


def annotate_rows(weights: Weights, effort: Effort) -> Iterator[Row]:
    """Time and processor time of both, on a 720p30 video with sound; none without ffmpeg."""
    if shutil.which(FFMPEG[0]) is None:
        logger.warning("annotate has nothing to be seen beside: there is no ffmpeg")
        return
    recognizer = Recognizer(weights)
    with tempfile.TemporaryDirectory(prefix="har-live-annotate-") as name:
        folder = Path(name)
        source = clip_with_sound(folder, window_seconds=weights.card.clip.window_seconds)
        ours = partial(annotate, source, recognizer, sinks=[folder / "ours.mp4"], overwrite=True)
        theirs = partial(transcode, source, folder / "theirs.mp4")
        spent = [
            spent_by_turns(ours, theirs) for _ in range(1 + max(MIN_ROUNDS, effort.min_rounds))
        ]
    subject = f"720p30 H.264 with sound, {weights.card.name} on {recognizer.runs_on}"
    for index, what in enumerate(("annotate", "annotate, processor time")):
        # The first round warms up.
        by_us, by_ffmpeg = (median(pair[who][index] for pair in spent[1:]) for who in (0, 1))
        each = 1000 / (CLIP_SECONDS * FPS)
        yield Row(subject, what, by_us * each, "ms/frame", by_ffmpeg * each, FLOOR)


def clip_with_sound(folder: Path, *, window_seconds: float) -> Path:
    """A video of ``CLIP_SECONDS`` with a tone, in ``folder``."""
    pictures = make_clips(folder, window_seconds=window_seconds, seconds=CLIP_SECONDS).whole
    path = folder / "with-sound.mp4"
    tone = ("-f", "lavfi", "-i", f"sine=duration={CLIP_SECONDS}")
    streams = ("-c:v", "copy", "-c:a", "aac")
    subprocess.run([*FFMPEG, "-i", str(pictures), *tone, *streams, str(path)], check=True)
    return path


def transcode(source: Path, target: Path) -> None:
    """Do to pictures and sound what ``annotate`` does, with a fixed text and no network."""
    options = [text for key, value in SOFTWARE.options.items() for text in (f"-{key}", value)]
    key_frames = ("-g", str(round(KEY_FRAME_SECONDS * FPS)))
    encoder = ("-c:v", SOFTWARE.name, *options, *key_frames, "-pix_fmt", "yuv420p")
    command = [*FFMPEG, "-i", str(source), "-vf", TEXT, *encoder, "-c:a", "copy", str(target)]
    subprocess.run(command, check=True)


def spent_by_turns(*tasks: Callable[[], object]) -> list[tuple[float, float]]:
    """Seconds of the clock and of all processors, of each task."""
    return [_spent(task) for task in tasks]


def _spent(task: Callable[[], object]) -> tuple[float, float]:
    before, begun_seconds = times(), time.perf_counter()
    task()
    wall_seconds, after = time.perf_counter() - begun_seconds, times()
    return wall_seconds, sum(after[:4]) - sum(before[:4])  # threads and children included
