"""Videos that are uploaded: written as they come, under a name that is safe."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

MAX_NAME_LETTERS = 60  # of up to four bytes each: names of files end at 255
WRITE_BYTES = 1 << 20
NO_NAME = "video"


async def save_body(request: Request, path: Path) -> None:
    """Write the body to a file, part by part.

    Raises:
        HTTPException: nothing came, or not all of it.
    """
    part, num_bytes = bytearray(), 0
    try:
        with path.open("wb") as file:
            async for chunk in request.stream():
                part += chunk
                num_bytes += len(chunk)
                if len(part) >= WRITE_BYTES:
                    await asyncio.to_thread(file.write, bytes(part))
                    part.clear()
            file.write(part)
    except ClientDisconnect:
        raise HTTPException(400, "the upload broke off") from None
    except OSError:
        raise HTTPException(413, "the server has no room for it now") from None
    if not num_bytes:
        raise HTTPException(400, "nothing was sent")


def name_in(address: str | None) -> str:
    """Return the name of the file that an address ends in; empty where there is none."""
    return "" if address is None else unquote(urlsplit(address).path).rpartition("/")[2]


def safe_name(name: str) -> str:
    """Return a name that is one file's in any folder, and never one of ours."""
    plain = re.sub(r"[^\w.-]+", "_", name.replace("\\", "/").rpartition("/")[2]).strip("._")
    plain = plain[-MAX_NAME_LETTERS:].lstrip("._-")
    return (
        f"in-{plain}"
        if plain.startswith(("annotated", "events", "prediction"))
        else (plain or NO_NAME)
    )
