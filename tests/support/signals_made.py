"""Programs that heed signals, whatever started the tests."""

from __future__ import annotations

import signal


def heed_signals() -> None:
    """For ``subprocess.Popen(preexec_fn=…)``: nohup and background jobs leave signals ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
