"""The command ``teach``: actions of one's own, from takes that are recorded or in videos."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import har_live
from har_live.card import DEFAULT_WEIGHTS, Weights
from har_live.cli.live import live
from har_live.cli.options import JsonOption, RecognizerOptions
from har_live.label_names import label_meant

if TYPE_CHECKING:
    from har_live.lessons.recordings import LessonPlan, Recordings


def teach(
    name: Annotated[str, typer.Argument(help="Name of the weights to make, such as gym.")],
    videos: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="PATH",
            help="Learn from videos instead of a camera: a folder that has one for each action "
            "(and none), or with --segments a video.",
        ),
    ] = None,
    segments: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="What is done when in that video: a .csv, .srt, .vtt or .jsonl file, such as "
            "--events wrote and you corrected.",
        ),
    ] = None,
    gaps: Annotated[
        bool, typer.Option("--gaps/--no-gaps", help="What is outside of all segments is none.")
    ] = True,
    cut_reset: Annotated[
        bool,
        typer.Option("--cut-reset/--no-cut-reset", help="As when the segments were written."),
    ] = True,
    source: Annotated[
        str, typer.Option(help="Camera, address or video to record from.", show_default="camera 0")
    ] = "",
    actions: Annotated[
        str, typer.Option(help="Actions to record, with commas between. Default: they are asked.")
    ] = "",
    more: Annotated[
        list[str] | None,
        typer.Option(help="Record more takes of this action, or one more of none. Repeatable."),
    ] = None,
    takes: Annotated[int, typer.Option(min=1, help="Takes of each action.")] = 8,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="Length of a take.")] = 3.0,
    person: Annotated[str, typer.Option(help="Name of who is recorded.")] = "",
    keep_video: Annotated[
        bool,
        typer.Option(
            "--keep-video",
            help="Keep a small video beside each take that is recorded. Default: no picture is.",
        ),
    ] = False,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            "-w",
            help="Weights to start from.",
            show_default=f"what {DEFAULT_WEIGHTS} or the last lesson of this name started from",
        ),
    ] = None,
    keep_known: Annotated[
        bool, typer.Option("--keep-known", help="Tell the labels of these weights, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Teach your own actions: record a few takes of each, and go live with them."""
    if (segments is not None) and (videos is None or not videos.is_file()):
        raise typer.BadParameter("--segments tells of a video; give it with --from VIDEO")
    if videos is not None:
        if segments is None and not videos.is_dir():
            raise typer.BadParameter(f"--from {videos} is no folder; a video needs --segments")
        given = {"source": source, "actions": actions, "more": more, "keep-video": keep_video}
        if idle := [option for option, value in given.items() if value]:
            raise typer.BadParameter(f"--{idle[0]} is for recording, and --from for videos")
    from har_live.lessons.alone import alone_in
    from har_live.lessons.learn import open_base
    from har_live.lessons.lesson import base_of, recordings_of

    recordings = recordings_of(name)
    base = open_base(weights or base_of(name))
    with alone_in(recordings.folder):
        if videos is None:
            wanted = _Wanted(actions, more or (), takes, seconds, person, keep_video)
            _record(source, recordings, base, wanted)
        else:
            reading = _Reading(person, gaps, cut_reset)
            _add_videos(recordings, base, videos, segments, reading)
        _learn(recordings, name, base, keep_known=keep_known, as_json=as_json)
    if not as_json and _is_watched() and typer.confirm("Go live with it now?", default=True):
        live(sources=[source], recognizing=RecognizerOptions(weights=name))


@dataclass(frozen=True)
class _Wanted:
    """What is to be recorded."""

    actions: str
    more: Sequence[str]
    takes: int
    seconds: float
    person: str
    keep_video: bool

    def plan(self, recordings: Recordings) -> LessonPlan:
        """Plan it; asks for the actions where none are named and somebody can answer."""
        from har_live.lessons.lesson import next_plan

        text = self.actions
        if not (text or self.more or recordings.plan) and _is_watched():
            text = typer.prompt("Which actions? Names, with commas between")
        try:
            return next_plan(
                recordings,
                actions=[label_meant(name) for name in text.split(",") if name.strip()],
                more=[label_meant(name) for name in self.more],
                takes=self.takes,
                take_seconds=self.seconds,
            )
        except ValueError as error:
            option = "--more" if self.more else "--actions"
            raise typer.BadParameter(str(error), param_hint=option) from error


@dataclass(frozen=True)
class _Reading:
    """How videos are read."""

    person: str
    gaps: bool
    cut_reset: bool


def _record(source: str, recordings: Recordings, base: Weights, wanted: _Wanted) -> None:
    """Lead through the takes that are still lacking; whatever ends it, those so far are kept."""
    plan = wanted.plan(recordings)
    if not recordings.missing(plan):
        return
    from har_live.cli.console.terminal import print_note
    from har_live.lessons import guide
    from har_live.lessons.lesson import lacking
    from har_live.scorers import open_finder
    from har_live.sinks.display_check import require_display

    require_display(instead="give videos, --from FOLDER")
    with har_live.Window("har-live") as window:
        ended = guide.record(
            source,
            recordings,
            open_finder(),
            plan=plan,
            card=base.card,
            window=window,
            person=wanted.person,
            keep_video=wanted.keep_video,
        )
    if rest := lacking(recordings, plan):
        print_note(f"still to be recorded: {rest}; the next start goes on with it")
    if ended.exit_code:
        raise typer.Exit(ended.exit_code)


def _add_videos(
    recordings: Recordings,
    base: Weights,
    videos: Path,
    segments: Path | None,
    reading: _Reading,
) -> None:
    from har_live.cli.console.lesson import lesson_bar
    from har_live.cli.console.terminal import print_note
    from har_live.lessons.folders import clips_in
    from har_live.lessons.lesson import add_clips, add_marked
    from har_live.scorers import open_finder

    finder, card, before = open_finder(), base.card, len(recordings)
    with lesson_bar() as on_progress:
        if segments is None:
            clips = clips_in(videos)
            added = add_clips(
                recordings, clips, finder, card, person=reading.person, on_progress=on_progress
            )
        else:
            added = add_marked(
                recordings,
                str(videos),
                segments,
                finder,
                card,
                person=reading.person,
                with_gaps=reading.gaps,
                cut_reset=reading.cut_reset,
                on_progress=on_progress,
            )
    dropped = before + added - len(recordings)
    corrected = f", {dropped} corrected ones dropped" if dropped else ""
    print_note(f"{added} new takes{corrected}; {len(recordings)} in {recordings.folder}")


def _learn(
    recordings: Recordings, name: str, base: Weights, *, keep_known: bool, as_json: bool
) -> None:
    from har_live.cli.console.lesson import lesson_bar, print_lesson
    from har_live.lessons.report import Report

    with lesson_bar() as on_progress:
        made = har_live.teach(
            recordings, name, weights=base, keep_known=keep_known, on_progress=on_progress
        )
    report = Report.from_card(made.card)
    assert report is not None  # it was taught
    print_lesson(made, report, as_json=as_json)


def _is_watched() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
