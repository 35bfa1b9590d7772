"""A recognizer on its way to other processes and machines: the files of its weights, and how it is
to be made."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from har_live.card import CARD_FILE, Weights, open_weights
from har_live.errors import BackendError
from har_live.recognizer import Recognizer
from har_live.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, eq=False)
class PackedRecognizer:
    """Holds all that ``Recognizer`` needs; the people finder alone is that of the installation."""

    files: Mapping[str, bytes] = field(repr=False)
    """Name → content of the files of the weights' folder."""
    settings: Mapping[str, Any]
    """Keyword arguments of ``Recognizer``."""
    weights: str
    """Name of the weights."""
    labels: Sequence[str]
    """Every label that the weights know."""
    version: str = __version__
    """The har-live that packed it."""

    @property
    def fingerprint(self) -> str:
        """Hex digits that differ where answers may differ."""
        card = hashlib.sha256(self.files[CARD_FILE]).hexdigest()  # it has the other files' hashes
        told = repr((card, sorted(self.settings.items()), self.version))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PackedRecognizer) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def open(self, *, num_threads: int | None = None) -> Recognizer:
        """Make the recognizer, in whichever process it has come to.

        Raises:
            WeightsError, BackendError, ValueError: as ``Recognizer``; or another har-live runs
                here.
        """
        if self.version != __version__:
            raise BackendError(
                f"a node runs har-live {__version__}, and this is {self.version}; install the same "
                "version on all of them"
            )
        with tempfile.TemporaryDirectory(prefix="har-live-weights-") as name:
            folder = Path(name) / self.weights
            folder.mkdir()
            for file, content in self.files.items():
                (folder / file).write_bytes(content)
            return Recognizer(folder, num_threads=num_threads, **self.settings)


def packed(weights: str | Path | Weights, settings: Mapping[str, Any]) -> PackedRecognizer:
    """Pack a recognizer.

    Args:
        weights: as for ``Recognizer``.
        settings: its keyword arguments.

    Raises:
        WeightsError: there are no such weights, or a file is missing or damaged.
    """
    opened = weights if isinstance(weights, Weights) else open_weights(weights)
    card = opened.card
    paths = [opened.folder / CARD_FILE, *(opened.verify(opened.folder / n) for n in card.sha256)]
    files = {path.name: path.read_bytes() for path in paths}
    return PackedRecognizer(files, settings, card.name, card.labels)
