"""The timeline picture: what was so above, what was shown below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from har_live.overlay.style import color_of
from har_live.overlay.text import display_name
from har_live.types import NONE, UNSURE
from training.lettering import save_picture
from training.live.measures import NOTHING, Span, Spans

StreamSpans = tuple[str, Spans, Spans]
"""A stream's name, what was so, what was shown."""

LETTER_INCHES = 0.068
"""Width of a letter of a block's text."""
LEAST_LETTERS = 4
WIDTH_INCHES = 15.0
QUIET = {
    NONE: ((0.93, 0.93, 0.94), None),
    UNSURE: ((1.0, 1.0, 1.0), "//////"),
    NOTHING: ((1.0, 1.0, 1.0), None),
}
"""Colour and hatching of what is no action."""


def draw_timelines(
    rows: Sequence[StreamSpans], labels: tuple[str, ...], target: Path, *, title: str
) -> None:
    """Draw two tracks a stream, on one scale of seconds.

    Args:
        labels: the weights', which choose the colours.
    """
    longest = max(truth[-1].end_seconds for _, truth, _ in rows)
    figure, axes = plt.subplots(
        len(rows),
        figsize=(WIDTH_INCHES, 0.92 * len(rows) + 1.1),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    for plot, (name, truth, shown) in zip(axes[:, 0], rows, strict=True):
        for y, spans in ((1.0, truth), (0.0, shown)):
            for span in spans:
                _block(plot, span, y, labels, inches_a_second=(WIDTH_INCHES - 2.2) / longest)
        plot.set(xlim=(0, longest), ylim=(-0.06, 1.96))
        plot.set_yticks([1.45, 0.45], ["truth", "shown"], fontsize=8)
        plot.set_title(name, fontsize=9.5, fontweight="bold", loc="left", pad=2)
        plot.tick_params(length=0)
        plot.spines[:].set_visible(False)
    axes[-1, 0].set_xlabel("seconds")
    figure.suptitle(title, fontsize=12)
    figure.legend(handles=_legend(), loc="outside lower right", ncols=3, fontsize=8, frameon=False)
    save_picture(figure, target, dpi=110)


def _block(
    plot: Axes, span: Span, y: float, labels: tuple[str, ...], *, inches_a_second: float
) -> None:
    color, hatch = QUIET.get(span.label, (_light(span.label, labels), None))
    plot.broken_barh(
        [(span.start_seconds, span.seconds)],
        (y, 0.9),
        facecolor=color,
        edgecolor="0.82" if hatch else "white",
        linewidth=0.6,
        hatch=hatch,
    )
    if span.label in QUIET:
        return
    room = int(span.seconds * inches_a_second / LETTER_INCHES)
    name = _fitted(display_name(span.label), room)
    middle = (span.start_seconds + span.end_seconds) / 2
    plot.text(middle, y + 0.44, name, ha="center", va="center", fontsize=8, linespacing=0.95)


def _fitted(name: str, room: int) -> str:
    """Fit a text into one line or two of ``room`` letters, shortened if need be; empty where little
    is left."""
    if room < LEAST_LETTERS:
        return ""
    lines = textwrap.wrap(name, room)
    if len(lines) > 2:
        lines = [lines[0], lines[1][: room - 1] + "…"]
    return "\n".join(lines)


def _light(label: str, labels: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(value / 255 for value in color_of(label, labels))


def _legend() -> list[Patch]:
    names = {NONE: "none", UNSURE: "unsure", NOTHING: "nothing yet"}
    return [
        Patch(facecolor=color, hatch=hatch, edgecolor="0.82", label=names[label])
        for label, (color, hatch) in QUIET.items()
    ]
