"""The live sources: what they are, their pictures, and what is seen in them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

from har_live.serve.bell import LONGEST_SILENCE_SECONDS
from har_live.serve.services import Services, Shared, services_of

if TYPE_CHECKING:
    from har_live.serve.feed import Feed, State
else:
    from har_live.serve.feed import State

PICTURE_TYPE = "image/jpeg"
LENGTH_BYTES = 4

router = APIRouter(prefix="/api/sources", tags=["sources"])

Number = Annotated[int, Path(ge=0, description="Number of the source, from 0.")]


class LiveSource(BaseModel):
    """A source that is shown live."""

    number: int
    name: str
    state: State
    is_mirrored: bool
    width: int | None
    height: int | None
    fps: float | None
    moment: dict[str, Any] | None
    """The newest: see ``har_live.serve.moment_values``."""


@router.get("")
async def list_sources(services: Shared) -> list[LiveSource]:
    """List the sources, each with what is seen in it now."""
    return [_described(feed) for feed in services.feeds]


@router.get("/{number}", responses={404: {"description": "No such source."}})
async def source(number: Number, services: Shared) -> LiveSource:
    """Tell of one source, and what is seen in it now."""
    return _described(_feed(services, number))


@router.get(
    "/{number}/picture.jpg",
    response_class=Response,
    responses={
        200: {"content": {PICTURE_TYPE: {}}},
        404: {"description": "No such source, or no picture yet."},
    },
)
async def picture(number: Number, services: Shared) -> Response:
    """Return the newest picture, as it came: nothing is drawn on it."""
    _, data = await _feed(services, number).jpeg()
    if not data:
        raise HTTPException(404, "there is no picture yet")
    return Response(data, media_type=PICTURE_TYPE)


@router.websocket("/{number}/watch")
async def watch(socket: WebSocket, number: int) -> None:
    """Answer each message, whatever it says, with the newest picture and moment, once there is one
    newer than the last, or some seconds have passed: who asks seldom misses what was between, and
    delays nobody.

    An answer is 4 bytes, the length of the JSON after them, that JSON, and a JPEG, which is left
    out where the picture is the same. The JSON has ``state``, ``moment``, and ``over``: the
    segments that are over since the last answer, first those of which is still known.
    """
    services = services_of(socket)
    if not 0 <= number < len(services.feeds):
        await socket.close(1008)
        return
    await socket.accept()
    with suppress(WebSocketDisconnect), services.figures.viewers.track_inprogress():
        await _answer_each(socket, services.feeds[number], services)


async def _answer_each(socket: WebSocket, feed: Feed, services: Services) -> None:
    sent: tuple[int, int, str] = (-1, -1, "")
    told_segment = 0
    async for _ in socket.iter_text():
        while (newest := _newest(feed)) == sent:
            if not await services.bell.heard(LONGEST_SILENCE_SECONDS):
                break
            if services.bell.is_closed:
                return
        has_picture, sent = newest[0] != sent[0], newest
        _, jpeg = await feed.jpeg() if has_picture else (0, b"")
        over = services.segments.after(told_segment)
        told_segment = services.segments.num_written
        told = {
            "state": feed.state,
            "moment": feed.moments[1],
            "over": [one.values for one in over if one.values["source"] == feed.number],
        }
        head = json.dumps(told).encode()
        await socket.send_bytes(len(head).to_bytes(LENGTH_BYTES, "big") + head + jpeg)


def _newest(feed: Feed) -> tuple[int, int, str]:
    return feed.frames[0], feed.moments[0], feed.state


def _described(feed: Feed) -> LiveSource:
    info = feed.info
    return LiveSource(
        number=feed.number,
        name=feed.name,
        state=feed.state,
        is_mirrored=feed.is_mirrored,
        width=None if info is None else info.width,
        height=None if info is None else info.height,
        fps=None if info is None else info.fps,
        moment=feed.moments[1],
    )


def _feed(services: Services, number: int) -> Feed:
    if number >= len(services.feeds):
        raise HTTPException(404, f"no source {number}; there are {len(services.feeds)}")
    return services.feeds[number]
