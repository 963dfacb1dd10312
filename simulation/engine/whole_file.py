"""Files that appear whole or not at all, and why one cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EDQUOT, EEXIST, EFBIG, ENAMETOOLONG, ENOSPC, ENOTDIR, EPERM, EROFS
from pathlib import Path
from uuid import uuid4

from ..domain.messages import Message

NO_SPACE = frozenset({ENOSPC, EDQUOT, EFBIG})
_FORBIDDEN = Message("writing there is not allowed, or a file is open in another program")
_IN_THE_WAY = Message("a file is in the way")
_REASONS = {
    **dict.fromkeys(NO_SPACE, Message("no space is left on the disk")),
    **dict.fromkeys((EACCES, EPERM), _FORBIDDEN),
    **dict.fromkeys((EEXIST, ENOTDIR), _IN_THE_WAY),
    EROFS: Message("the disk can be read, but not written"),
    ENAMETOOLONG: Message("the path is too long"),
}


@contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a temporary path in the same folder that becomes `path` when the block ends without an error.

    What is `durable` is on the disk before it has its name. The folder's entry may still be lost in a power
    cut: whoever must know that a file is there compares it with its `digest`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        yield temporary
        if durable:
            with temporary.open("r+b") as stream:
                os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        # A disk that fails may refuse this as well; `left_behind` finds it later.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def reason(error: OSError) -> Message:
    """Return the end of a sentence that says why something cannot be written."""
    return _REASONS.get(error.errno or 0) or Message("the system says: {text}", {"text": error.strerror or error})
