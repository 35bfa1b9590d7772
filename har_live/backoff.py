"""How long to wait before something that is away is tried again."""

from __future__ import annotations

import random

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0


def delay_seconds(attempt: int) -> float:
    """Return the seconds to wait before the ``attempt``-th try: doubling, and never the same for
    all who lost the same server."""
    doubled = FIRST_DELAY_SECONDS * 2.0 ** min(attempt - 1, 10)
    return min(LONGEST_DELAY_SECONDS, doubled) * random.uniform(0.5, 1.0)
