"""Values refuse what they are not, and say what was given."""

from __future__ import annotations

import numpy as np
import pytest

from har_live.types import ClipSpec, Frame, Segment


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_a_frame_is_rgb(image):
    with pytest.raises(ValueError, match=r"expected uint8 \(height, width, 3\)"):
        Frame(image, 0.0)


@pytest.mark.parametrize("pts", [float("nan"), float("inf")])
def test_a_frame_has_a_time(pts):
    with pytest.raises(ValueError, match="pts_seconds"):
        Frame(np.zeros((4, 4, 3), np.uint8), pts)


def test_shapes_are_in_the_repr():
    assert repr(Frame(np.zeros((4, 6, 3), np.uint8), 1.5)) == (
        "Frame(image=(4, 6, 3), pts_seconds=1.500)"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("num_frames", 0),
        ("grid_fps", 0),
        ("grid_fps", float("nan")),
        ("image_size", 4),
        ("fit", "x"),
    ],
)
def test_a_clip_spec_refuses_nonsense(field, value):
    with pytest.raises(ValueError, match=f"{field} is"):
        ClipSpec(**{field: value})


def test_a_window_lasts_its_frames_times_the_grid_step():
    assert ClipSpec(num_frames=16, grid_fps=8).window_seconds == 2.0


def test_a_segment_runs_forward():
    with pytest.raises(ValueError, match="before it starts"):
        Segment(2.0, 1.0, "wave", 0.5, 0.5)
    assert Segment(1.0, 2.5, "wave", 0.5, 0.5).duration_seconds == 1.5
