"""Decoding by hardware: what is there is used, what is not is said, the pictures are the same."""

from __future__ import annotations

import logging
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from har_live.cli import app
from har_live.doctor import video
from har_live.sources import SourceSettings, open_source
from har_live.sources.media import MediaSource, hardware
from har_live.sources.media.picture import PictureMaker
from har_live.sources.settings import DEVICES
from tests.support.make_media import make_clip, quadrants


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", picture=quadrants)


@pytest.fixture
def faults(monkeypatch):
    """What each device lacks, in the place of what this machine has; nothing was said before."""
    made = {device: "no such driver" for device in DEVICES}
    monkeypatch.setattr(hardware, "fault", made.__getitem__)
    hardware.device_for.cache_clear()
    yield made
    hardware.device_for.cache_clear()


@pytest.mark.parametrize("device", DEVICES)
def test_a_named_device_decodes_or_the_processor_does(clip: Path, device: str):
    """Whatever this machine has."""
    with MediaSource(clip) as plain, MediaSource(clip, hwaccel=device) as asked:
        for expected, frame in zip(plain, asked, strict=True):
            assert frame.pts_seconds == expected.pts_seconds
            np.testing.assert_allclose(
                frame.image.astype(int), expected.image.astype(int), atol=3, rtol=0
            )


def test_what_is_not_there_is_said_once(clip: Path, faults, caplog):
    for _ in range(2):
        with open_source(str(clip), SourceSettings(hwaccel="vaapi")) as source:
            assert len(list(source)) == source.info.num_frames
    (record,) = (r for r in caplog.records if r.levelno >= logging.WARNING)
    assert record.message == "vaapi can't decode here (no such driver): the processor does"


def test_auto_takes_the_first_that_is_there_and_none_asks_nothing(faults):
    faults["cuda"] = faults["qsv"] = ""
    assert hardware.device_for("auto") == "cuda"
    assert hardware.device_for("qsv") == "qsv"
    faults.clear()
    assert hardware.device_for("none") is None


def test_auto_without_any_is_the_processor(faults):
    assert hardware.device_for("auto") is None


def test_an_unknown_device_names_the_known(clip: Path):
    with pytest.raises(ValueError, match=r"hwaccel is 'warp'; expected one of none, auto, .*cuda"):
        SourceSettings(hwaccel="warp")
    for command in (["predict", str(clip)], ["annotate", str(clip), "out.mp4"], ["live"]):
        result = CliRunner().invoke(app, [*command, "--hwaccel", "warp"])
        assert result.exit_code == 2
        told = " ".join(result.output.replace("│", " ").split())
        assert "'warp' is not one of 'none', 'auto', 'videotoolbox'," in told


def test_frames_as_hardware_gives_them_are_stored_as_all_others(clip: Path):
    with av.open(clip) as container:
        frame = next(container.decode(video=0))
    maker = PictureMaker(frame, None)
    expected, stored = maker.to_yuv(frame), maker.to_yuv(frame.reformat(format="nv12"))
    assert stored.matrix == expected.matrix
    np.testing.assert_array_equal(stored.planes, expected.planes)


def test_doctor_tells_what_can_decode_and_encode():
    checks = video.hardware()
    assert [check.name for check in checks] == ["Hardware decoding", "Hardware encoding"]
    for check in checks:
        assert check.status == "ok"
        assert all(device in check.detail for device in DEVICES)
