"""``python -m har_live`` is ``har-live``."""

from har_live.cli import main

main()
