"""The model card: everything about a set of weights that is not a number in a tensor.

A weights folder holds ``card.json``, ``model.safetensors``, ``model.onnx`` and a ``README.md`` for
people. Window length, grid rate, image size, labels and thresholds are read from the card and from
nowhere else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from har_live.errors import WeightsError
from har_live.home import own_weights_root
from har_live.live_metrics import LiveMetrics
from har_live.models.config import ModelConfig
from har_live.smoothing_spec import SmoothingSpec
from har_live.types import UNSURE, ClipSpec

CARD_VERSION = 1
CARD_FILE = "card.json"
TENSORS_FILE = "model.safetensors"
ONNX_FILE = "model.onnx"
ORIGIN_FILE = "origin.json"
POSE_FOLDER = "pose"
"""Beside the weights: the pretrained network that finds people and their joints."""
DEFAULT_WEIGHTS = "everyday-lrcn"
"""The weights that are used where none are named."""
DEFAULT_PEOPLE = 4
"""Most people followed at once where nothing else is said."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A set of weights, described."""

    name: str
    labels: tuple[str, ...]
    """Labels in the order of the network's outputs."""
    model: ModelConfig
    clip: ClipSpec
    hop: int = 2
    """Grid frames between two scored windows."""
    min_frames: int | None = None
    """Grid frames from which on the first window of a run is scored, full or not; None waits until
    it is full. For networks that have learnt to read short windows."""
    delay_seconds: float | None = None
    """Delay from what somebody does to the end of the windows that say so, for networks that have
    learnt to tell the newest; None is half a window, for those that tell of a window as a whole."""
    smoothing: SmoothingSpec = field(default_factory=SmoothingSpec)
    description: str = ""
    """One line for people."""
    accuracy: str = "not measured"
    """One line for people: what was reached, on which split."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """Figures that were measured, with split and command."""
    sources: tuple[dict[str, str], ...] = ()
    """Data it was trained on: name, licence, use."""
    sha256: dict[str, str] = field(default_factory=dict)
    """Hash of each file beside the card."""

    def __post_init__(self) -> None:
        if not self.labels or len(set(self.labels)) != len(self.labels) or UNSURE in self.labels:
            raise ValueError(
                f"labels are {self.labels}; expected distinct names, none of them {UNSURE!r}"
            )
        if not 1 <= self.hop <= self.clip.num_frames:
            raise ValueError(f"hop is {self.hop}; expected 1 to {self.clip.num_frames}")
        if self.min_frames is not None and not 1 <= self.min_frames <= self.clip.num_frames:
            raise ValueError(
                f"min_frames is {self.min_frames}; expected 1 to {self.clip.num_frames}"
            )
        if self.delay_seconds is not None and not self.delay_seconds >= 0:
            raise ValueError(f"delay_seconds is {self.delay_seconds}; expected 0 or more")
        unknown = sorted(set(self.smoothing.enter_of) - set(self.labels))
        if unknown:
            raise ValueError(f"smoothing has thresholds for {unknown}, which are no labels")

    @property
    def live(self) -> LiveMetrics | None:
        """Figures of live behaviour; None where they were not measured."""
        return LiveMetrics.from_values(self.metrics["live"]) if "live" in self.metrics else None

    @property
    def label_delay_seconds(self) -> float:
        """Delay from what somebody does to the end of the windows that say so."""
        return self.clip.window_seconds / 2 if self.delay_seconds is None else self.delay_seconds

    def to_json(self) -> str:
        """The text of ``card.json``."""
        return json.dumps({"version": CARD_VERSION, **asdict(self)}, indent=2, ensure_ascii=False)

    def write(self, folder: Path) -> None:
        """Write ``card.json`` into a weights folder."""
        (folder / CARD_FILE).write_text(self.to_json() + "\n", "utf-8")

    @classmethod
    def from_json(cls, text: str) -> ModelCard:
        """Read the text of ``card.json``.

        Raises:
            ValueError, KeyError, TypeError: it is not a card of a version known here.
        """
        values = json.loads(text)
        version = values.pop("version")
        if version != CARD_VERSION:
            raise ValueError(f"card version {version}; this har-live reads {CARD_VERSION}")
        return cls(
            model=ModelConfig.from_values(values.pop("model")),
            clip=ClipSpec(**values.pop("clip")),
            smoothing=SmoothingSpec(**values.pop("smoothing")),
            labels=tuple(values.pop("labels")),
            sources=tuple(values.pop("sources")),
            **values,
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights folder whose card has been read. Tensors are read by the scorers."""

    folder: Path
    card: ModelCard

    @property
    def tensors_path(self) -> Path:
        return self.folder / TENSORS_FILE

    @property
    def onnx_path(self) -> Path:
        return self.folder / ONNX_FILE

    def verify(self, path: Path) -> Path:
        """Check one of the folder's files against the card.

        Returns:
            The path, unchanged.

        Raises:
            WeightsError: it is missing, or not the file that the card was written for.
        """
        return _verified(path, self.card.sha256.get(path.name))


