"""Sinks of which one may fail while the run and the others go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from har_live.errors import SinkError
from har_live.sinks.base import Outputs, Sink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from har_live.moment import Moment
    from har_live.sinks.base import Run


class IsolatedSinks(Sink):
    """Passes moments on to several sinks; a run that nobody watches does not end with one of them.

    Args:
        on_failure: is told what one failed with.
    """

    def __init__(self, sinks: Sequence[Sink], on_failure: Callable[[SinkError], None]) -> None:
        self._outputs = [Outputs([sink]) for sink in sinks]
        self._on_failure = on_failure

    def begin(self, run: Run) -> None:
        """Begin all of them."""
        self._each(lambda outputs: outputs.begin(run))

    def write(self, moment: Moment) -> None:
        """Pass a moment on to those that have not failed."""
        self._each(lambda outputs: outputs.write(moment))

    def close(self) -> None:
        """Complete what they wrote."""
        self._each(lambda outputs: outputs.close())

    def abort(self) -> None:
        """Keep what they wrote; where that is nothing, leave nothing."""
        self._each(lambda outputs: outputs.close_after_error())

    @property
    def trouble(self) -> str | None:
        """The first trouble that one of them has."""
        return next(filter(None, (outputs.trouble for outputs in self._outputs)), None)

    def _each(self, do: Callable[[Outputs], None]) -> None:
        for outputs in self._outputs:
            try:
                do(outputs)
            except SinkError as error:
                self._on_failure(error)
