"""Doctor: codecs, and what YouTube needs."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from har_live.doctor import Check, video


def test_codecs_are_tried():
    checks = [*video.h264(), *video.other_codecs()]
    assert [(check.name, check.status) for check in checks] == [
        ("H.264", "ok"),
        ("VP9", "ok"),
        ("AAC", "ok"),
    ]


def test_a_missing_encoder_is_a_problem():
    (check,) = video.try_video_codec("H.264", "libnothing", "mp4")
    assert check.status == "problem"
    assert "libnothing" in check.detail
    assert check.remedy == "pip install --force-reinstall av"


def test_a_codec_that_changes_the_picture_is_a_problem(monkeypatch):
    real = video._decode
    monkeypatch.setattr(video, "_decode", lambda av, memory: 255 - real(av, memory))
    (check,) = video.try_video_codec("H.264", "libx264", "mp4")
    assert (check.status, check.detail) == ("problem", "what is encoded comes back changed")


@pytest.mark.parametrize(
    ("version", "status", "detail"),
    [
        ("2026.8.19", "ok", "2026.8.19, 60 days old"),
        ("2026.8.18", "warning", "2026.8.18, 61 days old: YouTube may refuse it"),
        ("2026.08.19.232813.dev0", "ok", "2026.08.19.232813.dev0, 60 days old"),
        ("master", "warning", "master, of unknown age"),
    ],
)
def test_age_of_yt_dlp(version, status, detail):
    check = video.judge_yt_dlp(version, today=date(2026, 10, 18))
    assert (check.status, check.detail) == (status, detail)
    assert (check.remedy == video.UPDATE_YT_DLP) == (status == "warning")


def fake_deno(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "deno").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "deno").chmod(0o755)


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand for deno")
@pytest.mark.parametrize(
    ("script", "status", "detail"),
    [
        ("echo 'deno 2.3.0 (stable)'", "ok", "deno 2.3.0 at {}"),
        ("echo 'deno 2.2.9'", "warning", "deno 2.2.9 is too old for yt-dlp"),
        ("exit 4", "warning", "{} does not run (code 4)"),
    ],
)
def test_deno_is_run(tmp_path, monkeypatch, script, status, detail):
    fake_deno(tmp_path, script)
    monkeypatch.setattr(video.sysconfig, "get_path", lambda name: str(tmp_path))
    (check,) = video.javascript()
    assert (check.status, check.detail) == (status, detail.format(tmp_path / "deno"))


def test_no_deno_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(video.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = video.javascript()
    assert check == Check(
        "JavaScript",
        "warning",
        "deno is not installed: YouTube may refuse",
        "pip install -U 'yt-dlp[default,deno]'",
    )
