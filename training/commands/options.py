"""What several commands are told alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from har_live.errors import HarLiveError


def _there(path: Path) -> Path:
    """Asked before torch is loaded, which takes seconds."""
    if not path.exists():
        raise HarLiveError(f"no data at {path}: expected a manifest CSV or a folder of classes")
    return path


Data = Annotated[
    Path,
    typer.Argument(help="Manifest CSV, its folder, or one folder per class.", callback=_there),
]
Cache = Annotated[Path, typer.Option(help="Folder of the cached frames.")]
Pose = Annotated[Path, typer.Option(help="Weights of the pose network, from `pretrain`.")]
WeightsName = Annotated[str, typer.Argument(help="Name of shipped weights, or a folder.")]
Split = Annotated[str, typer.Option(help="train, val, or all.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write figures here.")]
Seed = Annotated[int, typer.Option(help="Of everything random.")]
DEFAULT_CACHE = Path(".cache")


def names_of(text: str) -> list[str]:
    """What stands between commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def chosen_split(text: str) -> str:
    """What a split is called within: the empty one is all of them."""
    return "" if text == "all" else text
