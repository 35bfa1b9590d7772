"""The process in which ``check.in_child`` calls a function: ``MODULE FUNCTION ARGUMENT…``."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from har_live.doctor.check import Examination, run, to_json


def main() -> None:
    module, function, *arguments = sys.argv[1:]
    # Libraries that write to standard output by themselves must not write into the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    call = getattr(import_module(module), function)
    checks = run(Examination(function, lambda: call(*arguments)))
    with os.fdopen(answer, "w", encoding="utf-8") as pipe:
        pipe.write(to_json(checks))
    sys.stderr.flush()
    os._exit(0)  # drivers that crash while the process ends would hide what was found


if __name__ == "__main__":
    main()
