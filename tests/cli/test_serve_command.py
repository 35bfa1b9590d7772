"""The command ``serve``: what it says, whom it lets in, how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SAYS_SECONDS = 60
COMMAND = (sys.executable, "-m", "har_live", "serve")


@contextmanager
def serving(*options: str | Path, **environment: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """Run the command; give its process, and all it said until it was there."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *map(str, options)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environment},
        text=True,
    )
    try:
        said = ""
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if "is there" in line:
                break
        yield process, said
    finally:
        process.kill()
        process.communicate(timeout=SAYS_SECONDS)


def test_others_need_the_token_that_is_told_once(tmp_path):
    with serving("--host", "0.0.0.0", "--folder", tmp_path) as (process, said):
        (token,) = re.findall(r"token, told only now: (\S+)", said)
        (port,) = re.findall(r"http://0\.0\.0\.0:(\d+) is there", said)
        url = f"http://127.0.0.1:{port}/api/models"
        with httpx.Client(trust_env=False, timeout=SAYS_SECONDS) as client:
            assert client.get(url).status_code == 401
            models = client.get(url, headers={"Authorization": f"Bearer {token}"}).json()
        assert "everyday-lrcn" in {model["name"] for model in models}
        assert list(tmp_path.iterdir())
        process.send_signal(signal.SIGTERM)
        assert process.wait(SAYS_SECONDS) in (0, -signal.SIGTERM)
        assert process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []


def test_a_token_of_ones_own_is_not_told_and_a_place_that_is_taken_is(tmp_path):
    own = "a-token-of-my-own"
    with serving("--folder", tmp_path, HAR_LIVE_TOKEN=own) as (process, said):
        (port,) = re.findall(r"http://127\.0\.0\.1:(\d+) is there", said)
        assert own not in said
        second = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, timeout=SAYS_SECONDS
        )
        assert second.returncode == 1
        last = second.stderr.splitlines()[-1]
        assert last == (
            f"har-live: can't listen at 127.0.0.1, port {port}: Address already in use; "
            "give another --host or --port"
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(SAYS_SECONDS) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--host", "0.0.0.0", "--token", "short"), "token is too short"),
        (("--address", "file"), "address_kinds"),
        (("--events", "out.jsonl"), "--events tells of sources"),
    ],
)
def test_wrong_usage(options, complaint):
    done = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=SAYS_SECONDS
    )
    assert done.returncode == 2
    assert complaint in done.stderr
