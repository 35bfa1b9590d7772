"""One check, and how it is kept from harming the others."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from har_live.errors import HarLiveError

Status = Literal["ok", "warning", "problem"]

REPORT = "report it, with what `har-live doctor --json` prints"
CHILD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Check:
    """A finding about one thing."""

    name: str
    status: Status
    """``warning``: something does not work that not everybody needs. ``problem``: something is
    broken."""
    detail: str
    """One line."""
    remedy: str = ""
    """Text that says what mends it, a command where there is one."""

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ValueError(f"status is {self.status!r}; expected one of {get_args(Status)}")


@dataclass(frozen=True, slots=True)
class Examination:
    """Something to be tried."""

    name: str
    """Name of what is examined, and of its check where there is only one."""
    function: Callable[[], list[Check]]
    is_vital: bool = False
    """True if no video can be recognized without it. It gives one check, of its own name."""


def run(examination: Examination) -> list[Check]:
    """Examine; whatever goes wrong in it is one check that says so."""
    try:
        return examination.function()
    except Exception as error:  # any: the other checks go on
        return [_broken(examination.name, error)]


def check_from_error(name: str, status: Status, error: HarLiveError) -> Check:
    """Make a check of an error, whose line ends in what to do: ``what is wrong; what to do``."""
    what, _, remedy = str(error).partition("; ")
    if not remedy:
        what, _, remedy = str(error).rpartition(": ")
    return Check(name, status, what or remedy, remedy if what else "")


def in_child(
    name: str,
    function: Callable[..., list[Check]],
    *arguments: str,
    timeout_seconds: float = CHILD_SECONDS,
) -> list[Check]:
    """Call a function of a module in a process of its own: drivers crash and hang."""
    command = [sys.executable, "-m", "har_live.doctor.child"]
    command += [function.__module__, function.__name__, *arguments]
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_seconds
        )
    except subprocess.TimeoutExpired:
        return [Check(name, "problem", f"gave no answer in {timeout_seconds:g} s", REPORT)]
    said = child.stderr.decode("utf-8", "replace").strip()
    if child.returncode == 0:
        return [Check(**values) for values in json.loads(child.stdout)]
    last_words = said.splitlines()[-1] if said else "without a word"
    return [Check(name, "problem", f"{_end(child.returncode)}: {last_words}", REPORT)]


def to_json(checks: list[Check]) -> str:
    """Return the text that ``in_child`` reads."""
    return json.dumps([asdict(check) for check in checks])


def _broken(name: str, error: Exception) -> Check:
    if isinstance(error, HarLiveError):
        return check_from_error(name, "problem", error)
    first_line = next(iter(str(error).splitlines()), "")
    return Check(name, "problem", f"{type(error).__name__}: {first_line}".rstrip(": "), REPORT)


def _end(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"crashed ({signal.Signals(-code).name})"
    except ValueError:
        return f"crashed (signal {-code})"
