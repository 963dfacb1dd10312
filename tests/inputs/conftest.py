"""What every test of the inputs room starts from.

Knows that a test gets a desk of its own; must not know what is laid out on it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk of its own for each test."""
    return Desk(tmp_path)
