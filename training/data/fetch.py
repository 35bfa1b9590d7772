"""Download UCF50, UCF101 and HMDB51 from their own homes.

A broken connection is taken up where it broke, a file that is not the one known here is refused and
removed, and archives are unpacked into the layouts that ``training.data.layouts`` reads.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from har_live.errors import SourceError
from har_live.redact import redact_url
from training.data.unpack import find_unpacker, unpack

ATTEMPTS = 4
"""Connections in a row that may break without a single byte before it is given up."""
FIRST_WAIT_SECONDS = 1.0
"""Doubled after every attempt that brought nothing."""
ANSWER_SECONDS = 60.0
BLOCK_BYTES = 1 << 18


@dataclass(frozen=True)
class RemoteFile:
    """An archive and how to know that it is the right one."""

    name: str
    size_bytes: int | None = None
    checksum: str | None = None
    """``md5:…`` or ``sha256:…``, where one is known."""
    into: str = ""
    """Folder that it is unpacked into."""


@dataclass(frozen=True)
class Download:
    """A data set's address and the names of its archives."""

    home: str
    """Address that the files' names are relative to."""
    files: tuple[RemoteFile, ...]
    terms: str


DOWNLOADS = {
    "ucf50": Download(
        "https://www.crcv.ucf.edu/data/",
        (RemoteFile("UCF50.rar", size_bytes=3_233_554_570),),
        "no licence stated; videos of YouTube, for research",
    ),
    "ucf101": Download(
        "https://www.crcv.ucf.edu/data/UCF101/",
        (
            RemoteFile("UCF101.rar", size_bytes=6_932_971_618),
            RemoteFile(
                "UCF101TrainTestSplits-RecognitionTask.zip",
                size_bytes=113_943,
                # Recorded by TensorFlow Datasets.
                checksum="sha256:5c0d1a53b8ed364a2ac830a73f405e51bece7d98ce1254fd19ed4a36b224bd27",
            ),
        ),
        "no licence stated; videos of YouTube, for research",
    ),
    "hmdb51": Download(
        "https://serre-lab.clps.brown.edu/wp-content/uploads/2013/10/",
        (
            # Recorded by MediaPipe and by torchvision.
            RemoteFile(
                "hmdb51_org.rar",
                checksum="md5:517d6f1f19f215c45cdd4d25356be1fb",
                into="hmdb51_org",
            ),
            RemoteFile("test_train_splits.rar", checksum="md5:15e67781e70dcfbdce2d7dbb9b3344b5"),
        ),
        "CC BY 4.0",
    ),
}

OnBytes = Callable[[int, int | None], None]
"""Told of the bytes that are there, and of all that will come where that is known."""


def fetch(data_set: Download, folder: Path, *, base_url: str | None = None) -> None:
    """Download and unpack what ``folder`` does not hold yet.

    Args:
        base_url: a mirror that has the same files.

    Raises:
        SourceError: no connection, a wrong file, no room, or no program that opens .rar files.
    """
    needed = [file for file in data_set.files if not _done_mark(folder, file).exists()]
    # Better to say now than after gigabytes that they can't be opened.
    if any(file.name.endswith(".rar") for file in needed):
        find_unpacker()
    folder.mkdir(parents=True, exist_ok=True)
    for file in needed:
        url = urljoin(base_url.rstrip("/") + "/" if base_url else data_set.home, file.name)
        with _progress(file.name) as on_bytes:
            archive = download(url, folder / file.name, file, on_bytes=on_bytes)
        unpack(archive, folder / file.into)
        _done_mark(folder, file).touch()


def _done_mark(folder: Path, file: RemoteFile) -> Path:
    return folder / f".{file.name}.unpacked"


# --- download ------------------------------------------------------------------------------------


def download(
    url: str,
    target: Path,
    file: RemoteFile,
    *,
    on_bytes: OnBytes = lambda _there, _total: None,
    wait_seconds: float = FIRST_WAIT_SECONDS,
) -> Path:
    """Bring one file here, going on with what an earlier attempt left in ``<target>.part``.

    Raises:
        SourceError: the connection kept breaking, or the file is not the one known here.
    """
    if target.exists():
        require_right(target, file)
        return target
    part = target.with_name(f"{target.name}.part")
    fruitless = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            complete = _receive(url, part, on_bytes)
        except HTTPError as error:
            raise SourceError(
                f"{redact_url(url)}: {error}; another --base-url may have it"
            ) from None
        except (URLError, HTTPException, OSError) as error:
            complete, reason = False, getattr(error, "reason", error)
        else:
            reason = "the connection ended early"
        if complete:
            require_right(part, file)
            return part.rename(target)
        came = part.exists() and part.stat().st_size > before
        fruitless = 0 if came else fruitless + 1
        if fruitless == ATTEMPTS:
            kept = f"what came is kept in {part}, run it again to go on"
            other = "check the connection or choose another --base-url"
            raise SourceError(f"{redact_url(url)}: {reason}; {kept if part.exists() else other}")
        time.sleep(wait_seconds * 2**fruitless if fruitless else 0)


def _receive(url: str, part: Path, on_bytes: OnBytes) -> bool:
    """Append what the server still has; True when that is all there is."""
    there = part.stat().st_size if part.exists() else 0
    request = Request(url, headers={"Range": f"bytes={there}-", "User-Agent": "har-live"})
    try:
        response = urlopen(request, timeout=ANSWER_SECONDS)
    except HTTPError as error:
        if error.code == 416 and there:  # nothing is left after what is there
            return True
        raise
    with response:
        if response.status != 206:
            there = 0  # this server can't go on, so it begins again
        total = _length(response, there)
        with part.open("ab" if there else "wb") as file:
            on_bytes(there, total)
            while block := response.read1(BLOCK_BYTES):
                file.write(block)
                there += len(block)
                on_bytes(there, total)
    return total is None or there >= total


def _length(response: HTTPResponse, there: int) -> int | None:
    """Bytes of the whole file, where the server says so."""
    length = response.headers.get("Content-Length")
    return there + int(length) if length else None


def require_right(path: Path, file: RemoteFile) -> None:
    """Remove a file that is not the one known here.

    Raises:
        SourceError: its size or checksum is another.
    """
    size = path.stat().st_size
    problem = ""
    if file.size_bytes is not None and size != file.size_bytes:
        problem = f"{size} bytes instead of {file.size_bytes}"
    elif file.checksum is not None:
        kind, _, expected = file.checksum.partition(":")
        with path.open("rb") as data:
            found = hashlib.file_digest(data, kind).hexdigest()
        if found != expected:
            problem = f"{kind} {found} instead of {expected}"
    if problem:
        path.unlink()
        raise SourceError(f"{file.name} is not the file known here ({problem}) and was removed")


@contextmanager
def _progress(name: str) -> Iterator[OnBytes]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bar:
        task = bar.add_task(name, total=None)
        yield lambda there, total: bar.update(task, completed=there, total=total)
