"""Videos that visitors open: uploaded, or fetched from an address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from har_live.card import named_weights
from har_live.errors import SourceError
from har_live.serve.addresses import addresses_of, asked
from har_live.serve.job_child import Order
from har_live.serve.jobs import BusyError, Job, State
from har_live.serve.limits import JSON_TYPE, UPLOAD_PATH, UPLOAD_TYPE, media_type
from har_live.serve.services import Services, Shared
from har_live.serve.uploads import name_in, safe_name, save_body

RETRY_SECONDS = 10
UPLOAD_TYPES = (UPLOAD_TYPE, "video/")

FileName = Literal[
    "prediction.json",
    "events.jsonl",
    "events.csv",
    "events.srt",
    "events.vtt",
    "annotated.mp4",
]

router = APIRouter(prefix=UPLOAD_PATH, tags=["predict"])


class AddressBody(BaseModel):
    """A video at an address."""

    address: str


class Video(BaseModel):
    """A video that was opened, and what is known of it by now."""

    id: str
    name: str
    state: State
    place: int | None
    """Place in the queue, from 1, while it waits."""
    stage: str | None
    """``fetching`` or ``recognizing``, while it is worked on."""
    progress: float | None
    """0 to 1; null where nobody knows."""
    error: str | None
    files: list[str]
    """Names of what can be had below ``files/``."""
    prediction: dict[str, Any] | None
    """What ``har-live predict --json`` says, once it is done."""


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": AddressBody.model_json_schema()},
        },
    }
}


@router.post(
    "",
    status_code=202,
    openapi_extra=_BODY,
    responses={
        400: {"description": "Nothing was sent, or not to be understood."},
        403: {"description": "An address that is not opened here."},
        408: {"description": "The upload is too slow."},
        413: {"description": "The upload is too large."},
        415: {"description": "Neither a video nor JSON."},
        429: {"description": "Busy: as many videos wait as may. Retry-After tells when to ask."},
    },
)
async def open_video(
    request: Request,
    response: Response,
    services: Shared,
    name: Annotated[str, Query(description="Name of the video, for people.")] = "",
    weights: Annotated[str | None, Query(description="One of /api/models.")] = None,
    annotate: Annotated[bool, Query(description="Write the video again, too.")] = True,
    min_duration: Annotated[float, Query(ge=0, le=3600, description="Seconds.")] = 0.0,
    wait: Annotated[
        float, Query(ge=0, le=600, description="Answer when it is done, or so many seconds later.")
    ] = 0.0,
) -> Video:
    """Open a video: its bytes are the body (``curl -T``), or its address: ``{"address": "…"}``."""
    if weights == services.recognizer.card.name:
        weights = None
    elif weights is not None and weights not in named_weights():
        raise HTTPException(422, "no such weights; /api/models lists them")
    kind = media_type(request.headers)
    is_address = kind == JSON_TYPE
    if not is_address and not kind.startswith(UPLOAD_TYPES):
        raise HTTPException(415, "send a video (application/octet-stream) or JSON with an address")
    address = await _address(request, services) if is_address else None
    async with _reserved(services, safe_name(name or name_in(address))) as job:
        if address is None:
            await save_body(request, job.folder / job.name)
        settings = services.settings
        order = Order(
            folder=str(job.folder),
            name=job.name,
            address=address,
            weights=weights or settings.weights,
            wishes=settings.wishes,
            min_duration_seconds=min_duration,
            annotate=annotate,
            address_kinds=settings.address_kinds,
            allow_private=settings.allow_private,
            max_bytes=settings.max_upload_bytes,
            max_seconds=settings.max_upload_seconds,
        )
        services.jobs.submit(job, order)
    with suppress(TimeoutError):
        async with asyncio.timeout(wait):
            await job.over.wait()
    response.headers["Location"] = f"{UPLOAD_PATH}/{job.id}"
    return _video(services, job)


@router.get("/{job_id}", responses={404: {"description": "No such video, or no longer."}})
async def video(job_id: str, services: Shared) -> Video:
    """Tell how far a video is, and what was seen in it."""
    return _video(services, _job(services, job_id))


@router.delete(
    "/{job_id}", status_code=204, responses={404: {"description": "No such video, or no longer."}}
)
async def delete_video(job_id: str, services: Shared) -> None:
    """Delete a video and all that came of it; what is being done with it ends."""
    services.jobs.remove(_job(services, job_id))


@router.get(
    "/{job_id}/files/{name}",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/octet-stream": {}}},
        404: {"description": "No such video, or no such file of it."},
    },
)
async def file_of_video(job_id: str, name: FileName, services: Shared) -> FileResponse:
    """Send a file that came of a video; parts of it, too (``Range``)."""
    job = _job(services, job_id)
    if name not in job.files:
        raise HTTPException(404, "there is no such file of that video")
    own_name = f"{FilePath(job.name).stem}{FilePath(name).suffix}"
    return FileResponse(job.folder / name, filename=own_name, content_disposition_type="inline")


@asynccontextmanager
async def _reserved(services: Services, name: str) -> AsyncIterator[Job]:
    """Make room for a video; what goes wrong before it waits leaves nothing behind."""
    try:
        job = services.jobs.reserve(name)
    except BusyError:
        raise HTTPException(
            429,
            "busy: other videos are being recognized; try again a little later",
            {"Retry-After": str(RETRY_SECONDS)},
        ) from None
    try:
        yield job
    except BaseException:
        services.jobs.remove(job)
        raise


async def _address(request: Request, services: Services) -> str:
    try:
        body = AddressBody.model_validate_json(await request.body())
    except (ValidationError, ClientDisconnect):
        raise HTTPException(400, 'send JSON such as {"address": "https://…"}') from None
    settings = services.settings
    try:
        place = asked(body.address, settings.address_kinds)
        if place.kind != "youtube":
            # Said at once where it is known; who connects looks it up again, and keeps to that.
            allow = settings.allow_private
            await asyncio.to_thread(addresses_of, place, allow_private=allow)
    except SourceError as error:
        raise HTTPException(403, str(error)) from None
    return place.url


def _job(services: Services, job_id: str) -> Job:
    job = services.jobs.find(job_id)
    if job is None:
        raise HTTPException(404, "no such video, or no longer: only the last ones are kept")
    return job


def _video(services: Services, job: Job) -> Video:
    return Video(
        id=job.id,
        name=job.name,
        state=job.state,
        place=services.jobs.place_of(job),
        stage=job.stage if job.state == "working" else None,
        progress=job.progress,
        error=job.error,
        files=job.files,
        prediction=job.answer,
    )
