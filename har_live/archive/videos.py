"""The videos of an archive: a folder's, a list's, or those that a pattern matches."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from har_live.archive import stores
from har_live.errors import SourceError
from har_live.lessons.folders import VIDEO_SUFFIXES
from har_live.redact import redact_url

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Video:
    """One video, before anybody has looked into it."""

    path: str
    """Path from the root of the archive, with ``/``; or URL without secrets."""
    address: str = field(repr=False)
    """Where it is: a path, or a URL, which may hold secrets."""
    identity: str
    """Differs when the video does: its size and time of change, or a hash of its address."""


def find_videos(spec: str, *, leave_out: Path | None = None) -> list[Video]:
    """The videos that are meant, each once, by path.

    Args:
        spec: a folder, all of whose videos are taken, in whatever depth; a pattern (``a/**/*.mp4``,
            ``s3://bucket/a/*.mp4``); a video; or any other file, which lists a path or an address
            a line: paths are seen from its folder, lines that begin with ``#`` are remarks.
        leave_out: a folder whose videos are no part of it.

    Raises:
        SourceError: there is nothing of that name, or no video in it.
    """
    found = {video.path: video for video in _found(spec)}
    if not found:
        raise SourceError(f"{redact_url(spec)} holds no videos; a folder's end in .mp4, .mkv, …")
    if leave_out is not None:
        beneath = f"{leave_out.resolve()}{os.sep}"
        found = {
            path: video
            for path, video in found.items()
            if stores.is_store(video.address) or not video.address.startswith(beneath)
        }
        if not found:
            raise SourceError(
                f"all videos lie in {leave_out}, which is written; give another --out"
            )
    return [found[path] for path in sorted(found)]


def _found(spec: str) -> Iterator[Video]:
    if stores.is_store(spec):
        yield from (
            Video(name, address, identity)
            for name, address, identity in stores.listed(spec)
            if _is_video(name)
        )
        return
    path = Path(spec)
    if path.is_dir():
        yield from _files((p for p in path.rglob("*") if _is_video(p.name)), path)
    elif path.is_file() and _is_video(path.name):
        yield from _files([path], path.parent)
    elif path.is_file():
        yield from _listed(path)
    elif _WILD.search(spec):
        before = Path(spec[: _WILD.search(spec).start()])  # type: ignore[union-attr]
        root = before if before.is_dir() else before.parent
        yield from _files(map(Path, glob.iglob(spec, recursive=True)), root)
    else:
        raise SourceError(f"{redact_url(spec)}: no such folder, list or pattern; check the path")


def _is_video(name: str) -> bool:
    return Path(name).suffix.lower() in VIDEO_SUFFIXES


def _files(paths: Iterable[Path], root: Path) -> Iterator[Video]:
    for path in paths:
        # A link that leads nowhere was meant to be a video: reading it tells.
        if path.is_file() or (path.is_symlink() and not path.exists()):
            yield _file(path, root.resolve())


def _file(path: Path, root: Path) -> Video:
    # Not resolved itself: a link is a video of its own name.
    whole = path.parent.resolve() / path.name
    name = whole.relative_to(root) if whole.is_relative_to(root) else whole
    return Video(name.as_posix(), str(whole), _identity(whole))


def _listed(path: Path) -> Iterator[Video]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} is no list of videos: {error}") from error
    root = path.parent.resolve()
    addresses: list[str] = []
    for line in filter(None, map(str.strip, lines)):
        if line.startswith("#"):
            continue
        if stores.is_store(line) or "://" in line:
            addresses.append(line)
        else:
            # Kept as it is where it is missing, is a pipe or the like: reading it tells.
            yield _file(root / line, root)
    yield from _addresses(set(addresses))


def _addresses(addresses: Collection[str]) -> Iterator[Video]:
    """Those whose secrets alone tell them apart (``?id=1``) get some digits for that."""
    num_alike = Counter(map(redact_url, addresses))
    for address in addresses:
        path, digest = redact_url(address), hashlib.sha256(address.encode()).hexdigest()[:16]
        yield Video(f"{path}?{digest}" if num_alike[path] > 1 else path, address, digest)


def _identity(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "missing"
    return f"{status.st_size}:{status.st_mtime_ns}"
