"""The process that ``end_to_end`` asks what live use takes: ``FILE WEIGHTS SECONDS``.

Prints JSON: ``cores``, how many it kept busy while the file played, and ``peak_bytes``, the most
memory that was resident, or null where the system does not tell.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from har_live.realtime import LiveSettings, live
from har_live.recognizer import Recognizer


def main() -> None:
    path, weights, seconds = sys.argv[1:]
    recognizer = Recognizer(weights)
    begun_seconds = time.process_time()
    (summary,) = live(path, recognizer, settings=LiveSettings(seconds=float(seconds)))
    busy_seconds = time.process_time() - begun_seconds
    cores = busy_seconds / summary.duration_seconds
    print(json.dumps({"cores": cores, "peak_bytes": peak_resident_bytes()}))


def peak_resident_bytes() -> int | None:
    """The most memory of this process that was resident so far."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        return _peak_by_getrusage()
    # What getrusage says on Linux is not less than what the parent held when it started us.
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def _peak_by_getrusage() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


if __name__ == "__main__":
    main()
