"""Stops a run at each of its operations on files in turn, and lets the same command go on after each.

Knows what a process that is killed at its n-th operation leaves, and how one is interrupted there; must not know what
a run writes. Run as a process of its own in an empty folder: it runs the command once undisturbed, so that all is
loaded, then forks for every run that it stops.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from command import keep_small_chunks, main

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "fcntl.flock"}
WHOLE, WORK = Path("whole"), Path("work")
"""Of the undisturbed run: each other has ``<number>/stopped``, ``<number>/after`` and ``<number>/told.json``."""

Notice = Callable[[int, str, tuple[Any, ...]], None]
"""Is called just before an operation, with its number, counted from 1, and the interpreter's event and facts of it."""


def is_change(event: str, facts: tuple[Any, ...]) -> bool:
    """Return whether an event of the interpreter is about to change a file or a folder."""
    if event == "open":
        _, mode, flags = facts
        return bool(set(mode or "") & set("wxa+")) or bool(flags & (os.O_WRONLY | os.O_RDWR))
    return event in CHANGES


def watch_changes(notice: Notice) -> None:
    """Have each operation of this process noticed; what `notice` itself does is not."""
    done, busy = 0, False

    def watch(event: str, facts: tuple[Any, ...]) -> None:
        nonlocal done, busy
        if busy or not is_change(event, facts):
            return
        done += 1
        busy = True
        notice(done, event, facts)
        busy = False

    sys.addaudithook(watch)


@contextmanager
def said_to(said: Path) -> Iterator[None]:
    """Have all that this process says written to a file."""
    stream, ordinary = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), (os.dup(1), os.dup(2))
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    try:
        yield
    finally:
        for number, (where, spoken) in enumerate(zip(ordinary, (sys.stdout, sys.stderr), strict=True), start=1):
            spoken.flush()
            os.dup2(where, number)
        for each in (stream, *ordinary):
            os.close(each)


def call(arguments: list[str], said: Path, notice: Notice | None = None) -> int:
    """Run the command in this very process, its operations noticed from now on, and return its exit code."""
    sys.argv = ["kampungkb", *arguments]
    with said_to(said):
        if notice is not None:
            watch_changes(notice)
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def call_watched(arguments: list[str], said: Path, notice: Notice) -> int:
    """Run the command in a process of its own, its operations noticed, and return its exit code."""
    gc.freeze()  # what lies here is not looked through again in the other process
    child = os.fork()
    if not child:
        os._exit(call(arguments, said, notice))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def keep_as_killed(number: int, event: str, facts: tuple[Any, ...]) -> None:
    """Keep what would be left of a process that is killed now: what stands in files; locks go with a process.

    A file that would be renamed is cut in half, as if the process had been killed while it was written.
    """
    left = Path(str(number)) / "stopped"
    shutil.copytree(WORK, left)
    if event == "os.rename" and (renamed := Path(facts[0])).is_file():
        copy = left / renamed.absolute().relative_to(WORK.absolute())
        os.truncate(copy, copy.stat().st_size // 2)


def put_back(folder: Path) -> None:
    """Begin with a copy of a folder."""
    shutil.rmtree(WORK, ignore_errors=True)
    shutil.copytree(folder, WORK)


def keep_answers(here: Path, codes: list[int], after: list[str]) -> None:
    """Run the command again on what a stopped run left, and keep what both said and what stands there now."""
    codes.append(call(after, here / "said again"))
    told = [(here / name).read_text(encoding="utf-8") for name in ("said", "said again")]
    shutil.copytree(WORK, here / "after")
    (here / "told.json").write_text(json.dumps({"codes": codes, "told": told}), encoding="utf-8")


def kill_everywhere(step: int, before: Path, stopped: list[str], after: list[str]) -> None:
    """Run a command once and keep what a kill would leave at every operation, or every other; go on from each."""
    put_back(before)

    def notice(number: int, event: str, facts: tuple[Any, ...]) -> None:
        if number % step == 1 % step:
            keep_as_killed(number, event, facts)

    call_watched(stopped, Path("said"), notice)
    for here in [folder.parent for folder in Path().glob("*/stopped")]:
        put_back(here / "stopped")
        shutil.copy("said", here / "said")
        keep_answers(here, [-signal.SIGKILL], after)


def interrupt_everywhere(step: int, before: Path, stopped: list[str], after: list[str]) -> None:
    """Run a command again and again, interrupted at every operation, or every other, and go on from each."""
    number, ended = 1, -1
    while ended != 0:
        here = Path(str(number))
        here.mkdir()
        put_back(before)
        ended = call_watched(stopped, here / "said", partial(interrupt, number))
        shutil.copytree(WORK, here / "stopped")
        keep_answers(here, [ended], after)
        number += step


def interrupt(wanted: int, number: int, *_: object) -> None:
    """Press Ctrl-C at one operation."""
    if number == wanted:
        signal.raise_signal(signal.SIGINT)


def every_stop(how: str, step: int, begin_with: str, stopped: list[str], after: list[str]) -> None:
    """Stop a command at every operation, or every other.

    It begins with nothing, all, or a figure less than the undisturbed run made.
    """
    call([*after, "--out", str(WHOLE)], Path("said"))
    before = WHOLE
    if begin_with == "nothing":
        before = Path("nothing")
        before.mkdir()
    elif begin_with == "a figure less":
        before = Path("less")
        shutil.copytree(WHOLE, before, ignore=shutil.ignore_patterns("rises_*"))
    everywhere = {"SIGKILL": kill_everywhere, "SIGINT": interrupt_everywhere}[how]
    everywhere(step, before, *([*command, "--out", str(WORK)] for command in (stopped, after)))


if __name__ == "__main__":
    keep_small_chunks()
    how, every, given, option, *command = sys.argv[1:]
    every_stop(how, int(every), given, [*command, *filter(None, [option])], command)
