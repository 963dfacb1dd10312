"""One folder, one process that writes in it: a lock that ends with the process that holds it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL, ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP
from pathlib import Path
from typing import TYPE_CHECKING

from ...domain.messages import Message

if TYPE_CHECKING:
    from filelock import FileLock

NAME = ".lock"
POLL_SECONDS = 0.1
_NO_LOCKS = {EINVAL, ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP}
"""What file systems answer that know no locks, some network shares among them."""


@contextmanager
def alone(folder: Path, tell: Callable[[Message], None] = lambda _: None) -> Iterator[bool]:
    """Hold a folder, made where it is not there, so that no other process holds it within the block.

    Nothing of this stays: the lock's file is removed, and so are folders that were made and are still empty.

    Parameters
    ----------
    tell
        Told once where another process holds it, which is then waited for, however long it takes; and where the file
        system knows no locks: the block is then entered all the same.

    Yields
    ------
    bool
        Whether the folder is held.

    Raises
    ------
    OSError
        Where the folder cannot be made, or nothing can be written in it.
    KeyboardInterrupt
        With a `Message` where the reader ends the waiting.
    """
    from filelock import FileLock

    made = [place for place in (folder, *folder.parents) if not place.exists()]
    # Its stand-in where there are no locks would outlive a process that is killed.
    lock = FileLock(folder / NAME, fallback_to_soft=False)
    try:
        try:
            _acquire(lock, folder, tell)
        except (OSError, NotImplementedError) as error:
            if getattr(error, "errno", ENOSYS) not in _NO_LOCKS:
                raise
            tell(
                Message(
                    "The file system of {folder} cannot lock files: let no other process write there meanwhile.",
                    {"folder": folder},
                )
            )
        yield lock.is_locked
    finally:
        _release(lock, folder)
        with suppress(OSError):
            for place in made:
                place.rmdir()


def _acquire(lock: FileLock, folder: Path, tell: Callable[[Message], None]) -> None:
    from filelock import Timeout

    waits = False
    try:
        while not lock.is_locked:
            folder.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if not waits:
                    # Before it is told: whoever reads it may interrupt at once.
                    waits = True
                    tell(Message("Another process writes in {folder}; waiting for it.", {"folder": folder}))
                time.sleep(POLL_SECONDS)
            except FileNotFoundError:
                # Another process has just removed the folder, which it had made and left empty.
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(*([Message("The other process goes on.")] if waits else [])) from None


def _release(lock: FileLock, folder: Path) -> None:
    if lock.is_locked:
        # On Windows filelock removes its file itself. Removed while it is held it is nobody else's: whoever has
        # opened it before finds that it has no name any more, and tries again.
        with suppress(OSError):
            (folder / NAME).unlink()
    lock.release()
