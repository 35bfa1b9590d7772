"""One door to every source."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from har_live.demo.source import DemoSource
from har_live.sources import open_source
from har_live.sources.media import MediaSource
from tests.support.make_media import make_clip
from tests.support.read_media import numbers
from tests.support.web_server import WebServer


def test_open_source_opens_files_and_addresses(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4")
    with open_source(str(path)) as source:
        assert isinstance(source, MediaSource)
        assert numbers(list(source)) == list(range(10))
    with WebServer(tmp_path) as server, open_source(f"http://{server.place}/clip.mp4") as source:
        assert source.info.num_frames == 10


def test_open_source_opens_the_built_in_figure() -> None:
    with open_source("figure") as source:
        assert isinstance(source, DemoSource)


def test_asking_for_a_source_loads_neither_pyav_nor_opencv() -> None:
    program = "import sys, har_live.sources; print({'av', 'cv2', 'torch'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "set()\n"
