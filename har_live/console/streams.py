"""Where it is printed: answers for programs, notes for people."""

from __future__ import annotations

from contextlib import suppress

from rich.console import Console
from rich.markup import escape

answers = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""For people: never mixed into what another program may read from standard output."""


def print_note(text: str) -> None:
    """A remark beside the answer; where it can't be made, the answer is still to come."""
    with suppress(OSError):
        notes.print(escape(text), style="dim")
