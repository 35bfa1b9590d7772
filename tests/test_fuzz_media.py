"""A hundred damaged videos; ``.ci/run`` does 500, ``python -m tests.fuzz_media`` any number."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from har_live.card import Weights
from tests.fuzz_media import BATCH, FORMATS, fuzz, make_seeds, mutant

NUM_FILES = 100


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz-seeds")
    make_seeds(folder)
    return folder


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="limits a child's processor time and memory")
@pytest.mark.parametrize("first", range(0, NUM_FILES, BATCH))
def test_whatever_the_file_there_is_an_answer_or_one_line(
    small_weights: Callable[[str], Weights], seeds: Path, first: int
) -> None:
    weights = small_weights("lrcn").folder
    found = list(fuzz(weights, seeds, count=BATCH, seed=1, first=first))
    assert len(found) == BATCH
    assert [fault for fault in found if fault is not None] == []


def test_seed_and_number_make_the_same_file_again(seeds: Path) -> None:
    paths = [seeds / name for name in FORMATS]
    made = [mutant(paths, 7, number) for number in range(30)]
    assert made == [mutant(paths, 7, number) for number in range(30)]
    assert len(set(made)) == 30
