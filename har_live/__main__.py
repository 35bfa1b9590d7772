"""``har-live``, and ``python -m har_live``: the command line, which takes a moment to load."""

from __future__ import annotations

import sys

INTERRUPTED = 130
"""Exit code of what Ctrl-C ended: 128 and SIGINT's number."""


def main() -> None:
    """Run a command; Ctrl-C ends it quietly, also while it is being loaded."""
    try:
        from har_live.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except ImportError as error:
        # A compiled module that is interrupted while it loads fails to be imported.
        if not _was_interrupted(error):
            raise
        sys.exit(INTERRUPTED)


def _was_interrupted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    main()
