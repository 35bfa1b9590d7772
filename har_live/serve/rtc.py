"""``POST /api/rtc``: a visitor's camera by WebRTC, for labels or for a lesson.

The page offers one video and a data channel. On the channel come JSON objects, by ``kind``:

============== ==================================================================================
``moment``     see ``har_live.serve.moment_values``; with ``captured_ms``, when the device saw the
               picture, in Unix time by its own clock, and ``num_dropped``, grid frames left out
``lesson``     what the guide says: see ``har_live.overlay.lesson.LessonView``; ``is_over``,
               ``is_complete``, and in words what is ``lacking``
``waiting``    all is recorded, or nothing more is wanted; the connection stands
``learning``   ``doing`` what, and which ``share`` of all is done
``taught``     what was reached: see ``har_live.lessons.report.Report``
``not_learnt`` ``detail`` says why
``failed``     ``detail`` says why, such as: busy; the connection ends
============== ==================================================================================

A lesson's page sends ``{"key": "pause"}`` (or ``drop``, ``next``, ``keep``, ``quit``) and
``{"learn": true}``. Any page says once a second, with ``{"delay_ms": 140}``, how late its answers
are drawn: see ``har_live.serve.rtc_room``. Pictures are looked at and forgotten: none is stored,
none is sent back.
"""

from __future__ import annotations

import logging
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from har_live.card import own_weights_folder
from har_live.errors import HarLiveError, SinkError, WeightsError
from har_live.serve.rtc_desk import Busy
from har_live.serve.rtc_offer import MOST_LETTERS, read_offer
from har_live.serve.rtc_teaching import Lesson
from har_live.serve.services import Shared

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/api/rtc", tags=["rtc"])

RETRY_SECONDS = 5
_Name = Annotated[str, Field(max_length=60)]


class LessonWish(BaseModel):
    """What is to be taught."""

    name: Annotated[str, Field(description="name of the weights to make", max_length=60)]
    actions: Annotated[
        list[_Name], Field(description="none: those of the lesson begun before", max_length=40)
    ] = []
    takes: Annotated[int, Field(description="of each action", ge=1, le=100)] = 8
    take_seconds: Annotated[float, Field(ge=0.5, le=60)] = 3.0
    person: Annotated[str, Field(description="who is recorded", max_length=60)] = ""


class Offer(BaseModel):
    """A WebRTC offer, and what it is for."""

    sdp: Annotated[str, Field(max_length=MOST_LETTERS)]
    weights: Annotated[str | None, Field(description="null: the default ones")] = None
    lesson: Annotated[LessonWish | None, Field(description="null: labels are wanted")] = None


class Answer(BaseModel):
    """A WebRTC answer."""

    sdp: str


_RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "the offer, the weights or the lesson can't be had"},
    409: {"description": "somebody is at that lesson, or its folder can't be written"},
    503: {"description": "busy"},
}


@router.post("", responses=_RESPONSES)
async def begin(offer: Offer, services: Shared) -> Answer:
    """Take in a visitor's camera."""
    desk = services.desk
    try:
        description = read_offer(offer.sdp)
        if offer.lesson is None:
            return Answer(sdp=await desk.watch(description, offer.weights))
        wish = offer.lesson
        _check_name(wish.name)
        lesson = Lesson(wish.name, wish.actions, wish.takes, wish.take_seconds, wish.person)
        return Answer(sdp=await desk.teach(description, lesson))
    except Busy as error:
        raise HTTPException(503, str(error), {"Retry-After": str(RETRY_SECONDS)}) from error
    except SinkError as error:
        raise HTTPException(409, "that lesson is being worked at, or can't be written") from error
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    except HarLiveError as error:  # its text may tell of folders
        logger.warning("%s", error)
        raise HTTPException(400, "these weights can't be had; the server says why") from error


def _check_name(name: str) -> None:
    try:
        own_weights_folder(name)
    except WeightsError as error:
        raise ValueError(str(error)) from error
