"""Dask: the workers of a scheduler as a `concurrent.futures.Executor`; the only module that knows it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from ..domain.messages import Message, Problem, ProblemsError, Refusal

SECONDS = 10
"""How long a scheduler may take to answer."""
LARGE = "1 GiB"
"""Up to which size Dask does not warn of what it is sent: a country takes 4 MB, one with a calibration far more."""

_CHATTY = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")
"""Loggers that Dask gives levels of their own, and those of what it works with."""
_ADDRESS = re.compile(r"[a-z]+://.+:\d+")


class ExecutorError(ProblemsError):
    """No workers can be had where they were named."""


@contextmanager
def workers_at(address: str) -> Iterator[Executor]:
    """Connect to a Dask scheduler, and give its workers as an executor.

    Parameters
    ----------
    address
        Such as ``tcp://10.0.0.5:8786``.

    Raises
    ------
    Refusal
        Where the package distributed is not installed.
    ExecutorError
        Where no scheduler answers there, or it has no workers.
    """
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise Refusal(Message("an executor needs the package distributed: pip install distributed")) from error
    allowed = Message("the address of a Dask scheduler, such as tcp://127.0.0.1:8786")
    fix = Message("start a scheduler with the command dask scheduler, and give the address that it prints")
    if not _ADDRESS.fullmatch(address):
        raise _error(address, Message("this is not the address of a scheduler"), allowed, fix)
    for name in _CHATTY:  # what is wrong is said here, in the reader's language
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGE}):
        try:
            client = Client(address, timeout=SECONDS, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise _error(address, Message("no scheduler answers there"), allowed, fix) from error
        with client:
            if not client.scheduler_info()["workers"]:
                start = Message("start at least one with the command dask worker {address}", {"address": address})
                raise _error(address, Message("the scheduler has no workers"), None, start)
            yield client.get_executor()


def sent_once(executor: Executor, content: Any) -> Any:
    """Return what stands for `content` in the tasks of an executor, so that it travels once and not with each of them.

    A future for workers of Dask, whose scheduler sends it again where they die; elsewhere the content itself.
    """
    client = getattr(executor, "_client", None)  # the interface of futures has no place for shared data
    if client is None or not type(executor).__module__.startswith("distributed."):
        return content
    return client.submit(_itself, content, pure=False)


def _itself(content: Any) -> Any:
    return content


def _error(found: str, message: Message, allowed: Message | None, fix: Message) -> ExecutorError:
    return ExecutorError([Problem(found, None, "--executor", message, allowed=allowed, suggestion=fix)])
