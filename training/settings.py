"""Settings that check themselves: a field, its range, its default and a remark stand together.

A stage takes settings as a dataclass; on the command line each field is an option, whose help is
the remark below it (``training.commands.options``). Nothing is declared twice.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass, fields
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints


class WrongSetting(ValueError):
    """A setting is outside its range; the text is one line that names it, it and the range."""


class Range(NamedTuple):
    """The least and the largest value of a number; both are allowed."""

    least: float
    most: float | None = None

    def __str__(self) -> str:
        return (
            f"{self.least:g} or more" if self.most is None else f"{self.least:g} to {self.most:g}"
        )

    def holds(self, value: float) -> bool:
        """Return True inside the range; never for NaN."""
        return self.least <= value and (self.most is None or value <= self.most)


Count = Annotated[int, Range(1)]
"""One or more of something."""
Share = Annotated[float, Range(0, 1)]
"""A part of 1."""


@dataclass(frozen=True)
class Settings:
    """Subclasses are frozen dataclasses whose numbers are annotated with their ``Range``."""

    def __post_init__(self) -> None:
        for name, allowed in ranges_of(type(self)).items():
            value = getattr(self, name)
            if value is not None and not allowed.holds(value):
                raise WrongSetting(f"{name} is {value}; expected {allowed}")


def ranges_of(settings: type[Settings]) -> dict[str, Range]:
    """The range of each number among some settings."""
    hints = get_type_hints(settings, include_extras=True)
    return {name: found for name, hint in hints.items() if (found := range_in(hint)) is not None}


def range_in(hint: Any) -> Range | None:
    """The range that an annotation gives a number, or an optional number."""
    if get_origin(hint) is Annotated and (
        own := [r for r in hint.__metadata__ if type(r) is Range]
    ):
        return own[0]
    return next((found for part in get_args(hint) if (found := range_in(part))), None)


def remarks_of(settings: type[Settings]) -> dict[str, str]:
    """The string below each field of some settings, as one line; inherited ones have theirs."""
    found: dict[str, str] = {}
    for kind in reversed(settings.__mro__[:-1]):  # without object
        found |= _remarks_in(kind)
    return {field.name: found.get(field.name, "") for field in fields(settings)}


def _remarks_in(kind: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, str] = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(below.value.value).split())
    return found
