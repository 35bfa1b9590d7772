"""Options that go together: one parameter of a command, a dataclass, stands for all of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_type_hints


def fields_of(group: Any, _hint: Any) -> Iterator[inspect.Parameter]:
    """Yield each field of a dataclass as a parameter, annotated and with its default there."""
    hints = get_type_hints(type(group), include_extras=True)
    for field in fields(group):
        yield option(field.name, hints[field.name], default=getattr(group, field.name))


def option(name: str, hint: Any, *, default: Any) -> inspect.Parameter:
    """A parameter that Typer takes for an option."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=hint)


def with_groups(
    function: Callable[..., Any],
    *,
    options_of: Callable[[Any, Any], Iterable[inspect.Parameter]] = fields_of,
    changed: Callable[..., Any] = replace,
) -> Callable[..., Any]:
    """A function as Typer takes it: an option for each field of what defaults to a dataclass.

    Args:
        options_of: takes such a default and its annotation.
        changed: makes the group that the function is given, of the default and what was chosen.
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, tuple[Any, list[str]]] = {}
    offered: list[inspect.Parameter] = []
    for parameter in inspect.signature(function).parameters.values():
        default, hint = parameter.default, hints[parameter.name]
        if is_dataclass(default):
            inside = list(options_of(default, hint))
            groups[parameter.name] = (default, [option.name for option in inside])
            offered += inside
        else:
            offered.append(parameter.replace(annotation=hint))

    def command(**values: Any) -> Any:
        for name, (default, inside) in groups.items():
            values[name] = changed(default, **{option: values.pop(option) for option in inside})
        return function(**values)

    return offering(command, offered, like=function)


def offering(
    command: Callable[..., Any], offered: list[inspect.Parameter], *, like: Callable[..., Any]
) -> Callable[..., Any]:
    """Let a function that takes any keywords say which, under the name of another."""
    command.__name__, command.__doc__ = like.__name__, like.__doc__
    command.__signature__ = inspect.Signature(offered)  # type: ignore[attr-defined]
    command.__annotations__ = {option.name: option.annotation for option in offered}
    return command
