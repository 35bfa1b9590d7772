"""Bars of progress, where somebody watches a terminal."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from har_live.cli.console.terminal import notes

if TYPE_CHECKING:
    from har_live.files.recognize import OnFrame
    from har_live.types import Frame, VideoInfo


@contextmanager
def progress_bar() -> Iterator[OnFrame]:
    """Show a bar for each source in turn, with frames per second and the time left; silent when
    nobody watches a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} frames  {task.fields[fps]}"),
        TimeRemainingColumn(),
    )
    with (
        _ctrl_c_noted() as was_pressed,
        Progress(*columns, console=notes, disable=not notes.is_terminal, transient=True) as bar,
    ):
        task: TaskID | None = None
        shown: VideoInfo | None = None

        def on_frame(frame: Frame, info: VideoInfo) -> None:
            nonlocal task, shown
            if was_pressed():
                raise KeyboardInterrupt
            if task is None or info is not shown:
                if task is not None:
                    bar.remove_task(task)
                task = bar.add_task(escape(info.name), total=_expected_frames(info), fps="")
                shown = info
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, fps=f"{speed:.0f} fps" if speed else "")

        yield on_frame


@contextmanager
def _ctrl_c_noted() -> Iterator[Callable[[], bool]]:
    """Tells whether Ctrl-C was pressed: what it raises is lost where it hits a library's callback
    from C, which can only print it."""
    pressed = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.default_int_handler(number, frame)

    is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_ours:
        signal.signal(signal.SIGINT, on_signal)
    try:
        yield lambda: pressed
    finally:
        if is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def while_checking() -> Iterator[Callable[[str], None]]:
    """A line that says what is being checked, where somebody watches a terminal."""
    with Progress(
        SpinnerColumn("dots" if notes.encoding.startswith("utf") else "line"),
        TextColumn("{task.description}"),
        console=notes,
        disable=not notes.is_terminal,
        transient=True,
    ) as line:
        task = line.add_task("")

        def on_name(name: str) -> None:
            line.update(task, description=f"checking {escape(name)}")

        yield on_name


def _expected_frames(info: VideoInfo) -> float | None:
    if info.num_frames is None and info.duration_seconds and info.fps:
        return info.duration_seconds * info.fps
    return info.num_frames
