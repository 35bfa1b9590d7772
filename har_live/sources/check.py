"""A file that isn't there is told before anything is loaded that could read it."""

from __future__ import annotations

import os

from har_live.errors import SourceError
from har_live.sources.kinds import kind_of

NO_SUCH_FILE = "no such file; check the path"


def check_source(spec: str) -> None:
    """Refuse the path of a file that isn't there.

    Raises:
        SourceError: it isn't. Whether what is there is a video, only opening it tells.
    """
    if not kind_of(spec).is_file:
        return
    try:
        os.stat(spec)
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"{spec}: {NO_SUCH_FILE}") from None
    except OSError:
        return  # what forbids it is told in opening it
