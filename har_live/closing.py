"""A mixin for what is closed at the end of a ``with`` block."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self


class Closing(Protocol):
    """A mixin: subclasses are context managers."""

    def close(self) -> None: ...

    def close_after_error(self) -> None:
        """Close where an exception leaves the block: the exception is the one to hear of."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.close_after_error()
