"""Options of the test suite."""

from __future__ import annotations

import signal

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flags that rewrite what is kept instead of comparing with it; version control shows what changed."""
    parser.addoption("--refresh-example", action="store_true", help="rewrite results/example from today's code")
    parser.addoption(
        "--refresh-notebooks", action="store_true", help="rewrite the outputs that notebooks are kept with"
    )
    parser.addoption("--refresh-texts", action="store_true", help="rewrite the reviewed texts from today's code")


def pytest_configure() -> None:
    """Let Ctrl-C through to what tests start; a shell has what it runs in the background ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


LONGEST = frozenset({"gate", "notebooks", "house", "survival", "inference", "page"})
"""Rooms of the longest modules, which begin first, so that no worker is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest rooms first."""
    items.sort(key=lambda item: item.path.parent.name not in LONGEST)
