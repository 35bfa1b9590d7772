"""Cameras as the Linux kernel shows them: its folders, and a driver that answers its ioctls.

The structs are laid out as in <linux/videodev2.h>, by ctypes.
"""

from __future__ import annotations

import ctypes
import errno
import os
from dataclasses import dataclass, field
from pathlib import Path

from har_live.sources import v4l2

u32 = ctypes.c_uint32
CAPTURE, CAPTURE_PLANES, METADATA, CODEC, HAS_DEVICE_CAPS = 0x1, 0x1000, 0x800000, 0x4000, 1 << 31
YUYV, MJPG = 0x56595559, 0x47504A4D


class Capability(ctypes.Structure):
    _fields_ = (
        ("driver", ctypes.c_char * 16),
        ("card", ctypes.c_char * 32),
        ("bus_info", ctypes.c_char * 32),
        ("version", u32),
        ("capabilities", u32),
        ("device_caps", u32),
        ("reserved", u32 * 3),
    )


class FormatDescription(ctypes.Structure):
    _fields_ = (
        ("index", u32),
        ("type", u32),
        ("flags", u32),
        ("description", ctypes.c_char * 32),
        ("pixelformat", u32),
        ("mbus_code", u32),
        ("reserved", u32 * 3),
    )


class FrameSize(ctypes.Structure):
    _fields_ = (
        ("index", u32),
        ("pixel_format", u32),
        ("type", u32),
        ("numbers", u32 * 6),
        ("reserved", u32 * 2),
    )


class RequestBuffers(ctypes.Structure):
    _fields_ = (
        ("count", u32),
        ("type", u32),
        ("memory", u32),
        ("capabilities", u32),
        ("flags", u32),
    )


@dataclass
class FakeDevice:
    """One /dev/videoN: what it is and does."""

    caps: int = CAPTURE
    formats: dict[int, list[tuple[int, ...]]] = field(
        default_factory=lambda: {YUYV: [(640, 480), (320, 240)], MJPG: [(640, 480), (1280, 720)]}
    )
    """Pixel format → sizes (width, height), or one range of six numbers."""
    is_streaming_elsewhere: bool = False

    @property
    def buffer_type(self) -> int:
        return 9 if self.caps & CAPTURE_PLANES else 1

    def answer(self, request: int, data: bytes) -> bytes:
        """Return what the driver writes over the caller's struct."""
        for kind, (letter, number, reply) in {
            Capability: ("V", 0, self._capability),
            FormatDescription: ("V", 2, self._format),
            RequestBuffers: ("V", 8, self._buffers),
            FrameSize: ("V", 74, self._size),
        }.items():
            if request & 0xFFFF == ord(letter) << 8 | number:
                assert request >> 16 & 0x3FFF == ctypes.sizeof(kind) == len(data)
                value = kind.from_buffer_copy(data)
                reply(value)
                return bytes(value)
        raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))

    def _capability(self, value: Capability) -> None:
        value.driver, value.capabilities = b"uvcvideo", HAS_DEVICE_CAPS | CAPTURE | METADATA
        value.device_caps = self.caps

    def _format(self, value: FormatDescription) -> None:
        self._require(value.type == self.buffer_type and value.index < len(self.formats))
        value.pixelformat = list(self.formats)[value.index]

    def _size(self, value: FrameSize) -> None:
        sizes = self.formats[value.pixel_format]
        self._require(value.index < len(sizes))
        numbers = sizes[value.index]
        value.type = 1 if len(numbers) == 2 else 3
        value.numbers[: len(numbers)] = numbers

    def _buffers(self, value: RequestBuffers) -> None:
        assert value.count == 0, "listing must not take the camera"
        self._require(value.type == self.buffer_type and value.memory == 1)
        if self.is_streaming_elsewhere:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    @staticmethod
    def _require(condition: bool) -> None:
        if not condition:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


class FakeKernel:
    """Folders shaped like /sys/class/video4linux, /dev and /proc, and ``fcntl.ioctl``."""

    def __init__(self, root: Path, monkeypatch) -> None:
        self._devices: dict[str, FakeDevice] = {}
        self.sys, self.dev, self.proc = root / "sys", root / "dev", root / "proc"
        for folder, name in ((self.sys, "CLASS"), (self.dev, "DEVICES"), (self.proc, "PROCESSES")):
            folder.mkdir()
            monkeypatch.setattr(v4l2, name, folder)
        monkeypatch.setattr("fcntl.ioctl", self._ioctl)

    def plug_in(
        self, number: int, name: str, device: FakeDevice | None = None, *, index: int = 0
    ) -> Path:
        """A camera as /dev/videoN; ``index`` is its place among the devices of one camera."""
        folder = self.sys / f"video{number}"
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n")
        (folder / "index").write_text(f"{index}\n")
        path = self.dev / f"video{number}"
        path.touch()
        self._devices[str(path)] = device or FakeDevice()
        return path

    def let_use(self, path: Path, program: str, process: int) -> None:
        """Let another program open a device."""
        handles = self.proc / str(process) / "fd"
        handles.mkdir(parents=True)
        (handles / "7").symlink_to(path)
        (handles.parent / "comm").write_text(f"{program}\n")

    def _ioctl(self, handle: int, request: int, data: bytes) -> bytes:
        return self._devices[os.readlink(f"/proc/self/fd/{handle}")].answer(request, data)
