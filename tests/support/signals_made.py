"""Programs that heed signals, whatever started the tests."""

from __future__ import annotations

import signal


def heed_signals() -> None:
    """Heed signals again, for ``subprocess.Popen(preexec_fn=…)``: background jobs leave them
    ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
