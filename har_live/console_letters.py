"""Letters that a console can't write: each gets a stand-in, and no answer is lost in a traceback.

Windows gives pipes and files the code page of old (cp850, cp437, cp1252, cp932), where "→" is
unknown; a file's name may hold bytes that are no letter in any encoding.
"""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

ERRORS = "har_live.stand_in"
"""Name by which a stream of text is told to write a stand-in: its ``errors``."""

_STAND_INS = {
    "–": "-",
    "—": "-",
    "−": "-",
    "→": "->",
    "←": "<-",
    "×": "x",
    "·": ".",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "’": "'",
}


def stand_in(char: str) -> str:
    """Return the ASCII that is written for a character, at worst its escape.

    >>> [stand_in(char) for char in "→…é中"]
    ['->', '...', 'e', '\\\\u4e2d']
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    for text in (_STAND_INS.get(char, ""), plain):
        if text and text.isascii():
            return text
    if "\udc80" <= char <= "\udcff":  # a byte of a file's name, as Python keeps it
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("ascii", "backslashreplace").decode("ascii")


def write_stand_ins() -> None:
    """Let standard output and error, from now on, write a stand-in for what they can't write."""
    codecs.register_error(ERRORS, _replace)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(stand_in, error.object[error.start : error.end])), error.end
