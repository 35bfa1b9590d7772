"""Commands made of functions: settings become options, a wrong value becomes a line."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import fields, replace
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import typer

from har_live.card import open_weights
from har_live.cli.option_groups import offering, option, with_groups
from har_live.errors import HarLiveError
from har_live.standard_output import answers_arrive
from training.settings import Range, Settings, WrongSetting, range_in, remarks_of


def folder_exists(target: Path | None) -> Path | None:
    """Say before hours of work that a file can't be written there."""
    if target is not None and not target.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {target.parent}")
    return target


# What follows is asked before torch is loaded, which takes seconds, and before hours of work.


def data_exist(path: Path | None) -> Path | None:
    """Refuse data that are not there."""
    if path is not None and not path.exists():
        raise HarLiveError(f"no data at {path}: expected a manifest CSV or a folder of classes")
    return path


def weights_exist(name: str) -> str:
    """Refuse weights without a card; the empty name is for none."""
    if name:
        open_weights(name)
    return name


def written_by(command: str) -> Callable[[Path | None], Path | None]:
    """Refuse a folder that is not there, and say which command would write it."""

    def check(folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise HarLiveError(f"no folder {folder}: `python -m training {command}` writes it")
        return folder

    return check


def can_be_made(folder: Path) -> Path:
    """Refuse a folder that can't be made, or not be written to."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise HarLiveError(f"can't write into {folder}: {there} is not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise HarLiveError(f"can't write into {folder}: {there} may not be written to")
    return folder


Data = Annotated[
    Path,
    typer.Argument(help="Manifest CSV, its folder, or one folder per class.", callback=data_exist),
]
Cache = Annotated[Path, typer.Option(help="Folder of the cached frames.", callback=can_be_made)]
Out = Annotated[Path, typer.Option(help="Folder to write.", callback=can_be_made)]
WeightsName = Annotated[
    str, typer.Argument(help="Name of shipped weights, or a folder.", callback=weights_exist)
]
Split = Annotated[str, typer.Option(help="train, val, all, or another part of the data set.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write figures here.", callback=folder_exists)
]
PictureFile = Annotated[Path, typer.Option(help="Picture to write.", callback=folder_exists)]
Seed = Annotated[int, Range(0, 2**32 - 1), typer.Option(help="Of everything random.")]
Workers = Annotated[
    int | None, Range(1, 1024), typer.Option(help="Processes; default: one per core.")
]
DEFAULT_CACHE = Path(".cache")


def names_of(text: str) -> list[str]:
    """Split a text at its commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def numbers_of(text: str, allowed: Range) -> list[float]:
    """The numbers between commas.

    Raises:
        WrongSetting: one is none, or is outside the range.
    """
    numbers = []
    for name in names_of(text):
        try:
            number = float(name)
        except ValueError:
            number = math.nan
        if not allowed.holds(number):
            raise WrongSetting(f"{name!r} among {text!r} is wrong; expected numbers, {allowed}")
        numbers.append(number)
    return numbers


def chosen_split(text: str) -> str:
    """Return a split's name within the program: the empty one is all of them."""
    return "" if text == "all" else text


class Omit(NamedTuple):
    """A mark in the annotation of settings: fields that this command does not offer."""

    names: tuple[str, ...]


def as_command(function: Callable[..., None]) -> Callable[..., None]:
    """A function as Typer takes it: its settings are options, and what goes wrong is one line."""
    grouped = with_groups(function, options_of=_options, changed=_changed)

    def command(**values: Any) -> None:
        try:
            with answers_arrive():
                grouped(**values)
        except WrongSetting as error:
            raise typer.BadParameter(str(error)) from None
        except BrokenPipeError:  # whoever read it has seen enough; Typer ends it without a word
            raise
        except (HarLiveError, OSError) as error:
            typer.echo(f"error: {_line(error)}", err=True)
            raise typer.Exit(1) from None

    offered = [
        option.replace(annotation=_with_bounds(option.annotation))
        for option in inspect.signature(grouped).parameters.values()
    ]
    return offering(command, offered, like=function)


def _changed(settings: Settings, **options: Any) -> Settings:
    """Change some settings to what the options say."""
    for name, value in options.items():
        if isinstance(getattr(settings, name), tuple):
            options[name] = tuple(names_of(value))
    return replace(settings, **options)


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _options(settings: Settings, hint: Any) -> Iterator[inspect.Parameter]:
    """Make each field of some settings an option that defaults to what they have."""
    extra = getattr(hint, "__metadata__", ())
    left_out = {name for part in extra if isinstance(part, Omit) for name in part.names}
    hints = get_type_hints(type(settings), include_extras=True)
    remarks = remarks_of(type(settings))
    for field in fields(settings):
        if field.name in left_out:
            continue
        kind, default = hints[field.name], getattr(settings, field.name)
        if isinstance(default, tuple):  # one option with commas
            kind, default = str, ",".join(default)
        words = typer.Option(help=remarks[field.name])
        yield option(field.name, Annotated[kind, words], default=default)


def _with_bounds(hint: Any) -> Any:
    """An annotation as Typer reads it: the range beside its words becomes their bounds."""
    allowed = range_in(hint)
    if allowed is None:
        return hint
    kinds = (typer.models.OptionInfo, typer.models.ArgumentInfo)
    words = copy(next(part for part in hint.__metadata__ if isinstance(part, kinds)))
    kind = _without_ranges(hint)
    number = int if int in (kind, *get_args(kind)) else float
    words.min = number(allowed.least)
    words.max = None if allowed.most is None else number(allowed.most)
    words.callback = _not_nan
    return Annotated[kind, words]


def _without_ranges(hint: Any) -> Any:
    """``Annotated[float, …] | None`` → ``float | None``."""
    if get_origin(hint) is Annotated:
        return _without_ranges(hint.__origin__)
    if parts := get_args(hint):
        return reduce(or_, map(_without_ranges, parts))
    return hint


def _not_nan(value: Any) -> Any:
    """Refuse NaN, which is neither below nor above any bound."""
    if isinstance(value, float) and math.isnan(value):
        raise typer.BadParameter("nan is no number")
    return value
