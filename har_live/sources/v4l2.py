"""Cameras under Linux, asked through V4L2: the kernel's own answers, without starting a camera."""

from __future__ import annotations

import errno
import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from har_live.sources.camera_info import CameraInfo, CameraState

CLASS = Path("/sys/class/video4linux")
DEVICES = Path("/dev")
PROCESSES = Path("/proc")

# From <linux/videodev2.h>. Each request's number holds the size of its struct.
_QUERYCAP, _ENUM_FMT, _REQBUFS, _ENUM_FRAMESIZES = 0x80685600, 0xC0405602, 0xC0145608, 0xC02C564A
_CAPTURE, _CAPTURE_PLANES, _MEMORY_MAPPED, _DISCRETE = 1, 9, 1, 1
_CAN_CAPTURE, _CAN_CAPTURE_PLANES = 0x1, 0x1000
_USUAL_SIZES = ((320, 240), (640, 480), (1280, 720), (1920, 1080), (3840, 2160))
_MOST_ANSWERS = 64


def list_devices() -> list[CameraInfo]:
    """List all devices that capture pictures, by number."""
    found = (_describe(folder) for folder in CLASS.glob("video*"))
    return sorted((camera for camera in found if camera is not None), key=lambda c: c.index)


def users_of(device: Path) -> str:
    """The other programs that have a device open: ``zoom (process 4211)``.

    Those of other users can't be seen.
    """
    users = []
    for handle in PROCESSES.glob("[0-9]*/fd/*"):
        process = handle.parent.parent
        try:
            if os.readlink(handle) == str(device) and process.name != str(os.getpid()):
                name = (process / "comm").read_text("utf-8", "replace").strip()
                users.append(f"{name} (process {process.name})")
        except OSError:
            continue  # it closed the file or ended while it was looked at
    return ", ".join(dict.fromkeys(users))


def _describe(folder: Path) -> CameraInfo | None:
    """Describe a camera; None for the second device that most have for metadata, for codecs,
    radios."""
    number = re.fullmatch(r"video(\d+)", folder.name)
    device = DEVICES / folder.name
    if number is None:
        return None
    index, name = int(number[1]), _read(folder / "name") or "unknown"
    try:
        handle = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    except PermissionError:
        # It can't be asked what it is; a camera's pictures come from its first device.
        is_first = _read(folder / "index") in ("0", "")
        return CameraInfo(index, name, state="no permission") if is_first else None
    except OSError as error:
        if error.errno != errno.EBUSY:  # gone, or without a driver
            return None
        return CameraInfo(index, name, state="in use", used_by=users_of(device))
    try:
        kind = _kind_of_capture(handle)
        if kind is None:
            return None
        state = _state(handle, kind)
        used_by = users_of(device) if state == "in use" else ""
        return CameraInfo(index, name, _sizes(handle, kind), state, used_by)
    except OSError:
        return CameraInfo(index, name)
    finally:
        os.close(handle)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _ask(handle: int, request: int, values: bytes) -> bytes:
    import fcntl  # not there on Windows

    size = request >> 16 & 0x3FFF
    return fcntl.ioctl(handle, request, values.ljust(size, b"\0"))


def _kind_of_capture(handle: int) -> int | None:
    device_caps = struct.unpack_from("I", _ask(handle, _QUERYCAP, b""), 88)[0]
    if device_caps & _CAN_CAPTURE:
        return _CAPTURE
    return _CAPTURE_PLANES if device_caps & _CAN_CAPTURE_PLANES else None


def _state(handle: int, kind: int) -> CameraState:
    """Find out whether pictures could be had now. Only one program may hold a camera's buffers;
    giving back none, as here, is refused as well while another holds them."""
    try:
        _ask(handle, _REQBUFS, struct.pack("III", 0, kind, _MEMORY_MAPPED))
    except OSError as error:
        return "in use" if error.errno == errno.EBUSY else "unknown"
    return "free"


def _sizes(handle: int, kind: int) -> tuple[tuple[int, int], ...]:
    sizes: set[tuple[int, int]] = set()
    for answer in _answers(handle, _ENUM_FMT, lambda index: struct.pack("II", index, kind)):
        pixel_format = struct.unpack_from("I", answer, 44)[0]
        sizes |= _sizes_of_format(handle, pixel_format)
    return tuple(sorted(sizes))


def _sizes_of_format(handle: int, pixel_format: int) -> set[tuple[int, int]]:
    sizes = set()
    request = _ENUM_FRAMESIZES
    for answer in _answers(handle, request, lambda index: struct.pack("II", index, pixel_format)):
        kind, width, max_width, _step, height, max_height = struct.unpack_from("6I", answer, 8)
        if kind == _DISCRETE:
            sizes.add((width, max_width))  # there the second number is the height
        else:
            usual = [s for s in _USUAL_SIZES if width <= s[0] <= max_width]
            sizes |= {s for s in usual if height <= s[1] <= max_height}
    return sizes


def _answers(handle: int, request: int, question: Callable[[int], bytes]) -> Iterator[bytes]:
    """Ask with 0, 1, 2, … until the driver says that there is no more."""
    for index in range(_MOST_ANSWERS):
        try:
            yield _ask(handle, request, question(index))
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOTTY):
                return
            raise
