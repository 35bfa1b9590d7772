"""One recognizer with the weights that ship, one server and one browser for all of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from har_live.demo import FOLDER, VIDEO_FILE
from har_live.recognizer import Recognizer
from har_live.sources import open_source
from tests.support.make_media import make_clip
from tests.support.serve_made import Served, served

WAVE_SECONDS = (2.0, 5.0)
"""The drawn person waves then."""


@pytest.fixture(scope="session")
def shipped() -> Recognizer:
    """Recognizes with the weights that ship."""
    return Recognizer(runtime="onnx", device="cpu")


@pytest.fixture(scope="session")
def waving() -> list[np.ndarray]:
    """Pictures of the drawn person, who waves, 30 a second: (H, W, 3) uint8 RGB each."""
    begin, end = WAVE_SECONDS
    pictures = []
    with open_source(str(FOLDER / VIDEO_FILE)) as source:
        for frame in source:
            if frame.pts_seconds >= end:
                break
            if frame.pts_seconds >= begin:
                pictures.append(cv2.resize(frame.image, (320, 240), interpolation=cv2.INTER_AREA))
    return pictures


@pytest.fixture(scope="session")
def clip(waving: list[np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of every other one, which is enough for the network."""
    half = waving[::2]
    path = tmp_path_factory.mktemp("waving") / "waving.mp4"
    return make_clip(
        path,
        pts_seconds=[index / 15 for index in range(len(half))],
        size=(320, 240),
        picture=lambda index, _width, _height: half[index],
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, shipped: Recognizer) -> Iterator[Served]:
    """A server that opens videos, addresses of this machine, too."""
    folder = tmp_path_factory.mktemp("site") / "own"
    with served(folder, shipped, max_upload_bytes=2_000_000, allow_private=True) as site:
        yield site
