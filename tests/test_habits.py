"""What is typed by hand, written down for contributors and run elsewhere is the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def checks() -> list[str]:
    """The README's test line without what sets up its environment: ``ruff check .``, …"""
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"<!-- test line -->\n```sh\n(.+)\n```", readme)
    assert found is not None
    _, _, *commands = found[1].split(" && ")
    return [command.removeprefix(".venv/bin/") for command in commands]


def test_the_test_line_lints_checks_types_and_tests():
    programs = {command.split()[0] for command in checks()}
    assert programs == {"ruff", "lint-imports", "mypy", "slipcover", "python"}


@pytest.mark.parametrize("file", ["CONTRIBUTING.md", ".github/workflows/test.yml"])
@pytest.mark.parametrize("command", checks())
def test_each_command_is_the_same_everywhere(file: str, command: str):
    lines = (ROOT / file).read_text("utf-8").splitlines()
    typed = [re.sub(r"^\s*- run: |\s+# .*", "", line).strip() for line in lines]
    # Where a screen's or a server's tests skip, as on macOS, the floor of coverage can't hold.
    uncounted = re.sub(r"^slipcover .* -m |^python -m tests.coverage_floor .*", "", command)
    assert {command, uncounted} & set(typed)


def test_every_file_that_contributors_are_sent_to_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:har_live|training|tests)/[\w/.]+)`", text))
    assert len(named) > 10
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
