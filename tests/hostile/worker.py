"""A process that runs ``kampungkb`` on one case after another and tells what that cost and touched.

Knows how a command is run and measured; must not know what is right. Started as a script; every line of its
standard input is a request, every line of its standard output the reply.
"""

from __future__ import annotations

import json
import mimetypes
import os
import resource
import signal
import sys
import time
import traceback
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from hostile.guard import Guard, interpreter_folders

CPU_SECONDS = 30.0
"""A guard against hanging, of computing time; then the process is killed. The dearest case, a forecast of a hundred
thousand villages, takes 9 s of it where the machine does other work besides."""

SYSTEM = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/zoneinfo")
"""What libraries read of a system: fonts, and the hours of the world."""
MOST_ADDRESSABLE = 3 * 2**30
"""Protects the machine that tests; what is allowed is held against the peak that was measured."""


def run(guard: Guard, arguments: list[str], readable: list[str], writable: list[str]) -> dict[str, Any]:
    """Run one command as a shell would and return what it said, did and cost."""
    from simulation.app.cli import main

    streams = [TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    ordinary = sys.argv, sys.stdout, sys.stderr
    sys.argv, sys.stdout, sys.stderr = ["kampungkb", *arguments], *streams
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        with guard.watch(readable, writable):
            code = _exit_code(main)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.argv, sys.stdout, sys.stderr = ordinary
    seconds = time.process_time() - began
    out, err = (stream.buffer.getvalue().decode("utf-8", "backslashreplace") for stream in streams)  # type: ignore[attr-defined]
    return {"code": code, "out": out, "err": err, "steps": guard.steps, "seconds": seconds, "peak": _peak()}


def _exit_code(main: Any) -> int | str | None:
    try:
        main()
    except SystemExit as end:
        return end.code
    except BaseException:  # noqa: BLE001 - what would end the command with a traceback
        traceback.print_exc()
        return 1
    return 0


def _peak() -> int:
    """Return the largest size in memory since the last reset, in bytes."""
    line = next(line for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def serve() -> None:
    """Answer requests until there are no more."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSABLE, MOST_ADDRESSABLE))
    mimetypes.init()  # reads what the system says of file endings, once
    guard, python = Guard(), interpreter_folders()
    for line in sys.stdin:
        request = json.loads(line)
        os.chdir(request["folder"])
        reply = run(
            guard,
            request["arguments"],
            [request["folder"], *request["readable"], *SYSTEM, *python],
            request["writable"],
        )
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    serve()
