"""``python -m training``: from a folder of videos to a weights folder.

A command is a row of ``COMMANDS``: its name and the function that it calls, whose parameters are
its options.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

import typer

from har_live.console_letters import write_stand_ins
from har_live.errors import HarLiveError
from har_live.standard_output import answers_arrive
from training.commands import figure, live, own_data, people, pose, recipe, weights
from training.commands.options import as_command

COMMANDS: dict[str, Callable[..., None]] = {
    "fetch": own_data.fetch,
    "show": own_data.show,
    "prepare": own_data.prepare,
    "make": recipe.make,
    "joints": recipe.joints,
    "train": recipe.train,
    "cross-source": recipe.cross_source,
    "ship": recipe.ship,
    "train-pixels": own_data.train_pixels,
    "compare": own_data.compare,
    "adapt": own_data.adapt,
    "teach-bench": recipe.teach_bench,
    "import-pose": pose.import_pose,
    "tracks": people.tracks,
    "evaluate-live": live.evaluate_live,
    "tune-live": live.tune_live,
    "check-live": live.check_live,
    "left-out": live.left_out,
    "bake-demo": figure.bake_demo,
    "lesson-pictures": figure.lesson_pictures,
    "evaluate": weights.evaluate,
    "bench-peers": weights.bench_peers,
    "bench-readme": weights.bench_readme,
}

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for name, function in COMMANDS.items():
    app.command(name)(as_command(function))


def end_politely() -> None:
    """Let SIGTERM remove what is half written, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def main() -> None:
    write_stand_ins()
    end_politely()
    try:
        with answers_arrive():
            app()
    # Of an option that was checked before its command began, or of what was printed for it.
    except HarLiveError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "har_live", "training"):
            raise
        line = f"{package} is not installed; pip install -c constraints.txt '.[train]'"
        typer.echo(f"error: {line}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
