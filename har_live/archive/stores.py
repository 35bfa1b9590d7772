"""Object stores (S3 and the like), by pyarrow's own file systems."""

from __future__ import annotations

import glob
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from har_live.errors import BackendError, SourceError
from har_live.nodes.connection import INSTALL_RAY
from har_live.redact import redact, redact_url

_STORE = re.compile(r"(file|gcs|gs|s3)://", re.IGNORECASE)
_PARTS = re.compile(r"(?P<scheme>\w+://)(?P<user>[^/]*@)?(?P<place>[^?]*)(?P<query>\?.*)?", re.S)
_WILD = re.compile(r"[*\[]")


def is_store(address: str) -> bool:
    """Return whether an address is one of an object store."""
    return _STORE.match(address) is not None


def listed(address: str) -> Iterator[tuple[str, str, str]]:
    """List what a store has under a prefix, or what a pattern matches (``*`` matches ``/``, too).

    Args:
        address: ``s3://bucket/folder/*.mp4``, with what ``pyarrow.fs.FileSystem.from_uri`` knows
            before the bucket (``key:secret@``) and behind the path (``?region=…``).

    Yields:
        Path from the last folder before a wildcard, address, and what differs when the video does.

    Raises:
        SourceError: the store can't be read.
        BackendError: pyarrow is not installed.
    """
    require_pyarrow()
    from pyarrow.fs import FileSelector, FileType

    parts = _PARTS.fullmatch(address)
    assert parts is not None
    before, place, query = parts["scheme"] + (parts["user"] or ""), parts["place"], parts["query"]
    wild = _WILD.search(place)
    folder = place[: wild.start()].rpartition("/")[0] if wild else place.rstrip("/")
    with _readable(address):
        store, root = _opened(f"{before}{folder}{query or ''}")
        infos = [store.get_file_info(root)]
        if infos[0].type != FileType.File:
            infos = store.get_file_info(FileSelector(root, recursive=True))
    pattern = glob.escape(root) + place[len(folder) :] if wild else "*"
    for info in infos:
        if info.type == FileType.File and fnmatchcase(info.path, pattern):
            name = info.path[len(root) :].lstrip("/") or PurePosixPath(root).name
            yield name, f"{before}{info.path}{query or ''}", f"{info.size}:{info.mtime_ns}"


@contextmanager
def as_file(address: str) -> Iterator[str]:
    """Lend a file with what lies in a store; anything else is lent as it is.

    Raises:
        SourceError: it can't be read.
        BackendError: pyarrow is not installed.
    """
    if not is_store(address):
        yield address
        return
    require_pyarrow()
    with TemporaryDirectory(prefix="har-live-store-") as folder:
        path = Path(folder) / PurePosixPath(address.partition("?")[0]).name
        with _readable(address):
            store, place = _opened(address)
            with store.open_input_stream(place) as stream, path.open("wb") as file:
                shutil.copyfileobj(stream, file, 2**20)
        yield str(path)


def require_pyarrow() -> None:
    """Raise ``BackendError`` where pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise BackendError(
            f"archives are written by pyarrow, which is not installed; {INSTALL_RAY}"
        ) from error


def _opened(address: str) -> tuple[Any, str]:
    from pyarrow.fs import FileSystem

    store, place = FileSystem.from_uri(address)
    return store, place


@contextmanager
def _readable(address: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        why = redact(" ".join(str(error).split()))
        raise SourceError(f"{redact_url(address)} can't be read: {why}") from error
