"""The outputs of live use, before anything is written to them."""

from __future__ import annotations

from har_live import LiveSettings
from har_live.realtime.outputs import open_outputs
from har_live.sinks import kinds, register
from har_live.sinks.base import SinkSettings


class Nowhere:
    """Takes moments, and does nothing with them."""

    def __init__(self, _address: str, settings: SinkSettings) -> None:
        self.source_name = settings.source_name

    def write(self, moment: object) -> None:
        """Leave it."""


def test_sources_have_names_of_their_own_that_tell_of_no_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(kinds, "KINDS", dict(kinds.KINDS))
    register("nowhere://", Nowhere)
    sources = []
    for folder in ("home", "garden"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "in.mp4").touch()
        sources.append(str(tmp_path / folder / "in.mp4"))
    outputs = open_outputs(["nowhere://x"], LiveSettings(), sources=[*sources, "0"])
    names = [sink.source_name for (sink,) in outputs.sinks]
    assert names == ["in.mp4", "in.mp4-2", "camera 0"]
