"""A weights folder as ``export_weights`` leaves it, whoever reads it and however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

EXPORT = """
import sys
from pathlib import Path
from tests.support.weights_made import make_weights
from training.__main__ import end_politely
from training.export import weights

def export(*_, **__):
    print("half done", flush=True)
    sys.stdin.read()  # until it is ended

end_politely()
weights.export_onnx = export
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
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"half done\n"
        assert list(folder.glob(".export-*/model.safetensors"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 128 + signal.SIGTERM
    assert list(folder.iterdir()) == []