@dataclass(frozen=True, slots=True)
class PoseWeights:
    """The folder of the pretrained pose network, which all weights that read joints share."""

    folder: Path
    sha256: Mapping[str, str]
    """Hash of each file in it."""

    def verify(self, name: str) -> Path:
        """Check one of the files; otherwise as ``Weights.verify``."""
        return _verified(self.folder / name, self.sha256.get(name))


def _verified(path: Path, sha256: str | None) -> Path:
    if not path.is_file():
        raise WeightsError(f"{path} is missing; export the weights or install har-live again")
    if file_sha256(path) != sha256:
        raise WeightsError(
            f"{path} is not the file its card was written for (wrong sha256); "
            "export the weights or install har-live again"
        )
    return path


def file_sha256(path: Path) -> str:
    """Return the hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def shipped_weights() -> dict[str, Path]:
    """Find the folders of the weights that came with har-live, by name."""
    return _folders_in(_shipped_root())


def own_weights() -> dict[str, Path]:
    """Find the folders of the weights that the user taught, by name."""
    return _folders_in(own_weights_root())


def named_weights() -> dict[str, Path]:
    """Find the folders of all weights that go by a name, own and shipped."""
    return {**own_weights(), **shipped_weights()}


def own_weights_folder(name: str) -> Path:
    """Return the folder of the user's own weights of a name, which need not exist.

    Raises:
        WeightsError: no weights can have that name.
    """
    if _OWN_NAME.fullmatch(name) is None:
        raise WeightsError(
            f"weights can't be named {name!r}: give one word of 1 to 60 letters, digits, - "
            "and _, such as gym, which is no path"
        )
    if name in shipped_weights() or name.upper() in _NO_FILES:
        raise WeightsError(f"weights can't be named {name!r}: that is taken; give another name")
    return own_weights_root() / name


_OWN_NAME = re.compile(r"\w[\w-]{0,59}")
_NO_FILES = {"CON", "PRN", "AUX", "NUL"}.union(
    f"{port}{number}" for port in ("COM", "LPT") for number in range(10)
)
"""Names that no file may have on Windows."""


def _folders_in(root: Path) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in sorted(root.glob(f"*/{CARD_FILE}"))}


def open_pose_weights() -> PoseWeights:
    """The pretrained pose network that came with har-live.

    Raises:
        WeightsError: it is not there, or it says not whose it is.
    """
    folder = _shipped_root() / POSE_FOLDER
    path = folder / ORIGIN_FILE
    try:
        hashes = dict(json.loads(path.read_text("utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{path} can't be read; install har-live again") from error
    return PoseWeights(folder, hashes)


def _shipped_root() -> Path:
    """Find the folder of shipped weights: inside the package in a wheel, beside it in a
    checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "weights"
    return inside if inside.is_dir() else package.parent / "weights"


def open_weights(name_or_folder: str | Path = DEFAULT_WEIGHTS) -> Weights:
    """Find weights by the name they ship or were taught under, or by their folder, and read their
    card.

    Raises:
        WeightsError: there are none, the card can't be read, or the folder's name is not UTF-8,
            which ONNX Runtime and safetensors don't read.
    """
    named = named_weights()
    folder = named.get(str(name_or_folder), Path(name_or_folder))
    path = folder / CARD_FILE
    if not path.is_file():
        raise WeightsError(
            f"no weights {str(name_or_folder)!r}: not a folder with a {CARD_FILE}, "
            f"and not one of {', '.join(named) or 'those shipped (there are none)'}"
        )
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise WeightsError(
            f"{folder}: weights can't be read from a name that is not UTF-8; rename it"
        ) from error
    try:
        return Weights(folder, ModelCard.from_json(path.read_text("utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{path} is no model card: {error}") from error
