"""The page, served within this process or as a process of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from page.visitor import Visitor

from simulation.app.page.serving import server_of
from simulation.app.page.visit import Visits


@dataclass(frozen=True)
class Served:
    """A page that is served on a port, and its visits."""

    port: int
    visits: Visits

    def visitor(self) -> Visitor:
        """Return somebody new."""
        return Visitor(self.port)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Serve the page from a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listening, Visits("en") as visits:
        server = server_of(visits)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield Served(listening.getsockname()[1], visits)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the page works and must leave nothing."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
