"""The page as a process: whom it listens to, what it writes where, and what is left of it."""

from __future__ import annotations

import signal
import socket
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from page.process import Process, begun
from page.visitor import PATIENCE, below, proposals
from survival.processes import left_of

OFFICE = Path(__file__).parents[1] / "data" / "office"
RAW = OFFICE / "RAW_DATA KAMPUNG KB SUKAMAJU.xlsx"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="other addresses of the loopback and /proc are those of Linux"),
]


def end(process: Process, by: signal.Signals) -> None:
    """End a page by a signal, and wait until nothing of it is left."""
    process.running.send_signal(by)
    process.running.wait(PATIENCE)
    latest = time.monotonic() + PATIENCE
    while left_of(process.running.pid) and time.monotonic() < latest:
        time.sleep(0.05)
    assert left_of(process.running.pid) == []


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_page_that_was_ended(tmp_path: Path, by: signal.Signals) -> None:
    """It hears one address of this computer alone; lists and what was read from them go with it."""
    with begun(tmp_path) as process:
        visitor = process.visitor()
        assert "Margo Jaya" in visitor.drop((RAW.name, RAW.read_bytes())).text
        with socket.socket() as line:
            assert line.connect_ex(("127.0.0.2", visitor.port)) != 0
        kept = [path for path in process.temporary.rglob("*") if path.name == RAW.name]
        assert len(kept) == 1
        assert kept[0].parent.stat().st_mode & 0o077 == 0
        end(process, by)
        assert process.running.returncode == 130
        assert below(process.here) == below(process.temporary) == set()


def test_work_that_lasts_ends_with_the_page(tmp_path: Path) -> None:
    """A calibration, too, with the processes that it began."""
    with begun(tmp_path) as process:
        visitor = process.visitor()
        form = proposals(visitor.drop((RAW.name, RAW.read_bytes())).page)
        body = urlencode({**form, "action": "compute"}).encode()
        reply = visitor.ask("POST", "/replies", body, content_type="application/x-www-form-urlencoded")
        assert (reply.code, reply.headers["location"]) == (303, "/progress")
        end(process, signal.SIGTERM)
        assert below(process.here) == below(process.temporary) == set()
