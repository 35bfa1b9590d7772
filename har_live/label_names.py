"""Labels as people write them; files for programs keep the label itself."""

from __future__ import annotations

from har_live.types import NONE, UNSURE

_NAMES = {UNSURE: "Unsure", NONE: "No action"}


def readable(label: str) -> str:
    """One line, never empty: ``tennis_forehand`` becomes ``Tennis forehand``.

    >>> readable("none")
    'No action'
    """
    name = " ".join(label.replace("_", " ").split()) or "?"
    return _NAMES.get(label, name[:1].upper() + name[1:])


def label_meant(text: str) -> str:
    """Return the label that somebody means who writes a name: ``none`` and ``unsure`` are meant in
    any letters, and as people write them.

    >>> label_meant(" No Action ")
    'none'
    """
    name = text.strip()
    for label, written in _NAMES.items():
        if name.casefold() in (label, written.casefold()):
            return label
    return name
