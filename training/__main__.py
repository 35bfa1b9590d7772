"""``python -m training``: from a folder of videos to a weights folder. Parses, calls, prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.errors import HarLiveError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Data = Annotated[Path, typer.Argument(help="Manifest CSV, its folder, or one folder per class.")]
Cache = Annotated[Path, typer.Option(help="Folder of the cached frames.")]
Pose = Annotated[Path, typer.Option(help="Weights of the pose network, from `pretrain`.")]
DEFAULT_CACHE = Path(".cache")


@app.command()
def prepare(
    data: Data,
    cache: Cache = DEFAULT_CACHE,
    workers: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
) -> None:
    """Index a data set and cache its frames; goes on where it was interrupted."""
    from training import prepare as room

    index, broken = room.prepare(data, cache, workers=workers)
    room.write_index(index, broken, cache / "index.json")
    typer.echo(f"{len(index)} clips ready, {len(broken)} broken; index in {cache / 'index.json'}")
    for path, reason in broken.items():
        typer.echo(f"  {path}: {reason}")


@app.command()
def pretrain(
    data: Data,
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("runs/pose.safetensors"),
    cache: Cache = DEFAULT_CACHE,
    epochs: Annotated[int, typer.Option(help="Times every picture is seen.")] = 6,
    learning_rate: Annotated[float, typer.Option(help="Its peak.")] = 2e-3,
    start_from: Annotated[Path | None, typer.Option(help="Go on from these weights.")] = None,
) -> None:
    """Teach the pose network where the joints are."""
    from training.pretrain import PretrainSettings
    from training.pretrain import pretrain as run

    settings = PretrainSettings(epochs=epochs, learning_rate=learning_rate)
    run(data, cache, out, settings, start_from=start_from)


@app.command()
def encode(
    data: Data,
    pose: Pose = Path("runs/pose.safetensors"),
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("runs/bank"),
    cache: Cache = DEFAULT_CACHE,
    copies: Annotated[int, typer.Option(help="Varied windows of each training clip.")] = 5,
) -> None:
    """Show the frozen encoder every window once; goes on where it was interrupted."""
    from har_live.types import ClipSpec
    from training.encode import EncodeSettings, encode_all
    from training.prepare import CacheSettings

    spec = ClipSpec(image_size=CacheSettings().image_size)
    encode_all(data, cache, pose, out, spec, EncodeSettings(clip_copies=copies))


def main() -> None:
    try:
        app()
    except HarLiveError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
