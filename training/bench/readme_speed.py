"""What it costs, in the README: measured, kept in ``speed.json``, and written from there.

python -m training bench-readme
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from har_live.bench.rows import Report, Row
from har_live.bench.run import measure
from har_live.bench.timing import Effort
from har_live.card import Weights
from har_live.doctor import machine
from training.bench.annotate import annotate_rows

RECORD = Path(__file__).with_name("speed.json")
README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- speed -->\n", "<!-- end of speed -->"
"""Lines of the README around what is written."""
GROUPS = ("grid-frame", "anew", "streams", "file", "latency", "process")
LEAST_TOLD = 1.0
"""Milliseconds; less is within what a run differs from the next."""
PUBLIC = ("system", "libraries", "GPU", "time")
"""What of the machine is told: nothing with a path in it, and no kernel of its own."""


def measured(weights: Weights, effort: Effort) -> Report:
    """Measure all that the README tells; a quarter of an hour where other work goes on."""
    rows = [*measure([weights], effort=effort, only=GROUPS), *annotate_rows(weights, effort)]
    about = machine()
    parts = about["system"].split(", ")
    about["system"] = ", ".join(part for part in parts if not part.startswith("Linux "))
    return Report({name: about[name] for name in PUBLIC}, effort, tuple(rows))


def read_record() -> Mapping[str, Any]:
    """Read the report that was kept."""
    record: Mapping[str, Any] = json.loads(RECORD.read_text("utf-8"))
    return record


def write_readme(record: Mapping[str, Any]) -> None:
    """Write the figures between their two lines of the README."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}{section(record)}{END}{after}", "utf-8")


def section(record: Mapping[str, Any]) -> str:
    """The README's sentence and table of a report."""
    rows = [_row(values) for values in record["rows"]]
    subject, about = rows[0].subject, record["machine"]
    head = f"{subject}; {about['system']}; {about['time']}:"
    lines = [f"| {what} | {value} |" for what, value in _told(rows)]
    return "\n".join([head, "", "| what | measured |", "|---|---|", *lines, ""])


def _told(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Yield what is measured and how much it is, for people."""
    # Of several runtimes the first is ONNX Runtime on the CPU.
    named = {row.name: row for row in reversed(rows)}
    alone, crowd = named["grid frame"], named["grid frame, 4 people"]
    decoded, annotated = named["all (annotate)"], named.get("annotate, processor time")
    yield "people finder alone", f"{alone.against:.1f} ms"
    yield "grid frame, one person", f"{alone.value:.1f} ms ({alone.ratio:.2f} ×)"
    further = (crowd.value - alone.value) / 3
    yield (
        "each further person (of four)",
        f"{further:.1f} ms" if further >= LEAST_TOLD else f"less than {LEAST_TOLD:.0f} ms",
    )
    if "grid frame, 16 streams" in named:
        shared = named["grid frame, 16 streams"]
        yield "grid frame, one of 16 streams", f"{shared.value:.1f} ms ({shared.ratio:.2f} ×)"
    for anew in (row for name, row in named.items() if name.startswith("a window anew")):
        yield "a label each grid frame, all frames of its window anew", f"{anew.ratio:.1f} ×"
    for fps in (30, 60):
        middle, late = (named[f"latency at {fps} fps, p{percent}"] for percent in (50, 95))
        what = f"from a frame's arrival to its drawn label at {fps} fps, median and 95 %"
        yield what, f"{middle.value:.0f} and {late.value:.0f} ms"
    yield (
        "live without a window",
        (
            f"{named['live, no window: of one core'].value:.0f} % of a core, "
            f"{named['live, no window: most memory'].value:.0f} MB"
        ),
    )
    yield (
        "from start to first label, and end",
        f"{named['start to first label, then end'].value:.1f} s",
    )
    yield (
        "`annotate`, a 720p30 video",
        f"{decoded.value:.0f} ms a frame ({decoded.ratio:.2f} × its length)",
    )
    if annotated is not None:
        yield (
            "`annotate` beside `ffmpeg` writing a text, processor time",
            f"{annotated.ratio:.2f} ×",
        )


def _row(values: Mapping[str, Any]) -> Row:
    return Row(**{name: value for name, value in values.items() if name != "ratio"})
