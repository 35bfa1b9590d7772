"""Pictures with labels of every script: no box where the overlay has letters."""

from __future__ import annotations

from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pytest

from tests.support.make_media import make_clip
from training.data.contact_sheet import draw
from training.data.show import survey
from training.lettering import save_picture
from training.measure.plots import draw_confusion

pytestmark = pytest.mark.filterwarnings("error:Glyph")  # matplotlib's own word for a box


def drawn(target: Path, text: str, *, rotation: float = 0) -> np.ndarray:
    """(H, W) bool: where a text made a white picture darker."""
    figure = plt.figure(figsize=(3, 3))
    figure.text(0.5, 0.5, text, rotation=rotation, ha="center", va="center", fontsize=20)
    save_picture(figure, target, dpi=100)
    return cv2.imread(str(target), cv2.IMREAD_GRAYSCALE) < 128


@pytest.mark.parametrize("pair", ["走跳", "手寝", "걷뛰", "אב"])
def test_two_letters_look_like_themselves(pair: str, tmp_path: Path):
    first, second = (drawn(tmp_path / "a.png", letter * 3) for letter in pair)
    assert min(first.sum(), second.sum()) > 100
    assert (first != second).sum() > 0.2 * first.sum()


def test_text_stands_in_the_middle_and_can_be_turned(tmp_path: Path):
    level = drawn(tmp_path / "a.png", "歩く 走る")
    upright = drawn(tmp_path / "b.png", "歩く 走る", rotation=90)
    for image, axis in ((level, 1), (upright, 0)):
        places = np.argwhere(image)
        spread = np.ptp(places, axis=0)
        assert spread[axis] > 2 * spread[1 - axis]
        assert np.abs((places.max(axis=0) + places.min(axis=0)) / 2 - 150).max() < 12
    turned = np.rot90(level)
    assert (turned & upright).sum() > 0.5 * level.sum()


def test_data_sets_with_chinese_labels_are_shown(tmp_path: Path):
    for label in ("走路", "跳"):
        (tmp_path / "数据" / label).mkdir(parents=True)
        make_clip(tmp_path / "数据" / label / "a.mp4", size=(64, 48))
    facts = survey(tmp_path / "数据", workers=1, show_progress=False)
    draw(facts, tmp_path / "show.png", title="数据")
    draw_confusion(np.eye(2, dtype=np.int64), ["走路", "跳"], tmp_path / "confusion.png")
    for name in ("show.png", "confusion.png"):
        assert cv2.imread(str(tmp_path / name)).std() > 10
