"""Checks everything, in the order in which a mistake is cheapest to find.

``python tests/check.py`` runs format, lint, types, layers and all tests (README commands and notebooks among them);
``--quick`` leaves out the slow tests, and ``--tests-only`` all but the tests, for environments without the linters.
Folders or files of tests may be named: ``python tests/check.py --quick tests/inputs``. The rows of the gate, minutes of
forecasts for hidden truths, run where they are named, ``python tests/check.py tests/gate``, as ``.ci/run`` does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = [sys.executable, "-m"]
STEPS: dict[str, list[str]] = {
    "format": [*PYTHON, "ruff", "format", "--check", "."],
    "lint": [*PYTHON, "ruff", "check", "."],
    "types": [*PYTHON, "mypy"],
    "layers": [str(Path(sys.executable).with_name("lint-imports"))],
}


def main() -> int:
    """Run the steps; return 0 if all passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out tests marked slow")
    parser.add_argument("--tests-only", action="store_true", help="tests alone")
    parser.add_argument("paths", nargs="*", help="folders or files of tests; all by default")
    options = parser.parse_args()
    # A module of tests stays in one worker, for what its fixtures make is made once a worker; conftest.py orders them.
    workers = ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadscope", "--no-loadscope-reorder"]
    left_out = "slow" if options.quick else None if options.paths else "gate"
    which = [] if left_out is None else ["-m", f"not {left_out}"]
    steps = {
        **({} if options.tests_only else STEPS),
        "tests": [*PYTHON, "pytest", "-q", "--durations=40", *workers, *which, *options.paths],
    }
    # What was compiled once is read again: a hundred tests start a process of their own.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    failed = []
    for name, command in steps.items():
        print(f"== {name}: {' '.join(command[2:] or command)}", flush=True)
        begin = time.monotonic()
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - begin:.0f} s", flush=True)
    print(f"== failed: {', '.join(failed)}" if failed else "== all checks passed", flush=True)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
