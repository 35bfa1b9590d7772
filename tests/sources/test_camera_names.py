"""Cameras of macOS and Windows: what the library makes of the system's answer, on any system.

The system itself is a fake: the two modules through which the library asks it.
"""

from __future__ import annotations

import importlib
import platform
import sys
from types import ModuleType, SimpleNamespace

import cv2
import pytest

from har_live.errors import SourceError
from har_live.sources import camera_list, opencv
from har_live.sources.camera_info import CameraInfo
from har_live.sources.camera_list import find_camera, list_cameras

LIBRARY = "cv2_enumerate_cameras"


def module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(content)
    return made


def windows(names: list[str]) -> dict[str, ModuleType]:
    """DirectShow gives names and paths in the order of OpenCV's numbers."""
    pairs = [(name, f"vid_046d&pid_082{n}") for n, name in enumerate(names)]
    name = f"{LIBRARY}._windows_backend"
    own = {"DSHOW_enumerate_cameras": lambda: pairs, "MSMF_enumerate_cameras": lambda: pairs[::-1]}
    return {name: module(name, **own)}


def macos(names: list[str]) -> dict[str, ModuleType]:
    """AVFoundation gives devices in any order; OpenCV numbers them by their unique id."""
    devices = [
        SimpleNamespace(
            uniqueID=lambda n=n: f"0x{n}", modelID=lambda: "", localizedName=lambda name=name: name
        )
        for n, name in reversed(list(enumerate(names)))
    ]
    found = SimpleNamespace(devices=lambda: devices)
    kinds = ("BuiltInWideAngleCamera", "ExternalUnknown")
    fake = module(
        "AVFoundation",
        NSRunLoop=SimpleNamespace(currentRunLoop=lambda: SimpleNamespace(runUntilDate_=id)),
        NSDate=SimpleNamespace(dateWithTimeIntervalSinceNow_=id),
        AVCaptureDeviceDiscoverySession=SimpleNamespace(
            discoverySessionWithDeviceTypes_mediaType_position_=lambda *wanted: found
        ),
        AVMediaTypeVideo="vide",
        AVCaptureDevicePositionUnspecified=0,
        **{f"AVCaptureDeviceType{kind}": kind for kind in kinds},
    )
    return {"AVFoundation": fake}


SYSTEMS = {
    "win32": ("Windows", cv2.CAP_DSHOW, windows),
    "darwin": ("Darwin", cv2.CAP_AVFOUNDATION, macos),
}


@pytest.fixture(params=SYSTEMS)
def plug_in(request, monkeypatch):
    """Be that system, with cameras of these names."""
    system, backend, answers = SYSTEMS[request.param]
    monkeypatch.setattr(camera_list, "sys", SimpleNamespace(platform=request.param))
    monkeypatch.setattr(opencv, "BACKEND", backend)
    for loaded in [name for name in sys.modules if name.split(".")[0] == LIBRARY]:
        monkeypatch.delitem(sys.modules, loaded)

    def plug_in(*names: str) -> None:
        for name, answer in answers(list(names)).items():
            monkeypatch.setitem(sys.modules, name, answer)
        with monkeypatch.context() as while_imported:
            while_imported.setattr(platform, "system", lambda: system)
            library = importlib.import_module(LIBRARY)
        monkeypatch.setitem(sys.modules, LIBRARY, library)

    yield plug_in
    for loaded in [name for name in sys.modules if name.split(".")[0] == LIBRARY]:
        del sys.modules[loaded]  # before what was loaded for this system is put back


def test_every_camera_has_the_name_that_the_system_gives_it_and_none_is_opened(
    plug_in, monkeypatch
):
    def open_camera(*_arguments: object) -> None:
        raise AssertionError("a camera was opened to be listed")

    monkeypatch.setattr(cv2, "VideoCapture", open_camera)
    plug_in("FaceTime HD Camera", "", "Logitech C270")
    assert list_cameras() == [
        CameraInfo(0, "FaceTime HD Camera"),
        CameraInfo(1, "unknown"),
        CameraInfo(2, "Logitech C270"),
    ]


def test_a_camera_is_chosen_by_name(plug_in):
    plug_in("FaceTime HD Camera", "Logitech C270", "Logitech C920")
    assert find_camera("facetime").index == 0
    assert find_camera("logitech c920").index == 2
    assert find_camera("").index == 0
    with pytest.raises(SourceError, match=r"more than one; .* 1 \(Logitech C270\), 2 \(Logi"):
        find_camera("logitech")


def test_no_camera_at_all(plug_in):
    plug_in()
    assert list_cameras() == []
