"""Moments and segments as they come: server-sent events, and the same on a WebSocket.

``moment`` is the newest of a source (see ``har_live.serve.moment_values``), with ``source`` and
``name``; who reads slowly misses some. ``segment`` is an action that is over; the last thousand
wait for a slow reader, and for one who comes back with ``Last-Event-ID``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse

from har_live.serve.bell import LONGEST_SILENCE_SECONDS
from har_live.serve.services import Services, Shared, services_of

if TYPE_CHECKING:
    from har_live.serve.moment_values import Values

STREAM_TYPE = "text/event-stream"

router = APIRouter(prefix="/api/events", tags=["events"])

OnlySource = Annotated[
    int | None, Query(ge=0, description="Tell of this source alone, by its number.")
]


@router.get(
    "",
    response_class=StreamingResponse,
    responses={200: {"content": {STREAM_TYPE: {"schema": {"type": "string"}}}}},
)
async def events(
    services: Shared,
    source: OnlySource = None,
    last_event_id: Annotated[str, Header(description="Goes on after that segment.")] = "",
) -> StreamingResponse:
    """Tell moments and segments as they come, as server-sent events, until the reader leaves."""
    after = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else None

    async def lines() -> AsyncIterator[str]:
        yield "retry: 2000\n\n"
        async for event in _events(services, source, after):
            if event is None:
                yield ": nothing new\n\n"
                continue
            number = f"id: {event['number']}\n" if "number" in event else ""
            yield f"event: {event['event']}\n{number}data: {json.dumps(event)}\n\n"

    return StreamingResponse(lines(), media_type=STREAM_TYPE)


@router.websocket("/ws")
async def events_on_websocket(socket: WebSocket, source: int | None = None) -> None:
    """Tell the same, each as one message of JSON; what is received is passed over."""
    await socket.accept()
    with suppress(WebSocketDisconnect):
        async for event in _events(services_of(socket), source, None):
            if event is not None:
                await socket.send_json(event)


async def _events(
    services: Services, source: int | None, after: int | None
) -> AsyncIterator[Values | None]:
    """Yield events of one source or all, from now on, or after a segment; None after a silence."""
    segments = services.segments
    told_segment = segments.num_written if after is None else min(after, segments.num_written)
    told_moments = [0] * len(services.feeds)
    while not services.bell.is_closed:
        new: list[Values] = []
        for one in segments.after(told_segment):
            told_segment = one.number
            if source in (None, one.values["source"]):
                new.append({"event": "segment", "number": one.number, **one.values})
        for feed in services.feeds:
            number, values = feed.moments
            if source in (None, feed.number) and values and number != told_moments[feed.number]:
                told_moments[feed.number] = number
                new.append({"event": "moment", "source": feed.number, "name": feed.name, **values})
        for event in new:
            yield event
        if not new and not await services.bell.heard(LONGEST_SILENCE_SECONDS):
            yield None
