"""A data set shown: every label has its row and its frames, and what can't be read is said."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from tests.support.make_media import make_clip
from training.data.clip import Clip
from training.data.contact_sheet import draw
from training.data.show import (
    SAMPLES,
    THUMB_HEIGHT,
    THUMB_WIDTH,
    choose_samples,
    summary,
    survey,
    table,
)

COLOURS = {"red": (220, 30, 30), "green": (30, 180, 40)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of each colour, upright and lying, and one file that is no video."""
    root = tmp_path_factory.mktemp("colours")
    for label, colour in COLOURS.items():
        for number, size in enumerate(((64, 48), (48, 64))):
            path = root / label / f"v_{label}_g0{number}_c01.mp4"
            path.parent.mkdir(exist_ok=True)
            make_clip(
                path,
                size=size,
                pts_seconds=[i / 10 for i in range(5 + 10 * number)],
                picture=lambda _, w, h, c=colour: np.full((h, w, 3), c, np.uint8),
            )
    (root / "red" / "broken.avi").write_bytes(b"no video")
    return root


def test_the_survey_knows_rates_sizes_lengths_and_faults(folder: Path):
    facts = {f.clip.path: f for f in survey(folder, workers=1, show_progress=False)}
    lying, upright = facts["red/v_red_g00_c01.mp4"], facts["red/v_red_g01_c01.mp4"]
    assert (lying.width, lying.height, lying.fps) == (64, 48, pytest.approx(10))
    assert lying.duration_seconds == pytest.approx(0.5, abs=0.11)
    assert upright.duration_seconds == pytest.approx(1.5, abs=0.11)
    assert lying.thumb.shape == upright.thumb.shape == (THUMB_HEIGHT, THUMB_WIDTH, 3)
    middle = upright.thumb[THUMB_HEIGHT // 2, THUMB_WIDTH // 2].astype(int)
    assert np.abs(middle - COLOURS["red"]).max() < 25
    assert upright.thumb[0, 0].tolist() == [238, 238, 238]  # beside an upright picture
    assert "broken.avi" in facts["red/broken.avi"].error


def test_the_table_has_a_row_for_each_label(folder: Path):
    facts = survey(folder, workers=1, show_progress=False)
    console = Console(width=120, record=True, file=StringIO())
    console.print(table(facts))
    rows = [line.split() for line in console.export_text().splitlines()]
    name = folder.name
    assert rows[0][-4:] == ["groups", "seconds", "fps", "unreadable"]
    assert rows[1] == ["green", name, "2", "–", "–", "2", "0.5–1.5", "10", "–"]
    assert rows[2] == ["red", name, "3", "–", "–", "3", "0.5–1.5", "10", "1"]
    assert "5 clips of 2 labels, no groups known" in summary(facts)
    assert "1 can't be read:\n  red/broken.avi" in summary(facts)


def test_the_picture_shows_frames_of_every_label(folder: Path, tmp_path: Path):
    facts = survey(folder, workers=1, show_progress=False)
    draw(facts, tmp_path / "show.png", title="colours")
    image = cv2.imread(str(tmp_path / "show.png"))[..., ::-1].astype(int)
    rows = {}
    for label, colour in COLOURS.items():
        places = np.argwhere(np.abs(image - colour).max(axis=2) < 25)
        assert len(places) > 3000
        rows[label] = places[:, 0].mean()
    assert rows["green"] < rows["red"]  # in alphabetical order from the top


def test_samples_come_from_as_many_groups_as_there_are():
    clips = [
        Clip(f"{label}-{i}", "set", label, f"g{i // 10}") for label in ("a", "b") for i in range(60)
    ]
    samples = choose_samples(clips)
    for label in ("a", "b"):
        own = [clip for clip in samples if clip.label == label]
        assert len({clip.group for clip in own}) == len(own) == SAMPLES
    assert choose_samples(clips[:2]) == clips[:2]
