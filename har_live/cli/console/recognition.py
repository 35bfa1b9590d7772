"""Printing of what was recognized in videos, and of what was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from har_live.cli.console.terminal import answers, notes, print_json, print_note
from har_live.errors import HarLiveError
from har_live.files.recognition_values import recognition_head, segment_values
from har_live.label_names import readable
from har_live.redact import redact_path, redact_url
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from har_live.files.annotate_many import Annotated
    from har_live.files.recognize import Recognition

NUM_TOP = 5


@contextmanager
def says_what_is_kept(output: Path) -> Iterator[None]:
    """Say, when the user stops the work, whether there is something to look at."""
    try:
        yield
    except KeyboardInterrupt:
        is_there = any(output.iterdir()) if output.is_dir() else output.exists()
        kept = f"; {output} holds what was done" if is_there else ""
        print_note(f"stopped{kept}")
        raise


def print_written(recognition: Recognition, outputs: Sequence[str | Path]) -> None:
    """Print what was written, and how right it was where the source knows the truth."""
    files = ", ".join(redact_path(str(output)) for output in outputs)
    print_note(
        f"wrote {files}: {recognition.num_frames} frames, {len(recognition.segments)} segments"
    )
    if recognition.judged.num_frames:
        print_note(str(recognition.judged))


def print_annotated(one: Annotated) -> None:
    """Print what became of one of many videos."""
    if isinstance(one.result, HarLiveError):
        notes.print(escape(f"har-live: {one.result}"))
    else:
        print_written(one.result, [one.output, *one.events])


def print_recognition(
    recognition: Recognition, *, source: str, weights: str, single: bool, as_json: bool
) -> None:
    """The segments of a video, or one answer for the whole of it."""
    answer = recognition_head(recognition, source=redact_url(source), weights=weights)
    if single:
        scores = recognition.clip_scores()
        best = scores.argsort()[::-1][:NUM_TOP]
        top = [{"label": recognition.labels[i], "confidence": float(scores[i])} for i in best]
        answer |= {**top[0], "top": top}
        lines = [f"{item['confidence']:6.1%}  {readable(item['label'])}" for item in top]
    else:
        segments = recognition.segments
        answer |= segment_values(recognition)
        several = len({s.person for s in segments} - {WHOLE_PICTURE}) > 1
        lines = [
            f"{s.start_seconds:8.2f} – {s.end_seconds:8.2f} s  {s.mean_confidence:4.0%}  "
            f"{readable(s.label)}"
            + (f", person {s.person}" if several and s.person != WHOLE_PICTURE else "")
            for s in segments
        ] or ["no action was recognized"]
        lines += _rest(recognition.left_out_seconds)
    if as_json:
        print_json(answer)
    else:
        answers.print("\n".join(lines), markup=False)


def _rest(left_out_seconds: Mapping[str, float]) -> list[str]:
    """Make a line of what was seen in the time between the segments, where there is such time."""
    parts = [
        f"{readable(label)} {seconds:.1f} s"
        for label, seconds in left_out_seconds.items()
        if seconds >= 0.05
    ]
    return ["the rest: " + ", ".join(parts)] if parts else []
