"""Tests of what har-live can do on this machine, really tried, with what mends the rest.

``har-live doctor --json`` prints, in this version and with nothing taken away in later ones::

    {"format": "har-live-doctor", "version": 1,
     "main_job_runs": true,          # a video can be recognized; else the exit code is 1
     "checks": [{"name": "H.264",
                 "status": "ok",     # or "warning", or "problem"
                 "detail": "…",      # one line
                 "remedy": ""}]}     # what mends it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from har_live.doctor import gpu_and_weights, system, video
from har_live.doctor.check import Check, Examination, in_child, run

__all__ = ["Check", "examine", "machine", "main_job_runs"]

EXAMINATIONS: tuple[Examination, ...] = (
    system.PYTHON,
    system.LIBRARIES,
    system.OPENCV,
    video.H264,
    video.OTHER_CODECS,
    video.HARDWARE,
    system.CAMERAS,
    system.DISPLAY,
    video.YT_DLP,
    video.JAVASCRIPT,
    gpu_and_weights.GPU,
    gpu_and_weights.WEIGHTS,
    gpu_and_weights.OTHER_WEIGHTS,
    gpu_and_weights.PROVIDERS,
    gpu_and_weights.SPEED,
)


def examine(on_name: Callable[[str], None] = lambda name: None) -> Iterator[Check]:
    """Try everything, one after the other.

    Args:
        on_name: called with what is examined next.
    """
    for examination in EXAMINATIONS:
        on_name(examination.name)
        yield from run(examination)


def main_job_runs(checks: Sequence[Check]) -> bool:
    """Return whether a video can be recognized: nothing vital has a problem."""
    vital = {examination.name for examination in EXAMINATIONS if examination.is_vital}
    return not any(check.status == "problem" and check.name in vital for check in checks)


def machine() -> dict[str, str]:
    """Describe the machine, name → one line, for whoever publishes figures; nothing else is
    tried."""
    checks = [*system.python(), *system.libraries(), *in_child("GPU", gpu_and_weights.try_driver)]
    return {check.name: check.detail for check in checks} | {"time": system.now()}
