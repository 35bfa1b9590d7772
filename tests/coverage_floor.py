"""Fails in CI where too few lines of har_live run in the tests.

    slipcover --json --out coverage.json -m pytest -n 2 --dist loadfile
    python -m tests.coverage_floor coverage.json

slipcover's own --fail-under is no use beside pytest-xdist: it counts what the workers ran, but then
prints a report without them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

FLOOR = 94.0
"""Percent of the lines in CI, where no test is skipped for want of a screen, a server or clips:
94.4 on 2026-12-01. What child processes, browsers' servers and Ray's workers run is not counted."""


def main(path: Path) -> None:
    """Say how many lines ran, and in CI exit with 1 below the floor."""
    summary = json.loads(path.read_text("utf-8"))["summary"]
    percent = summary["percent_covered"]
    print(f"{percent:.1f} % of har_live's lines ran in the tests; in CI at least {FLOOR:.0f} must")
    sys.exit("CI" in os.environ and percent < FLOOR)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
