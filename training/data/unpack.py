"""Unpack archives, and those that are packed in them."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

from har_live.errors import SourceError

UNPACKERS: dict[str, tuple[str, ...]] = {
    "bsdtar": ("-xf", "{archive}", "-C", "{folder}"),
    "unrar": ("x", "-o+", "-idq", "{archive}", "{folder}/"),
    "7z": ("x", "-y", "-o{folder}", "{archive}"),
}
"""Programs that open .rar files, and how each is told where to."""


def find_unpacker() -> str:
    """A program that opens .rar files.

    Raises:
        SourceError: there is none.
    """
    for program in UNPACKERS:
        if shutil.which(program):
            return program
    raise SourceError(
        f"this data set comes as .rar and none of {', '.join(UNPACKERS)} is here to open it: "
        "install libarchive-tools (it has bsdtar), unrar or 7-Zip"
    )


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a .zip or .rar, and the .rar files that were packed in it.

    Raises:
        SourceError: it is damaged, or can't be opened here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.rglob("*.rar"))
    if archive.suffix == ".zip":
        try:
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(folder)
        except (zipfile.BadZipFile, OSError) as error:
            raise SourceError(f"{archive} can't be unpacked: {error}") from None
    else:
        _unpack_rar(archive, folder)
    # HMDB51 is an archive of archives, one for each class.
    for inner in sorted(set(folder.rglob("*.rar")) - before - {archive}):
        _unpack_rar(inner, inner.parent)
        inner.unlink()


def _unpack_rar(archive: Path, folder: Path) -> None:
    program = find_unpacker()
    arguments = [a.format(archive=archive, folder=folder) for a in UNPACKERS[program]]
    done = subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace")
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        raise SourceError(f"{archive} can't be unpacked by {program}: {last}")
