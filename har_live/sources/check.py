"""Checks of what can't be read, made before anything is loaded that could read it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pkgutil import resolve_name

from har_live.errors import SourceError
from har_live.sources.kinds import kind_of

NO_SUCH_FILE = "no such file; check the path"


def check_sources(specs: Sequence[str]) -> None:
    """Refuse what can't be read; where there are several, a missing one is left to its opening.

    Raises:
        SourceError: as ``check_stdin``, and of a single source as ``check_source``.
    """
    check_stdin(specs)
    if len(specs) == 1:
        check_source(specs[0])


def check_stdin(specs: Sequence[str]) -> None:
    """Refuse to read standard input more than once.

    Raises:
        SourceError: it is named so often.
    """
    num_readers = sum(kind_of(spec).reads_stdin for spec in specs)
    if num_readers > 1:
        raise SourceError(f"standard input is named {num_readers} times; it can be read once")


def check_source(spec: str) -> None:
    """Refuse what its kind knows, without opening it, not to be there.

    Raises:
        SourceError: it isn't. Whether what is there can be read, only opening it tells.
    """
    checker = kind_of(spec).checker
    if checker is not None:
        resolve_name(checker)(spec)


def check_file(spec: str) -> None:
    """Refuse the path of a file that isn't there.

    Raises:
        SourceError: it isn't.
    """
    try:
        os.stat(spec)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"{spec}: {NO_SUCH_FILE}") from None
    except OSError:
        return  # what forbids it is told in opening it
