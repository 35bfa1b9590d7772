"""Doctor: a check, in a process of its own where it may crash, and what it can't do to others."""

from __future__ import annotations

import os

import pytest

from har_live import doctor
from har_live.doctor import Check, examine, main_job_runs, system
from har_live.doctor.check import REPORT, Examination, check_from_error, in_child, run
from har_live.errors import SinkError, SourceError


def test_a_check_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="status is 'fine'"):
        Check("x", "fine", "y")


def test_an_exception_becomes_the_line_of_its_check():
    def breaks() -> list[Check]:
        raise RuntimeError("first line\nsecond line")

    assert run(Examination("x", breaks)) == [
        Check("x", "problem", "RuntimeError: first line", REPORT)
    ]


def test_an_error_of_ours_brings_its_own_remedy():
    def breaks() -> list[Check]:
        raise SourceError("camera 0 is forbidden; sudo usermod -aG video $USER")

    assert run(Examination("x", breaks)) == [
        Check("x", "problem", "camera 0 is forbidden", "sudo usermod -aG video $USER")
    ]
    assert check_from_error("x", "warning", SinkError("no display: use --no-window")) == Check(
        "x", "warning", "no display", "use --no-window"
    )
    assert check_from_error("x", "warning", SinkError("no")) == Check("x", "warning", "no")


def say(*words: str) -> list[Check]:
    """Called in a child process, by the tests below."""
    os.write(1, b"a driver's banner on standard output\n")
    return [Check("said", "ok", word) for word in words]


def abort() -> list[Check]:
    os.write(2, b"first words\nqt: no display\n")
    os.abort()


def hang() -> list[Check]:
    import signal

    signal.pause()
    return []


def leave() -> list[Check]:
    os._exit(3)


def throw() -> list[Check]:
    raise OSError("broken pipe")


def test_a_child_process_answers_whatever_its_libraries_print():
    assert in_child("x", say, "one", "zwei – 2") == [
        Check("said", "ok", "one"),
        Check("said", "ok", "zwei – 2"),
    ]


@pytest.mark.parametrize(
    ("function", "detail"),
    [
        (abort, "crashed (SIGABRT): qt: no display"),
        (leave, "ended with code 3: without a word"),
        (throw, "OSError: broken pipe"),
    ],
)
def test_a_child_process_may_crash(function, detail):
    (check,) = in_child("x", function)
    assert (check.status, check.detail, check.remedy) == ("problem", detail, REPORT)


def test_a_child_process_may_hang():
    (check,) = in_child("x", hang, timeout_seconds=1.5)
    assert check.detail == "gave no answer in 1.5 s"


def test_what_is_vital_decides():
    vital = [examination for examination in doctor.EXAMINATIONS if examination.is_vital]
    assert [examination.name for examination in vital] == ["OpenCV", "H.264", "weights", "speed"]
    fine = [Check(examination.name, "ok", "") for examination in vital]
    assert main_job_runs(fine)
    assert main_job_runs([*fine, Check("display", "problem", "")])
    assert main_job_runs([*fine, Check("speed", "warning", "0.9 times real time")])
    assert not main_job_runs([*fine, Check("H.264", "problem", "")])


def test_one_broken_check_leaves_the_others(monkeypatch):
    def breaks() -> list[Check]:
        raise RuntimeError("no")

    examinations = (Examination("broken", breaks), system.PYTHON, system.LIBRARIES)
    monkeypatch.setattr(doctor, "EXAMINATIONS", examinations)
    names: list[str] = []
    checks = list(examine(names.append))
    assert names == ["broken", "Python", "libraries"]
    assert [(check.name, check.status) for check in checks] == [
        ("broken", "problem"),
        ("har-live", "ok"),
        ("Python", "ok"),
        ("system", "ok"),
        ("libraries", "ok"),
    ]
