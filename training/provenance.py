"""The origin of an output: ``recipe.json`` beside it, written by the stage that made it.

A stage's recipe names what it read; ``chain`` follows that to the data sets. READMEs of weights are
written from these chains, never by hand.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from har_live.card import file_sha256

RECIPE_FILE = "recipe.json"


def write_recipe(
    folder: Path, *, inputs: Sequence[Path] = (), settings: Mapping[str, Any] | None = None
) -> None:
    """Write down how ``folder`` was made: the command, its settings, what it read, the code.

    Args:
        inputs: files, known by their hashes, and folders of earlier stages, by their recipes.
        settings: plain values.
    """
    recipe = {
        "command": command_line(),
        "date": date.today().isoformat(),
        "commit": _commit(),
        "settings": dict(settings or {}),
        "inputs": {path.name: _identity(path) for path in inputs},
    }
    text = json.dumps(recipe, indent=2, ensure_ascii=False, default=str)
    (folder / RECIPE_FILE).write_text(text + "\n", "utf-8")


def chain(folder: Path) -> Iterator[dict[str, Any]]:
    """The recipes that led to ``folder``, the earliest first."""
    recipe: dict[str, Any] = json.loads((folder / RECIPE_FILE).read_text("utf-8"))
    for name, value in recipe["inputs"].items():
        if isinstance(value, dict):
            yield from value["chain"]
            recipe["inputs"][name] = "see above"
    yield recipe


def command_line() -> str:
    """Return the command as typed; folders outside of the working directory by their names
    alone."""
    return shlex.join(["python", "-m", "training", *map(_without_folders, sys.argv[1:])])


def _without_folders(word: str) -> str:
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    path = Path(value)
    return f"{option}{equals}…/{path.name}" if path.is_absolute() else word


def _identity(path: Path) -> str | dict[str, Any]:
    if path.is_file():
        return file_sha256(path)
    if (path / RECIPE_FILE).is_file():
        return {"chain": list(chain(path))}
    return "a folder"


def _commit() -> str:
    """The code's commit, with a plus where it was changed; empty outside of a checkout."""
    here = Path(__file__).parent
    try:
        said = [
            subprocess.run(
                ["git", *words], cwd=here, capture_output=True, text=True, check=True
            ).stdout.strip()
            for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "--", "."])
        ]
    except (OSError, subprocess.CalledProcessError):
        return ""
    return said[0] + ("+" if said[1] else "")
