"""The shipped weights' encoder: what it measures is known in advance here."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from har_live.models.motion import FLOW_SIZE, box, gradient, motion_field
from har_live.models.pose import JOINTS, MIRRORED, PLACES, keypoints_of
from har_live.models.pose_motion import PoseMotion, cut_out, pose_features, square_around

torch.set_num_threads(1)


def texture(size: int = 192, seed: int = 0) -> np.ndarray:
    """(S, S, 3) uint8: smooth random blobs, so that every place has something to follow."""
    noise = torch.rand(1, 3, size // 8, size // 8, generator=torch.Generator().manual_seed(seed))
    smooth = torch.nn.functional.interpolate(noise, size=(size, size), mode="bicubic")
    return (smooth[0].permute(1, 2, 0).clamp(0, 1) * 200 + 20).byte().numpy()


def planes(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None].float()


@pytest.mark.parametrize(("right", "down"), [(8, 0), (-8, 4), (0, -12)])
@pytest.mark.parametrize("brightness", [1.0, 0.15])
def test_flow_is_the_shift_of_the_picture_by_day_and_by_night(right, down, brightness):
    image = texture()
    moved = np.roll(image, (down, right), axis=(0, 1))
    field = motion_field(planes(moved) * brightness, planes(image) * brightness)[0]
    cell = 192 / FLOW_SIZE
    inner = field[:2, 8:-8, 8:-8].mean(dim=(1, 2))
    # grid_sample looks where the flow points: from a place before to the same thing after.
    assert inner.tolist() == pytest.approx([right / cell, down / cell], abs=0.25)


def test_nothing_moves_in_a_still_picture():
    image = planes(texture())
    assert motion_field(image, image)[0, [0, 1, 3]].abs().max() < 1e-4


def test_mirroring_swaps_left_and_right_and_undoes_itself():
    swapped = [JOINTS[index] for index in MIRRORED]
    expected = [
        name.replace("left", "-").replace("right", "left").replace("-", "right") for name in JOINTS
    ]
    assert swapped == expected
    assert [MIRRORED[index] for index in MIRRORED] == list(range(len(JOINTS)))


def test_keypoints_are_read_from_the_place_with_all_the_probability():
    logits = torch.full((1, len(JOINTS), PLACES**2 + 1), -30.0)
    logits[0, 0, 5 * PLACES + 7] = 0.0  # the head: row 5, column 7
    logits[0, 1:, -1] = 0.0  # all others are absent
    found = keypoints_of(logits.log_softmax(dim=2))[0]
    assert found[0].tolist() == pytest.approx([7.5 / PLACES, 5.5 / PLACES, 1.0], abs=1e-4)
    assert found[1:, 2].max() < 1e-4


def standing_person() -> torch.Tensor:
    joints = torch.rand(1, len(JOINTS), 3, generator=torch.Generator().manual_seed(1)) * 0.3 + 0.2
    joints[:, :, 2] = 1.0
    return joints


def test_body_features_ignore_where_and_how_large_the_person_is():
    near = standing_person()
    far = near.clone()
    far[:, :, :2] = near[:, :, :2] * 0.8 + 0.1
    body = slice(0, 2 * len(JOINTS))
    difference = (pose_features(near) - pose_features(far)).abs()
    # The size has a small floor, so that a point-like person does not explode.
    assert difference[:, body].max() < 0.15
    assert difference[:, -4:-2].max() > 0.01, "where the person is must be told as well"


def test_the_second_look_holds_everyone_seen_and_is_the_whole_picture_otherwise():
    joints = standing_person()
    x, y, side = square_around(joints)[0].tolist()
    points = joints[0, :, :2]
    assert (points[:, 0] >= x - side / 2).all()
    assert (points[:, 1] <= y + side / 2).all()
    joints[:, 2:, 2] = 0.1  # only two joints are seen
    assert square_around(joints)[0].tolist() == [0.5, 0.5, 1.0]


def test_cutting_out_the_whole_picture_changes_nothing():
    picture = planes(texture(96))
    whole = cut_out(picture, torch.tensor([[0.5, 0.5, 1.0]]), 96)
    assert (whole - picture).abs().max() < 1e-2


def test_vectors_and_maps_have_the_sizes_they_promise():
    frame = torch.from_numpy(texture())[None]
    vectors = PoseMotion(image_size=192).eval()
    maps = PoseMotion(image_size=192, maps=True).eval()
    with torch.inference_mode():
        assert vectors(frame, frame).shape == (1, vectors.out_features)
        assert maps(frame, frame).shape == (1, *maps.out_shape)
    with pytest.raises(ValueError, match="multiple of 96"):
        PoseMotion(image_size=112)


def test_a_cut_is_what_bilinear_sampling_finds_in_the_square():
    picture = torch.cat([planes(texture(96, seed)) for seed in (0, 1)])
    square = torch.tensor([[0.4, 0.55, 0.6], [0.9, 0.2, 0.5]])  # the second reaches beyond
    share = (torch.arange(24) + 0.5) / 24 * 2 - 1
    x, y = torch.meshgrid(share, share, indexing="xy")
    middle, side = square[:, None, None, :2] * 2 - 1, square[:, None, None, 2:]
    expected = torch.nn.functional.grid_sample(
        picture,
        middle + torch.stack([x, y], dim=-1) * side,
        padding_mode="border",
        align_corners=False,
    )
    torch.testing.assert_close(cut_out(picture, square, 24), expected, atol=1e-3, rtol=0)


def test_boxes_and_differences_are_those_of_pooling_and_of_neighbours():
    x = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    pooled = torch.nn.functional.avg_pool2d(x, 5, 1, 2, count_include_pad=False)
    torch.testing.assert_close(box(x, 5), pooled)
    along_x, along_y = gradient(x)
    torch.testing.assert_close(along_x[..., 1:-1], (x[..., 2:] - x[..., :-2]) / 2)
    torch.testing.assert_close(along_y[..., 0, :], (x[..., 1, :] - x[..., 0, :]) / 2)


def test_half_precision_is_for_the_pose_network_alone():
    """As on CUDA, where only it gains: flow is a small difference of pictures."""
    image, other = planes(texture()), planes(np.roll(texture(), 5, axis=1))
    with torch.autocast("cpu", torch.bfloat16):
        field = motion_field(image, other)
    assert field.dtype == torch.float32
    torch.testing.assert_close(field, motion_field(image, other))
