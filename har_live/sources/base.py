"""What every source is: something that says what it is and then yields frames."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from har_live.types import Frame, VideoInfo


class Source(Protocol):
    """A video. Opening it (the constructor) fails early with ``SourceError``; iterating yields
    frames in playing order and simply ends at the end; ``close`` may be called twice.

    Who inherits from it can be used in a ``with``."""

    @property
    def info(self) -> VideoInfo: ...

    def __iter__(self) -> Iterator[Frame]: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
