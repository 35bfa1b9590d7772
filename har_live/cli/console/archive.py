"""Printing of how far an archive is, and of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from har_live.cli.console.terminal import notes, print_note

if TYPE_CHECKING:
    from har_live.archive.run import Archived, OnDone
    from har_live.archive.work import Outcome


@contextmanager
def archive_progress(num_videos: int) -> Iterator[tuple[Callable[[int], None], OnDone]]:
    """Show a bar with the time left where somebody watches a terminal, and a line for each broken
    video anywhere."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[broken]} broken, left:"),
        TimeRemainingColumn(),
    )
    num_broken = 0
    with Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as bar:
        task = bar.add_task("videos", total=num_videos, broken=0)

        def on_begin(num_to_do: int) -> None:
            if num_to_do < num_videos:
                print_note(f"{num_videos - num_to_do} of {num_videos} videos are known already")
            bar.reset(task, total=num_to_do, broken=0)  # the time left is that of these

        def on_done(outcome: Outcome) -> None:
            nonlocal num_broken
            if outcome.broken is not None:
                num_broken += 1
                path = outcome.video.path.replace("\n", "\\n")  # one line each
                notes.print(escape(f"har-live: {path}: {outcome.broken}"))
            bar.update(task, advance=1, broken=num_broken)

        yield on_begin, on_done


def print_archived(archived: Archived, folder: Path) -> None:
    """Print what an archive holds."""
    broken = f", {archived.num_broken} broken (see videos.jsonl)" if archived.num_broken else ""
    print_note(
        f"{folder}: {archived.num_segments} segments of {archived.num_videos} videos{broken}"
    )
