"""A hundred damaged videos; ``.ci/run`` does 500, ``python -m tests.fuzz_media`` any number."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from har_live.card import Weights
from tests.fuzz_media import (
    BATCH,
    FORMATS,
    LEAST_WORK_SECONDS,
    Watch,
    fuzz,
    make_seeds,
    mutant,
    work_seconds,
)
from tests.support.resources import needs_proc

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


def child(program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@needs_proc
def test_a_child_that_waits_for_nothing_is_ended() -> None:
    with child("input()") as silent:
        assert silent.stdout is not None
        with Watch(silent, seconds=1.0) as watch:
            assert silent.stdout.readline() == ""
    assert watch.has_waited


@needs_proc
def test_work_is_seen_however_little_of_the_processor_is_left() -> None:
    """Under other work a child's imports took longer than the wait, and passed for a hang."""
    program = "import time\nwhile time.process_time() < 0.7: pass\nprint(1, flush=True)\ninput()"
    with child(program) as busy:
        assert busy.stdout is not None
        with Watch(busy) as watch:
            assert busy.stdout.readline() == "1\n"
        assert work_seconds(busy.pid) >= LEAST_WORK_SECONDS
        busy.kill()
    assert not watch.has_waited
