"""The command ``archive``: thousands of videos become one table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.cli.options import (
    DurationOption,
    JointsOption,
    OverwriteOption,
    RecognizerOptions,
    named,
)


def archive(
    videos: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER|LIST|PATTERN",
            help="A folder, with all below it; a text file with a path or an address a line; or a "
            "pattern in quotes, such as 'in/**/*.mp4' or 's3://bucket/in/*.mp4'.",
            callback=named,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            file_okay=False,
            metavar="DIR",
            help="Write segments.parquet, segments.jsonl and videos.jsonl into this folder. The "
            "same command goes on where a run was ended.",
        ),
    ],
    recognizing: RecognizerOptions = RecognizerOptions(),
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let the nodes of this Ray cluster work, HOST:PORT or auto: they need the same "
            "har-live, and see the videos under the same paths. Default: this machine's cores.",
        ),
    ] = None,
    annotate: Annotated[
        bool,
        typer.Option("--annotate", help="Write each video again, too, into DIR/annotated."),
    ] = False,
    min_duration: DurationOption = 0.0,
    joints: JointsOption = True,
    patience: Annotated[
        float,
        typer.Option(
            min=1, help="Seconds after which a video that gives no picture is a broken one."
        ),
    ] = 40.0,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes on this machine. Default: one a core."),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Look again at those found broken by earlier runs.")
    ] = False,
    overwrite: OverwriteOption = False,
) -> None:
    """Write what is done in thousands of videos into one table, each video exactly once."""
    from har_live.archive.run import ArchiveSettings
    from har_live.archive.run import archive as run
    from har_live.archive.videos import find_videos
    from har_live.archive.work import WorkSettings
    from har_live.cli.console.archive import archive_progress, print_archived
    from har_live.cli.console.recognition import says_what_is_kept
    from har_live.nodes.packed_recognizer import packed

    found = find_videos(videos, leave_out=out)
    try:
        settings = ArchiveSettings(
            annotate=annotate,
            overwrite=overwrite,
            retry=retry,
            ray_address=ray,
            num_workers=workers,
            work=WorkSettings(
                min_duration_seconds=min_duration, patience_seconds=patience, joints=joints
            ),
        )
        recognizer = packed(recognizing.weights, recognizing.settings())
        with says_what_is_kept(out), archive_progress(len(found)) as (on_begin, on_done):
            archived = run(
                found, out, recognizer, settings=settings, on_begin=on_begin, on_done=on_done
            )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    print_archived(archived, out)
    raise typer.Exit(1 if archived.num_broken else 0)
