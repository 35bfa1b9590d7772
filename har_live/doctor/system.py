"""Python, libraries, cameras, display."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from har_live import __version__
from har_live.doctor.check import Check, Examination, check_from_error, in_child
from har_live.errors import SinkError, SourceError
from har_live.opencv import explain_import_error

CAMERA_SECONDS = 1.0
SLOW_FPS = 12.0
"""A camera that gives fewer frames a second than this gets a warning."""


def python() -> list[Check]:
    """Describe the Python and the system that this runs on."""
    bits = 64 if sys.maxsize > 2**32 else 32
    version = f"{platform.python_version()} ({platform.python_implementation()}, {bits} bit)"
    system = f"{_system()}, {platform.machine()}, {_processor()}{_cores()}"
    return [
        Check("har-live", "ok", f"{__version__} in {Path(__file__).parents[1]}"),
        Check("Python", "ok", f"{version} at {sys.executable}"),
        Check("system", "ok", system),
    ]


def libraries() -> list[Check]:
    """Check the versions of all that har-live requires."""
    present, missing = [], []
    for requirement in metadata.requires("har-live") or ():
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^\w.-]", requirement)[0]
        try:
            present.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    versions = ", ".join(sorted(present))
    if not missing:
        return [Check("libraries", "ok", versions)]
    names = ", ".join(missing)
    return [
        Check(
            "libraries",
            "warning",
            f"{versions}; not installed: {names}",
            f"pip install {' '.join(missing)}",
        )
    ]


def opencv() -> list[Check]:
    """Check that OpenCV loads."""
    return in_child("OpenCV", try_opencv)


def try_opencv() -> list[Check]:
    try:
        import cv2
    except ImportError as error:
        refusal = SinkError(explain_import_error(error) or str(error))
        return [check_from_error("OpenCV", "problem", refusal)]
    return [Check("OpenCV", "ok", f"{cv2.__version__}, windows by {_gui(cv2)}")]


def display() -> list[Check]:
    """Check that a window opens."""
    return in_child("display", try_display)


def try_display() -> list[Check]:
    """Open one for a moment."""
    import numpy as np

    from har_live.sinks.display_check import require_display
    from har_live.sinks.window import Window

    try:
        width, height = require_display()
        with Window("har-live doctor") as window:
            for _ in range(3):
                window.show(np.full((120, 160, 3), 64, np.uint8))
                window.poll()
    except SinkError as error:
        return [check_from_error("display", "warning", error)]
    place = f" at {os.environ['DISPLAY']}" if "DISPLAY" in os.environ else ""
    return [Check("display", "ok", f"a window opens{place}, {width}×{height} pixels")]


def cameras() -> list[Check]:
    """Check which cameras there are and how many frames they truly give."""
    return in_child("cameras", try_cameras)


def try_cameras() -> list[Check]:
    from har_live.sources.camera_list import list_cameras

    found = list_cameras()
    if found:
        return [try_camera(camera.index) for camera in found]
    remedy = "plug one in; a container needs --device /dev/video0; files and addresses need none"
    return [Check("cameras", "warning", "none found", remedy)]


def try_camera(index: int) -> Check:
    """Read one for a second."""
    from har_live.sources.camera import CameraSource
    from har_live.sources.settings import SourceSettings

    name = f"camera {index}"
    try:
        with CameraSource(str(index), SourceSettings(timeout_seconds=5)) as source:
            times = []
            for frame in source:
                times.append(frame.pts_seconds)
                if len(times) > 1 and times[-1] >= CAMERA_SECONDS:
                    break
            info = source.info
    except SourceError as error:
        return check_from_error(name, "warning", error)
    # The first picture may have waited in a buffer.
    fps = (len(times) - 1) / (times[-1] - times[0])
    detail = f"{info.name}: {fps:.1f} frames per second at {info.width}×{info.height}"
    if fps < SLOW_FPS:
        return Check(name, "warning", detail, "more light, or --size 640x480")
    return Check(name, "ok", detail)


def now() -> str:
    """Date, time, and how much else is going on where the system tells."""
    text = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    if sys.platform != "win32":
        text += f", {os.getloadavg()[0]:.1f} processes at work in the minute before"
    return text


def _system() -> str:
    if platform.system() == "Linux":
        try:
            return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}"
        except (OSError, KeyError):
            return f"Linux {platform.release()}"
    return platform.platform(aliased=True, terse=True)


def _processor() -> str:
    """Name it, with a comma; nothing where the system does not tell."""
    name = platform.processor() if sys.platform == "win32" else ""
    if sys.platform == "darwin":
        asked = ["sysctl", "-n", "machdep.cpu.brand_string"]
        name = subprocess.run(asked, capture_output=True, text=True, timeout=5).stdout.strip()
    elif sys.platform == "linux":
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        name = found[1] if found else ""
    return f"{name}, " if name else ""


def _cores() -> str:
    """Count the cores, and those that this process may use."""
    total = os.cpu_count()
    usable = len(os.sched_getaffinity(0)) if sys.platform == "linux" else total
    return f"{total} cores" if usable == total else f"{usable} of {total} cores"


def _gui(cv2: object) -> str:
    framework = getattr(cv2, "currentUIFramework", lambda: "")()
    return str(framework or "the system")


PYTHON = Examination("Python", python)
LIBRARIES = Examination("libraries", libraries)
OPENCV = Examination("OpenCV", opencv, is_vital=True)
DISPLAY = Examination("display", display)
CAMERAS = Examination("cameras", cameras)
