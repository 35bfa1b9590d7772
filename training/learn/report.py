"""A comparison as a page, a table, numbers and pictures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from rich.table import Table

from training.learn.compare import Comparison, Contender, Trial, choose
from training.lettering import save_picture
from training.measure.plots import draw_matrix, read_log

LEARNT, MEASURED, LEAKED = "#3b6ea5", "#e08e45", "#c0392b"


def write_report(
    comparison: Comparison, contenders: Sequence[Contender], out: Path, *, command: str
) -> None:
    """Write ``report.md``, ``report.json``, ``curves.png`` and ``confusion.png`` into ``out``."""
    figures = numbers(comparison, contenders, command=command)
    (out / "report.json").write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    (out / "report.md").write_text(page(comparison, contenders, command=command), "utf-8")
    draw_curves(contenders, out / "curves.png")
    draw_confusions(contenders, out / "confusion.png")


def numbers(
    comparison: Comparison, contenders: Sequence[Contender], *, command: str
) -> dict[str, Any]:
    """Return all figures; each trial says whether its split leaks."""
    best, reason = choose(contenders)
    return {
        "command": command,
        "seeds": comparison.networks.seeds,
        "best": best.name,
        "reason": reason,
        "contenders": {
            contender.name: {
                "parameters": contender.num_parameters,
                "frame_ms": contender.frame_ms,
                "trials": [
                    {
                        "leaky": trial.material.leaky,
                        "split": trial.material.split,
                        "labels": trial.material.labels,
                        "best_epochs": [run.fitted.best_epoch for run in trial.runs],
                        "confusion": trial.confusion.tolist(),
                        **{
                            name: {
                                "mean": float(trial.values(name).mean()),
                                "spread": float(trial.values(name).std()),
                                "runs": trial.values(name).tolist(),
                            }
                            for name in ("top1", "macro_f1", "ece")
                        },
                    }
                    for trial in _trials(contender)
                ],
            }
            for contender in contenders
        },
    }


def _trials(contender: Contender) -> list[Trial]:
    return [trial for trial in (contender.by_group, contender.leaky) if trial is not None]


# --- words ---------------------------------------------------------------------------------------

HEADINGS = ("network", "top 1", "macro F1", "top 1, leaky", "macro F1, leaky", "parameters", "ms")


def rows(contenders: Sequence[Contender]) -> list[tuple[str, ...]]:
    """Return a row for each network, under ``HEADINGS``."""
    return [
        (
            contender.name,
            _spread(contender.by_group, "top1", "{:.0%}"),
            _spread(contender.by_group, "macro_f1", "{:.2f}"),
            _spread(contender.leaky, "top1", "{:.0%}"),
            _spread(contender.leaky, "macro_f1", "{:.2f}"),
            f"{contender.num_parameters:,}",
            f"{contender.frame_ms:.2f}",
        )
        for contender in contenders
    ]


def _spread(trial: Trial | None, name: str, form: str) -> str:
    if trial is None:
        return "–"
    values = trial.values(name)
    return f"{form.format(values.mean())} ± {form.format(values.std())}"


def table(contenders: Sequence[Contender]) -> Table:
    """Make the same for a terminal."""
    result = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(HEADINGS):
        result.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in rows(contenders):
        result.add_row(*row)
    return result


def page(comparison: Comparison, contenders: Sequence[Contender], *, command: str) -> str:
    """Return the text of ``report.md``."""
    best, reason = choose(contenders)
    trials = _trials(contenders[0])
    lines = [
        f"# {', '.join(contender.name for contender in contenders)} on {comparison.data.name}",
        "",
        "```",
        command,
        "```",
        "",
        f"**Best: {best.name}** – {reason}.",
        "",
        "| " + " | ".join(HEADINGS) + " |",
        "|" + "---|" * len(HEADINGS),
        *("| " + " | ".join(row) + " |" for row in rows(contenders)),
        "",
        f"Mean ± standard deviation over {comparison.networks.seeds} seeds, which decide first "
        "weights, order, variation and dropout; the split is the same for all. The checkpoint is "
        "that of the lowest validation loss, so these figures are a little kind. ms: one grid "
        "frame of a live stream, ONNX Runtime on this machine's CPU.",
        "",
        *(f"- Split {trial.material.split}." for trial in trials),
        f"- Labels: {', '.join(trials[0].material.labels)}.",
        "",
    ]
    if len(trials) > 1:
        lines += [
            "**The leaky columns are no result.** On that split clips of one scene or person are "
            "learnt from and measured on; what it adds is memory.",
            "",
        ]
    return "\n".join([*lines, "![curves](curves.png)", "", "![confusion](confusion.png)", ""])


# --- pictures ------------------------------------------------------------------------------------


def draw_curves(contenders: Sequence[Contender], target: Path) -> None:
    """Draw loss above, accuracy below, a column for each network: thin each seed, thick their
    mean."""
    count = len(contenders)
    figure, axes = plt.subplots(
        2, count, figsize=(5.5 * count + 1, 7), sharex="col", squeeze=False, layout="constrained"
    )
    for column, contender in enumerate(contenders):
        for row, (what, learnt, measured) in enumerate(
            (("loss", "train_loss", "val_loss"), ("accuracy", "train_accuracy", "val_top1"))
        ):
            panel = axes[row][column]
            _draw_runs(panel, contender.by_group, learnt, "train", LEARNT, "-")
            _draw_runs(panel, contender.by_group, measured, "val", MEASURED, "-")
            if contender.leaky is not None:
                _draw_runs(panel, contender.leaky, measured, "val, LEAKY split", LEAKED, "--")
            panel.set(title=f"{contender.name}: {what}", xlabel="epoch" if row else "")
            panel.grid(alpha=0.3)
            panel.legend(fontsize=8)
        axes[1][column].set_ylim(0, 1.02)
    save_picture(figure, target, dpi=110)


def _draw_runs(axes: Axes, trial: Trial, column: str, label: str, colour: str, line: str) -> None:
    curves = [read_log(run.fitted.log)[column] for run in trial.runs]
    for curve in curves:
        axes.plot(curve[:, 0], curve[:, 1], line, color=colour, linewidth=0.7, alpha=0.45)
    shortest = min(len(curve) for curve in curves)
    mean = np.mean([curve[:shortest, 1] for curve in curves], axis=0)
    axes.plot(curves[0][:shortest, 0], mean, line, color=colour, linewidth=2, label=label)


def draw_confusions(contenders: Sequence[Contender], target: Path) -> None:
    """Draw truth down, answer across, all seeds together; a second row for the leaky split."""
    trials = [_trials(contender) for contender in contenders]
    height = max(map(len, trials))
    side = max(3.6, 0.45 * len(trials[0][0].material.labels) + 1.8)
    figure, axes = plt.subplots(
        height,
        len(contenders),
        figsize=(side * len(contenders) + 1, side * height + 0.3),
        squeeze=False,
        layout="constrained",
    )
    for column, (contender, of_it) in enumerate(zip(contenders, trials, strict=True)):
        for row, trial in enumerate(of_it):
            leaky = trial.material.leaky
            title = f"{contender.name}, {'LEAKY split' if leaky else 'split by group'}"
            axes[row][column].set_title(title, color=LEAKED if leaky else "black", fontsize=10)
            draw_matrix(axes[row][column], trial.confusion, trial.material.labels)
    save_picture(figure, target, dpi=110)
