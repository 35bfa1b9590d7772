"""HDR as it looks on a screen without: in what is seen, what the network sees, what is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from har_live.card import Weights
from har_live.files.annotate import annotate
from har_live.recognizer import Recognizer
from har_live.sources.media.hdr import to_usual
from har_live.transforms import to_network
from har_live.types import ClipSpec
from tests.support.read_media import read

HLG, PQ, WIDE = 18, 16, 9
GREYS = [(HLG, 0.75, 228), (HLG, 0.38, 108), (PQ, 0.58, 228), (PQ, 0.38, 108), (HLG, 0, 0)]
"""Curve, signal, and 8-bit value: paper white and grey card of BT.2408, 203 and 26 cd/m²."""


def make_grey(path: Path, curve: int, signal: float, *, num_frames: int = 20) -> Path:
    """A grey surface as a phone records it: 10 bits, BT.2020."""
    width, height = 160, 120
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "4"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace = curve, WIDE, WIDE
        context.color_range = 1
        levels = (64 + round(876 * signal), 512, 512)
        for _ in range(num_frames):
            frame = av.VideoFrame(width, height, "yuv420p10le")
            for plane, level in zip(frame.planes, levels, strict=True):
                plane.update(np.full(plane.buffer_size // 2, level, np.uint16).tobytes())
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("curve", "signal", "expected"), GREYS)
def test_grey_is_as_bright_as_it_should(
    tmp_path: Path, curve: int, signal: float, expected: int
) -> None:
    frame = read(make_grey(tmp_path / "in.mp4", curve, signal, num_frames=2))[1]
    assert frame.yuv is None, "what is stored is not what is to be seen"
    assert np.abs(frame.image.astype(int) - expected).max() <= 4
    seen = to_network(frame.picture, ClipSpec(image_size=64))
    assert np.abs(seen.astype(int) - expected).max() <= 4


def test_what_is_written_says_what_it_is(
    tmp_path: Path, small_weights: Callable[[str], Weights]
) -> None:
    source = make_grey(tmp_path / "in.mp4", HLG, 0.75)
    annotate(source, Recognizer(small_weights("lrcn"), device="cpu"), sinks=[tmp_path / "out.mp4"])
    with av.open(str(tmp_path / "out.mp4")) as video:
        frame = next(video.decode(video=0))
    middle = frame.to_ndarray(format="rgb24")[50:70, 100:150]
    assert np.abs(middle.astype(int) - 228).max() <= 6
    assert HLG not in (frame.color_trc, frame.color_primaries)


def test_wide_colours_are_as_strong_as_before() -> None:
    """Red of BT.709 in BT.2020, and back."""
    red = np.array([0.6274, 0.0691, 0.0164]) ** (1 / 2.4)
    assert to_usual(red, "sdr") == pytest.approx([1, 0, 0], abs=0.06)


def test_brightness_rises_without_a_step() -> None:
    signal = np.repeat(np.linspace(0, 1, 500)[:, None], 3, axis=1)
    for curve in ("hlg", "pq", "sdr"):
        encoded = to_usual(signal, curve)[:, 0]  # type: ignore[arg-type]
        assert (np.diff(encoded) >= 0).all()
        assert encoded[-1] == pytest.approx(1, abs=0.01)


@pytest.mark.data
def test_a_recording_of_a_phone_is_not_grey(shared_data: Path) -> None:
    path = shared_data / "cases" / "hlgreal.mp4"
    if not path.exists():
        pytest.skip("that recording is not among the shared data")
    with av.open(str(path)) as video:
        flat = next(video.decode(video=0)).to_ndarray(format="rgb24")
    seen = read(path)[0].image
    assert seen.std() > 1.15 * flat.std()
