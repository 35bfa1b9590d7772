"""A weights folder as ``export_weights`` leaves it, whoever reads it and however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXPORT = """
import sys
from pathlib import Path
from tests.support.weights_made import make_weights
from training.__main__ import end_politely

end_politely()
print("begins", flush=True)
make_weights(Path(sys.argv[1]), "lrcn")
"""
SECONDS = 100


def test_everybody_may_read_weights_whom_the_umask_lets(small_weights):
    folder = small_weights("lrcn").folder
    (folder / "usual").touch()
    usual = (folder / "usual").stat().st_mode
    (folder / "usual").unlink()
    modes = {path.name: path.stat().st_mode for path in folder.iterdir()}
    assert modes == dict.fromkeys(("card.json", "model.onnx", "model.safetensors"), usual)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that can be caught")
def test_a_process_that_is_ended_while_it_exports_leaves_nothing(tmp_path: Path):
    folder = tmp_path / "weights"
    command = [sys.executable, "-c", EXPORT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"begins\n"
        deadline = time.monotonic() + SECONDS
        while not list(folder.glob(".export-*/model.safetensors")):  # the ONNX file comes next
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 128 + signal.SIGTERM
    assert list(folder.iterdir()) == []
