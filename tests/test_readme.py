"""What the README says of the weights and the commands is so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from har_live.card import open_weights, shipped_weights

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(shipped_weights()))
def test_the_table_of_weights_says_what_the_cards_say(name):
    (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    card = open_weights(name).card
    assert f"| {len(card.labels)} |" in row
    assert f"| {card.accuracy} |" in row


def test_every_command_in_the_readme_exists():
    named = set(re.findall(r"har-live (\w+)[ `\n]", README))
    shown = subprocess.run(
        [sys.executable, "-m", "har_live", "--help"], capture_output=True, text=True, timeout=60
    ).stdout
    assert {"live", "annotate", "predict", "demo", "doctor"} <= named
    assert [name for name in sorted(named) if not re.search(rf"^│ {name} ", shown, re.M)] == []


def test_the_pictures_are_there():
    paths = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert paths
    assert [path for path in paths if not (Path(__file__).parents[1] / path).is_file()] == []
