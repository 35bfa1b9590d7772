"""What the commands print: progress, answers, tables. Nothing else prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from har_live.cli.console.live_table import live_table
from har_live.cli.console.progress import progress_bar, while_checking
from har_live.cli.console.streams import answers, notes, print_note, print_table
from har_live.errors import HarLiveError
from har_live.live_figures import how_measured
from har_live.names import readable
from har_live.redact import redact_url
from har_live.types import WHOLE_PICTURE

if TYPE_CHECKING:
    from har_live.card import SmoothingSpec, Weights
    from har_live.doctor import Check
    from har_live.files.many import Annotated
    from har_live.files.recognize import Recognition
    from har_live.realtime import LiveSummary
    from har_live.sources.camera_info import CameraInfo

__all__ = [
    "answers",
    "notes",
    "print_annotated",
    "print_cameras",
    "print_card",
    "print_checks",
    "print_live_summaries",
    "print_note",
    "print_recognition",
    "print_weights",
    "print_written",
    "progress_bar",
    "says_what_is_kept",
    "while_checking",
]

NUM_TOP = 5


@contextmanager
def says_what_is_kept(output: Path) -> Iterator[None]:
    """When the user stops the work: whether there is something to look at."""
    try:
        yield
    except KeyboardInterrupt:
        is_there = any(output.iterdir()) if output.is_dir() else output.exists()
        kept = f"; {output} holds what was done" if is_there else ""
        print_note(f"stopped{kept}")
        raise


def print_written(recognition: Recognition, outputs: Sequence[str | Path]) -> None:
    """What was written, and how right it was where the source knows the truth."""
    files = ", ".join(redact_url(str(output)) for output in outputs)
    print_note(
        f"wrote {files}: {recognition.num_frames} frames, {len(recognition.segments)} segments"
    )
    if recognition.judged.num_frames:
        print_note(str(recognition.judged))


def print_annotated(one: Annotated) -> None:
    """What became of one of many videos."""
    if isinstance(one.result, HarLiveError):
        notes.print(escape(f"har-live: {one.result}"))
    else:
        print_written(one.result, [one.output, *one.events])


def print_live_summaries(summaries: Sequence[LiveSummary]) -> None:
    """How a run of live use went, in one line for each source."""
    for summary in summaries:
        name = f"{summary.source}: " if len(summaries) > 1 else ""
        print_note(name + _live_summary(summary))


def _live_summary(summary: LiveSummary) -> str:
    parts = [
        f"ended by {summary.ending} after {summary.duration_seconds:.1f} s",
        f"{summary.num_shown} frames ({summary.shown_fps:.1f} fps)",
        f"{summary.num_dropped} dropped",
        f"{summary.num_segments} segments",
    ]
    if summary.latency_ms is not None:
        half, most, longest = summary.latency_ms
        parts.append(f"latency {half:.0f} ms, 95 % within {most:.0f}, longest {longest:.0f}")
    if summary.num_reconnects:
        parts.append(f"reconnected {summary.num_reconnects} times")
    return ", ".join(parts)


def print_recognition(
    recognition: Recognition, *, source: str, weights: str, single: bool, as_json: bool
) -> None:
    """The segments of a video, or one answer for the whole of it."""
    answer: dict[str, Any] = {
        "format": "har-live-prediction",
        "version": 2,
        "source": redact_url(source),
        "source_start_seconds": round(recognition.source_start_seconds, 6),
        "weights": weights,
        "num_frames": recognition.num_frames,
    }
    if single:
        scores = recognition.clip_scores()
        best = scores.argsort()[::-1][:NUM_TOP]
        top = [{"label": recognition.labels[i], "confidence": float(scores[i])} for i in best]
        answer |= {**top[0], "top": top}
        lines = [f"{item['confidence']:6.1%}  {readable(item['label'])}" for item in top]
    else:
        segments = recognition.segments
        answer["segments"] = [asdict(s) | {"person": s.person or None} for s in segments]
        answer["left_out_seconds"] = recognition.left_out_seconds
        several = len({s.person for s in segments} - {WHOLE_PICTURE}) > 1
        lines = [
            f"{s.start_seconds:8.2f} – {s.end_seconds:8.2f} s  {s.mean_confidence:4.0%}  "
            f"{readable(s.label)}"
            + (f", person {s.person}" if several and s.person != WHOLE_PICTURE else "")
            for s in segments
        ] or ["no action was recognized"]
        lines += _rest(recognition.left_out_seconds)
    if as_json:
        _print_json(answer)
    else:
        answers.print("\n".join(lines), markup=False)


def _rest(left_out_seconds: Mapping[str, float]) -> list[str]:
    """What was seen in the time between the segments: a line, where there is such time."""
    parts = [
        f"{readable(label)} {seconds:.1f} s"
        for label, seconds in left_out_seconds.items()
        if seconds >= 0.05
    ]
    return ["the rest: " + ", ".join(parts)] if parts else []


def print_weights(shipped: Sequence[Weights], *, as_json: bool) -> None:
    """The weights that came with har-live: labels, accuracy, size."""
    if as_json:
        _print_json([{"name": w.card.name, "folder": str(w.folder)} for w in shipped])
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "network", "labels", "accuracy", "size"):
        table.add_column(heading)
    for weights in shipped:
        card = weights.card
        table.add_row(
            card.name,
            card.model.architecture,
            str(len(card.labels)),
            card.accuracy,
            _megabytes(weights),
        )
    print_table(table)
    print_note("har-live models NAME shows a card")


def print_card(weights: Weights, *, as_json: bool) -> None:
    """Everything that is known of a set of weights."""
    card, clip = weights.card, weights.card.clip
    if as_json:
        _print_json(json.loads(card.to_json()))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    rows = [
        ("name", card.name),
        ("about", card.description),
        (
            "network",
            f"{card.model.architecture} on {card.model.encoder} features, {_megabytes(weights)}",
        ),
        (
            "window",
            f"{clip.num_frames} frames at {clip.grid_fps:g} fps ({clip.window_seconds:g} s), "
            f"{clip.image_size}×{clip.image_size} pixels, scored every {card.hop} frames",
        ),
        ("smoothing", _smoothing(card.smoothing)),
        *([("thresholds", _numbers(card.smoothing.enter_of))] if card.smoothing.enter_of else []),
        ("accuracy", card.accuracy),
        *([("calibration", _calibration(card.metrics))] if "ece" in card.metrics else []),
        ("labels", ", ".join(card.labels)),
        *(("data", f"{item['name']}: {item['licence']}") for item in card.sources),
        ("folder", str(weights.folder)),
    ]
    for name, value in rows:
        table.add_row(name, escape(value))
    print_table(table)
    metrics = dict(card.metrics)
    if live := metrics.pop("live", None):
        answers.print()
        print_table(live_table(live))
        answers.print(how_measured(live), style="dim", markup=False)
    if metrics:
        answers.print("\nmeasured", style="dim")
        _print_json(metrics)


def _smoothing(spec: SmoothingSpec) -> str:
    values = {f.name: getattr(spec, f.name) for f in fields(spec) if f.name != "enter_of"}
    return _numbers(values)


def _numbers(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in values.items())


def _calibration(metrics: Mapping[str, Any]) -> str:
    """How far its confidence can be believed, and how well it tells actions from anything else."""
    parts = [f"expected calibration error {metrics['ece']:.3f}"]
    parts += [
        f"AUROC actions / anything else {value:.2f} by {name.replace('_', ' ')}"
        for name, value in metrics.get("auroc", {}).items()
    ]
    return "; ".join(parts)


def print_cameras(cameras: Sequence[CameraInfo], *, as_json: bool) -> None:
    """The cameras of this machine."""
    if as_json:
        _print_json(
            {
                "format": "har-live-cameras",
                "version": 1,
                "cameras": [asdict(camera) for camera in cameras],
            }
        )
        return
    if not cameras:
        answers.print("no cameras found")
        print_note(
            "plug one in and check that the system sees it; a container needs "
            "--device /dev/video0, WSL needs usbipd, a virtual machine the camera handed to it"
        )
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("number", "name", "state", "sizes"):
        table.add_column(heading, overflow="fold")
    for camera in cameras:
        state = f"{camera.state} by {camera.used_by}" if camera.used_by else camera.state
        sizes = ", ".join(f"{width}×{height}" for width, height in camera.sizes)
        table.add_row(str(camera.index), escape(camera.name), escape(state), sizes or "unknown")
    print_table(table)


_STATUS_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}


def print_checks(checks: Sequence[Check], *, main_job_runs: bool, as_json: bool) -> None:
    """What doctor found: a line for each check, below it the command that mends it."""
    if as_json:
        _print_json(
            {
                "format": "har-live-doctor",
                "version": 1,
                "main_job_runs": main_job_runs,
                "checks": [asdict(check) for check in checks],
            }
        )
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        status = Text(check.status, _STATUS_STYLES[check.status])
        table.add_row(check.name, status, Text(check.detail))
        if check.remedy:
            table.add_row("", "", Text(f"→ {check.remedy}", "bold"))
    print_table(table)
    verdict = "har-live can recognize actions here" if main_job_runs else "har-live can't work here"
    answers.print(f"\n{verdict}", style="green" if main_job_runs else "bold red")


def _megabytes(weights: Weights) -> str:
    sizes = [
        path.stat().st_size
        for name in weights.card.sha256
        if (path := weights.folder / name).is_file()
    ]
    return f"{sum(sizes) / 1e6:.1f} MB" if sizes else "no file"


def _print_json(value: Any) -> None:
    """With letters escaped, as JSON does, where they can't be written or it would not be UTF-8."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        text.encode("utf-8" if answers.encoding.startswith("utf") else "ascii")
    except UnicodeEncodeError:  # or what is no letter: half a file name in another code page
        text = json.dumps(value, indent=2)
    answers.print(text, markup=False)
