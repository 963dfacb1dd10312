"""Options of the test suite."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that rewrites the published example instead of comparing with it."""
    parser.addoption("--refresh-example", action="store_true", help="rewrite results/example from today's code")
