"""How chunks of work are spread over threads, processes, or an executor of the caller's own.

Parts come back in the order in which they finish; a worker process that dies is told with what it left undone.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from pickle import PicklingError, loads
from threading import Thread
from typing import Any, Generic, TypeVar

import numpy as np

from .cluster import sent_once

WATCH_SECONDS = 0.5
"""How often a worker looks whether its parent process is still there."""

Part = TypeVar("Part")
Result = TypeVar("Result")

_EXIT_CODE = re.compile(r"\{(\w+\(-?\d+\))")


class WorkerDiedError(Exception, Generic[Part]):
    """A worker process ended before its work was done.

    Attributes
    ----------
    unfinished
        The parts without a result, in the order in which they were submitted.
    how
        Exit code or signal, such as ``EXIT(3)`` or ``SIGSEGV(-11)``; empty where the system does not say.
    """

    def __init__(self, unfinished: list[Part], how: str) -> None:
        self.unfinished = unfinished
        self.how = how
        super().__init__()


class TaskStuckError(Exception):
    """The work cannot be sent to another process; the text says why."""


class ExecutorLostError(Exception):
    """An executor of the caller's own ended before its work was done; the text says how."""


def spread(
    task: Callable[[Part], Result], parts: Sequence[Part], workers: int, *, processes: bool, apart: bool = False
) -> Iterator[tuple[Part, Result]]:
    """Yield every part with what the task makes of it, as they become ready.

    Parameters
    ----------
    workers
        How many at once; one works in this very process, unless it is to be `apart`.
    processes
        Whether workers are processes; else they are threads.

    Raises
    ------
    WorkerDiedError, TaskStuckError
        After everything that was finished before has been yielded.
    """
    if not processes:
        _keep_freed_memory()
    if not parts or (min(workers, len(parts)) == 1 and not apart):
        yield from ((part, task(part)) for part in parts)
        return
    with _executor(workers, processes=processes) as pool:
        futures: dict[Future[Result], Part] = {}
        try:
            with _undisturbed():
                futures = {pool.submit(task, part): part for part in parts}
            for future in as_completed(futures):
                result = future.result()
                yield futures.pop(future), result
        except (BrokenExecutor, PicklingError) as error:
            for future in list(futures):
                if future.done() and not future.cancelled() and future.exception() is None:
                    result = future.result()
                    yield futures.pop(future), result
            raise _what_broke(error, list(futures.values())) from error
        finally:
            if processes and futures:
                # They would first finish what nobody waits for any more.
                pool.shutdown(kill_workers=True)
            for future in futures:
                future.cancel()


def spread_over(
    executor: Executor, task: Callable[[Part], Result], parts: Sequence[Part]
) -> Iterator[tuple[Part, Result]]:
    """Yield every part with what the task makes of it, as they become ready, computed wherever an executor does so.

    The executor may be used for other work at the same time, and stays open.

    Raises
    ------
    TaskStuckError, ExecutorLostError
        After everything that was finished before has been yielded.
    """
    if not parts:
        return
    shared = sent_once(executor, Packed.of(task))
    try:
        executor.submit(_open, shared).result()
    except _LOST as error:
        raise ExecutorLostError(_last_line(error)) from error
    except Exception as error:
        raise TaskStuckError(_last_line(error)) from error
    futures = {executor.submit(_compute, shared, part): part for part in parts}
    try:
        for future in as_completed(futures):
            result = future.result()
            yield futures.pop(future), result
    except Exception as error:
        if not isinstance(error, _LOST) and type(error).__name__ != _KILLED:
            raise
        raise ExecutorLostError(_last_line(error)) from error
    finally:
        for future in futures:
            future.cancel()


