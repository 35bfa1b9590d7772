"""Lets visitors with cameras in, as many as the machine can serve, and sees them all out."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from har_live.card import named_weights, open_weights
from har_live.errors import HarLiveError
from har_live.recognizer import Recognizer
from har_live.scorers import open_finder
from har_live.serve.rtc_part import Watching
from har_live.serve.rtc_room import Room
from har_live.serve.rtc_teaching import School, Teaching
from har_live.serve.rtc_visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiortc import RTCSessionDescription

    from har_live.serve.rtc_part import Part, Values
    from har_live.serve.rtc_teaching import Lesson

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Interval at which the delays of all are looked at."""


class Busy(HarLiveError):
    """There are as many visitors as can be served."""


class Desk:
    """All visitors with cameras. They take turns at one scorer thread, first come, first served:
    the people finder is nearly all of the work, and of four pictures in one batch it takes four
    times as long as of one, so a batch would only let everybody wait for everybody else.

    Args:
        recognizer: of the default weights.
        wishes: arguments for ``Recognizer``, beside the weights, for others.
        max_visitors: more are told that the server is busy.
    """

    def __init__(
        self, recognizer: Recognizer, *, wishes: Mapping[str, Any], max_visitors: int
    ) -> None:
        self._recognizer = recognizer
        self._finder = recognizer.finder
        self._wishes = wishes
        self._room = Room(max_visitors)
        self._scorer = ThreadPoolExecutor(1, thread_name_prefix="visitors")
        self._learner = ThreadPoolExecutor(1, thread_name_prefix="learner")
        self._others: WeakValueDictionary[tuple[object, ...], Recognizer] = WeakValueDictionary()
        self._visitors: dict[Visitor, None] = {}  # in the order in which they came
        self._num_expected = 0
        self._is_closing = False
        self._looking: asyncio.Task[None] | None = None

    @property
    def num_visitors(self) -> int:
        """Visitors who are here, or about to be."""
        return len(self._visitors) + self._num_expected

    async def watch(self, offer: RTCSessionDescription, weights: str | None) -> str:
        """Let somebody in whose camera gets labels; return the SDP of the answer.

        Raises:
            Busy: there is no room.
            WeightsError: the weights are damaged.
            ValueError: there are no such weights, or the offer can't be answered.
        """
        return await self._welcome(offer, lambda _: Watching(self._open(weights)))

    async def teach(self, offer: RTCSessionDescription, lesson: Lesson) -> str:
        """Let somebody in who teaches; see ``watch`` and ``Teaching``."""
        return await self._welcome(offer, lambda tell: Teaching(lesson, self._school(), tell))

    async def __aenter__(self) -> Desk:
        self._looking = asyncio.create_task(self._look_at_delays())
        return self

    async def __aexit__(self, *_: object) -> None:
        """See everybody out."""
        self._is_closing = True
        if self._looking is not None:
            self._looking.cancel()
        await asyncio.gather(*(visitor.close() for visitor in self._visitors))
        for executor in (self._scorer, self._learner):
            await asyncio.to_thread(executor.shutdown, cancel_futures=True)

    async def _welcome(
        self,
        offer: RTCSessionDescription,
        make_part: Callable[[Callable[[Values], None]], Part],
    ) -> str:
        self._check_room()
        mailbox = _Mailbox()
        self._num_expected += 1
        try:
            part = await asyncio.to_thread(make_part, mailbox.tell)
        finally:
            self._num_expected -= 1
        visitor = Visitor(part, self._scorer, self._visitors.pop)
        mailbox.visitor = visitor
        self._visitors[visitor] = None
        try:
            return await visitor.answer(offer)
        except BaseException as error:
            await visitor.close()
            if isinstance(error, Exception):
                # aiortc raises what it likes where an offer makes no sense.
                raise ValueError("the offer can't be answered; expected a browser's") from error
            raise

    def _check_room(self) -> None:
        if self._is_closing or not self._room.has_place(self._visitors, self._num_expected):
            count = self.num_visitors
            raise Busy(f"busy: as many cameras are here as can be served ({count}); try again soon")

    async def _look_at_delays(self) -> None:
        """See who came last out wherever labels stay too late."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            here = {one: None for one in self._visitors if not one.is_closing}
            if self._room.has_too_many(here):
                logger.info("labels are late; the last of %d visitors is seen out", len(here))
                next(reversed(here)).see_out(
                    "busy: there are more cameras than can be served in time; try again soon"
                )

    def _school(self) -> School:
        if self._finder is None:  # weights that read whole pictures have none
            self._finder = open_finder()
        return School(self._finder, self._learner, lambda: self._is_closing)

    def _open(self, name: str | None) -> Recognizer:
        """Return the recognizer of some weights, the same for all who want them now."""
        if name is None or name == self._recognizer.card.name:
            return self._recognizer
        if name not in named_weights():  # a folder's address is nobody's business
            raise ValueError(f"there are no weights {name!r}; /api/models lists them")
        weights = open_weights(name)
        key = (weights.folder, *sorted(weights.card.sha256.items()))  # taught anew is another one
        known = self._others.get(key)
        if known is None:
            self._others[key] = known = Recognizer(weights, **self._wishes)
        return known


class _Mailbox:
    """Takes what is said to a visitor before they are quite there."""

    visitor: Visitor | None = None

    def tell(self, values: Values) -> None:
        if self.visitor is not None:
            self.visitor.tell(values)
