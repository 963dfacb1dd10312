"""Whatever files people supply, the answer is words, soon, in little memory, and from those files alone."""

from __future__ import annotations

import csv
import json
import os
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hostile.bench import ACCEPTED, CANARY, REFUSED, Bench, Case
from hostile.conftest import Kampungkb, Reply
from hostile.corpus import CORPUS, GENERATED

MOST_MEMORY = 500 * 2**20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d")

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="pipes, devices and /proc of Linux are part of the corpus"
)
HEAVY = {"archives", "large tables", "many"}
"""Groups of which each case takes a second or more."""
FIRST = list({case.group: case for case in reversed(CORPUS) if case.group not in HEAVY}.values())
"""One case of each other group, for the quick suite."""
CASES = [case if case in FIRST else pytest.param(case, marks=pytest.mark.slow) for case in CORPUS]


def test_at_least_three_hundred_cases_differ_in_kind() -> None:
    """The corpus is as large as promised without the cases that are made for every key, and names none twice."""
    assert len([case for case in CORPUS if case.group not in GENERATED]) >= 300
    assert len({str(case) for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_hostile_case_is_answered_in_words(
    case: Case, kampungkb: Kampungkb, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """`check` refuses it with problems that say what and where, or accepts what `forecast` can then run."""
    bench = Bench(tmp_path)
    case.lay(bench)
    before = contents(bench)
    named = [path for path in case.scenario if path.startswith("/")]
    replies = [
        kampungkb(bench.folder, "check", *case.scenario, *how, out=bench.out, readable=named)
        for how in (["--lang", "id"], ["--json", "--lang", "en"])
    ]
    if case.exit_code == ACCEPTED:
        replies.append(kampungkb(bench.folder, *forecast_of(case), out=bench.out))
    for name in ("seconds", "peak"):
        request.node.user_properties.append((name, max(getattr(reply, name) for reply in replies)))
    for reply in replies:
        hold_harmless(reply)
        assert reply.code == case.exit_code, reply.err
    assert contents(bench) == before
    hold_told(case, json.loads(replies[1].out)["problems"])
    hold_written(bench)


def forecast_of(case: Case) -> list[str]:
    """Return the command of a tiny forecast."""
    effort = ["--draws", "1", "--replicates", "2", "--workers", "1"]
    return ["forecast", case.scenario[-1], "--out", "../out", *effort, *([] if case.figures else ["--no-figures"])]


def hold_harmless(reply: Reply) -> None:
    """Assert that a command neither crashed nor touched what it must not, nor took too much."""
    said = reply.out + reply.err
    assert "Traceback" not in said, said[-3000:]
    assert CANARY not in said
    assert reply.steps == []
    assert reply.peak < MOST_MEMORY, f"{reply.peak / 2**20:.0f} MiB"
    assert all(character.isprintable() or character == "\n" for character in reply.err), reply.err


def hold_told(case: Case, problems: list[dict[str, Any]]) -> None:
    """Assert that every problem is one sentence and place, and that the expected ones are among them."""
    assert (case.exit_code == REFUSED) == bool(problems)
    for problem in problems:
        assert problem["message"].strip(), problem
        assert len(problem["found"]) <= 60, problem
        said = [str(part) for name, part in problem.items() if name != "file" or part not in case.scenario]
        assert all(part.isprintable() for part in said), problem
        assert max(map(len, said)) < 2000, problem
        assert "Node(" not in str(problem), problem
    if len(case.scenario) > 1:
        assert {problem["file"] for problem in problems} >= set(case.scenario)
    if case.exit_code == REFUSED:
        assert any(case.says in line for line in map(words, problems)), problems


def words(problem: dict[str, Any]) -> str:
    """Return everything that a problem says."""
    return " | ".join(
        str(problem[part]) for part in ("file", "line", "field", "message", "found", "allowed", "suggestion")
    )


def hold_written(bench: Bench) -> None:
    """Assert that what was written, kept inputs too, holds no secret, no formula and no broken text."""
    for path in bench.out.rglob("*"):
        if path.is_file() and path.suffix not in {".parquet", ".png"}:
            text = path.read_text(encoding="utf-8")
            assert CANARY not in text
            if path.suffix == ".csv":
                hold_no_formula(text)


def hold_no_formula(text: str) -> None:
    """Assert that no cell of a table becomes a formula, by whatever sign a program parts the cells."""
    for delimiter in ",;\t":
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        texts = [cell for row in rows for cell in row if not is_number(cell)]
        assert not [cell for cell in texts if cell.lstrip(" ").startswith(FORMULA_STARTS)]


def is_number(cell: str) -> bool:
    """Return whether a cell is a plain number, whose sign starts no formula."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def contents(bench: Bench) -> dict[str, tuple[int, int, int]]:
    """Return everything in the case's folder, its run folders left out: mode, size and time of the last change."""
    found = {}
    for folder, folders, files in os.walk(bench.root):
        folders[:] = [name for name in folders if Path(folder, name) != bench.out]
        for name in [*folders, *files]:
            status = Path(folder, name).lstat()
            found[str(Path(folder, name))] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found