@dataclass(frozen=True)
class Packed:
    """A task on its way to processes that may be anywhere; each unpacks it once.

    Attributes
    ----------
    digest
        Of the content.
    law
        Of the program that it is meant for.
    """

    digest: str
    law: str
    content: bytes

    @classmethod
    def of(cls, task: object) -> Packed:
        """Pack a task; classes of a notebook, which no other process could import, by value.

        Raises
        ------
        TaskStuckError
            Where it holds something that cannot be packed.
        """
        import cloudpickle

        try:
            content: bytes = cloudpickle.dumps(task)
        except (PicklingError, TypeError) as error:
            raise TaskStuckError(_last_line(error)) from error
        return cls(sha256(content).hexdigest(), _digest_of_law(), content)

    def __hash__(self) -> int:
        return hash(self.digest)


@lru_cache(maxsize=2)
def _unpacked(packed: Packed) -> Callable[[Any], Any]:
    """Return a packed task, in whatever process this is; a `RuntimeError` where that has another law."""
    if packed.law != _digest_of_law():
        raise RuntimeError(f"{socket.gethostname()} has another version of kampung-kb")
    _keep_freed_memory()
    task: Callable[[Any], Any] = loads(packed.content)  # noqa: S301  it comes from this package
    return task


@cache
def _digest_of_law() -> str:
    """Return a digest of the program that decides what a task makes of a part: law and engines."""
    package = Path(__file__).parents[1]
    files = sorted(path for room in ("domain", "engine") for path in (package / room).rglob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _open(packed: Packed) -> None:
    _unpacked(packed)


def _compute(packed: Packed, part: Any) -> Any:
    return _unpacked(packed)(part)


_LOST = (BrokenExecutor, CancelledError)
"""With these an executor ends that has no workers left, or whose connection was cut."""
_KILLED = "KilledWorker"
"""With this Dask gives up a task that several workers died of."""


def _last_line(error: BaseException) -> str:
    """Return the reason of an error: some keep a traceback of another process, as text, before it."""
    text = str(error.__cause__ or error).strip().strip('"')
    return text.splitlines()[-1].strip() if text else type(error).__name__


def one_at_a_time(
    task: Callable[[Part], Result], parts: Sequence[Part]
) -> Iterator[tuple[Part, Result | WorkerDiedError[Part]]]:
    """Yield every part with its result from a separate process, or with how that process died where it did so twice."""
    left = list(parts)
    while left:
        begun = len(left)
        try:
            for part, result in spread(task, list(left), 1, processes=True, apart=True):
                left.remove(part)
                yield part, result
        except WorkerDiedError as died:
            # Memory that runs out may end any process: it was this part only if it does so from the start.
            if len(left) == begun:
                yield left.pop(0), died


def _what_broke(error: Exception, unfinished: list[Part]) -> Exception:
    from loky.process_executor import TerminatedWorkerError

    if isinstance(error, TerminatedWorkerError):
        code = _EXIT_CODE.search(str(error))
        return WorkerDiedError(unfinished, code[1] if code else "")
    return TaskStuckError(_last_line(error))


def _keep_freed_memory() -> None:
    """Stop the C library from handing freed arrays back to the system after every operation.

    Fetching those pages again cost the array engine a third of its time. glibc raises its thresholds to
    the largest block ever freed, at most 32 MiB; elsewhere this does nothing.
    """
    np.empty(31 << 20, np.uint8)


def _executor(workers: int, *, processes: bool) -> Any:
    """Return threads, for NumPy lets go of the interpreter lock, or processes, for Mesa does not."""
    if not processes:
        return ThreadPoolExecutor(workers)
    # loky sends classes defined in a notebook along, names its own start method and notices dead workers.
    from loky import ProcessPoolExecutor

    return ProcessPoolExecutor(workers, initializer=_begin, initargs=(os.getpid(),))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Block SIGINT while worker processes start, so that Ctrl-C later reaches this process and not them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int) -> None:
    """Set up a worker process: no crash report of its own, and it ends when its parent does."""
    os.environ["PYTHONFAULTHANDLER"] = "0"  # loky then leaves it alone
    _end_with_parent(parent)


def _end_with_parent(parent: int) -> None:
    """End this worker process soon after its parent has ended, even where the parent was killed.

    loky's workers would wait for work for ever. On Windows, where a process never changes its parent, they do.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        os._exit(1)

    Thread(target=watch, daemon=True).start()
