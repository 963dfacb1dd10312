"""Stops a run at each of its operations on files in turn, and lets the same command go on after each.

Knows how a process is stopped at its n-th operation; must not know what a run writes. Run as a process of its
own in an empty folder: it runs the command once undisturbed, so that all is loaded, then forks for every other run.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from command import keep_small_chunks, main

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "fcntl.flock"}
WHOLE = Path("whole")
"""Of the undisturbed run: each other has ``<number>/stopped``, ``<number>/after`` and ``<number>/told.json``."""


def is_change(event: str, facts: tuple[Any, ...]) -> bool:
    """Return whether an event of the interpreter is about to change a file or a folder."""
    if event == "open":
        _, mode, flags = facts
        return bool(set(mode or "") & set("wxa+")) or bool(flags & (os.O_WRONLY | os.O_RDWR))
    return event in CHANGES


def stop_at(number: int, how: signal.Signals) -> None:
    """Send this process a signal just before its operation with this number, counted from 1.

    A file that would be renamed is first cut in half, as if the process had been killed while it was written.
    """
    done = 0

    def watch(event: str, facts: tuple[Any, ...]) -> None:
        nonlocal done
        if not is_change(event, facts):
            return
        done += 1
        if done == number:
            if event == "os.rename" and how == signal.SIGKILL and Path(facts[0]).is_file():
                os.truncate(facts[0], Path(facts[0]).stat().st_size // 2)
            signal.raise_signal(how)

    sys.addaudithook(watch)


def call(arguments: list[str], said: Path, number: int, how: signal.Signals) -> int:
    """Run the command in a process of its own and return its exit code, or the signal that ended it, negative."""
    child = os.fork()
    if not child:
        stream = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        sys.argv = ["kampungkb", *arguments]
        stop_at(number, how)
        main()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def stop_once(number: int, how: signal.Signals, before: Path, first: list[str], second: list[str]) -> int:
    """Run a command, stopped at one operation, in a copy of a folder, then another, and keep what was there."""
    work, here = Path("work"), Path(str(number))
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(before, work)
    here.mkdir()
    codes, told = [], []
    for arguments, name, where in ((first, "stopped", number), (second, "after", 0)):
        codes.append(call([*arguments, "--out", str(work)], here / "said", where, how))
        told.append((here / "said").read_text(encoding="utf-8"))
        shutil.copytree(work, here / name)
    (here / "told.json").write_text(json.dumps({"codes": codes, "told": told}), encoding="utf-8")
    return codes[0]


def run_whole(arguments: list[str]) -> None:
    """Run the command undisturbed, in this very process."""
    sys.argv = ["kampungkb", *arguments, "--out", str(WHOLE)]
    with suppress(SystemExit):
        main()


def every_stop(how: signal.Signals, step: int, begin_with: str, stopped: list[str], after: list[str]) -> None:
    """Stop a command at every operation, or every other.

    It begins with nothing, all, or a figure less than the undisturbed run made.
    """
    run_whole(after)
    before = WHOLE
    if begin_with == "nothing":
        before = Path("nothing")
        before.mkdir()
    elif begin_with == "a figure less":
        before = Path("less")
        shutil.copytree(WHOLE, before, ignore=shutil.ignore_patterns("rises_*"))
    number = 1
    while stop_once(number, how, before, stopped, after) != 0:
        number += step


if __name__ == "__main__":
    keep_small_chunks()
    signal_name, every, given, option, *command = sys.argv[1:]
    every_stop(signal.Signals[signal_name], int(every), given, [*command, *filter(None, [option])], command)
