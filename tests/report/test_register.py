"""The register: frozen whole or not at all, every change of it named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from simulation.domain.messages import Refusal
from simulation.inference.forecast import Forecast
from simulation.inputs.evidence.outcomes import Outcomes, StatedYear
from simulation.report import files
from simulation.report.finished import FinishedRun, load_run
from simulation.report.register.folder import Register
from simulation.report.register.log import FROZEN, NAME, Fault, Line
from simulation.report.register.record import register_record
from simulation.report.results import RunFolder

DAY = date(2025, 12, 3)
Change = Callable[[bytes], bytes]


@pytest.fixture(scope="session")
def runs(small: Forecast, several: Forecast, tmp_path_factory: pytest.TempPathFactory) -> tuple[FinishedRun, ...]:
    """Return two finished runs, the second of three districts."""
    out = tmp_path_factory.mktemp("runs")
    found = []
    for made in (small, several):
        folder = RunFolder.of(made.scenario, made.effort, made.seed, made.engine, out)
        folder.write(made)
        found.append(load_run(folder.path))
    return tuple(found)


@pytest.fixture
def register(runs: tuple[FinishedRun, ...], tmp_path: Path) -> Register:
    """Return a register with an entry for each."""
    kept = Register(tmp_path / "register")
    for run in runs:
        kept.add(run, DAY)
    return kept


@pytest.fixture
def third(small: Forecast, tmp_path: Path) -> FinishedRun:
    """Return the first run as if computed with another seed."""
    folder = RunFolder.of(small.scenario, small.effort, 8, small.engine, tmp_path / "third")
    folder.write(small)
    return load_run(folder.path)


def test_an_entry_holds_the_very_files_of_its_run(register: Register, runs: tuple[FinishedRun, ...]) -> None:
    """Byte for byte, in a folder that names number, scenario and run; nothing is wrong with the register."""
    contents = register.read()
    assert contents.faults == ()
    assert [line.entry for line in contents.entries] == [
        f"{number:04}_{run.record['scenario']}_{run.folder.hash}" for number, run in enumerate(runs, start=1)
    ]
    for line, run in zip(contents.entries, runs, strict=True):
        assert sorted(path.name for path in register.folder(line).iterdir()) == sorted(FROZEN)
        for name in FROZEN:
            assert (register.folder(line) / name).read_bytes() == (run.folder.path / name).read_bytes()
        assert (line.registered, line.ended) == ("2025-12-03", ())


def test_the_log_is_a_chain_of_digests(register: Register) -> None:
    """Each line holds the digest of the bytes of the line before it, and its own."""
    first, second = (register.path / NAME).read_bytes().splitlines()
    (register.path / "line").write_bytes(first)
    assert json.loads(first)["before"] == ""
    assert json.loads(second)["before"] == files.digest(register.path / "line")


def test_a_run_is_found_again_whatever_its_folder_is_called(
    register: Register, runs: tuple[FinishedRun, ...], third: FinishedRun, tmp_path: Path
) -> None:
    """By its hash and the content of its forecast."""
    moved = load_run(Path(shutil.copytree(runs[0].folder.path, tmp_path / "elsewhere")))
    contents = register.read()
    assert register.find(contents, moved) == contents.entries[0]
    assert register.find(contents, third) is None


def test_a_year_that_is_over_when_its_forecast_is_registered_is_marked(
    runs: tuple[FinishedRun, ...], tmp_path: Path
) -> None:
    """On the last day of a year it is not over yet."""
    kept = Register(tmp_path / "register")
    assert kept.add(runs[0], date(2027, 12, 31)).ended == (2026,)
    assert kept.read().entries[0].years == (2026, 2027, 2028, 2029, 2030)


@pytest.mark.parametrize("name", FROZEN)
@pytest.mark.parametrize("number", [0, 1])
def test_a_changed_or_missing_file_is_named(register: Register, name: str, number: int) -> None:
    """A single byte is enough; the other entry still stands."""
    lines = register.read().entries
    path = register.folder(lines[number]) / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    contents = register.read()
    assert contents.faults == (Fault("changed", entry=lines[number].entry, file=name),)
    assert contents.entries == (lines[1 - number],)
    path.unlink()
    assert register.read().faults == (Fault("missing", entry=lines[number].entry, file=name),)


def test_a_missing_entry_and_a_stray_one_are_named(register: Register) -> None:
    """Whole folders."""
    first, second = register.read().entries
    shutil.copytree(register.folder(second), register.path / "0003_other_0123456789ab")
    shutil.rmtree(register.folder(first))
    assert set(register.read().faults) == {
        Fault("folder", entry=first.entry),
        Fault("stray", entry="0003_other_0123456789ab"),
    }


def without_first(log: bytes) -> bytes:
    """Return the log without its first line."""
    return log.split(b"\n", 1)[1]


def without_last(log: bytes) -> bytes:
    """Return the log without its second line."""
    return log.split(b"\n", 1)[0] + b"\n"


def antedated(log: bytes) -> bytes:
    """Return the log with an earlier day in its first line."""
    return log.replace(b"2025-12-03", b"2025-01-03", 1)


def forged(log: bytes) -> bytes:
    """Return the log with its first line written anew, its own digest to match."""
    first, rest = log.split(b"\n", 1)
    told = json.loads(first)
    told.pop("digest")
    line = Line(**{**told, "registered": "2024-01-03", "years": tuple(told["years"]), "ended": ()})
    return line.written() + b"\n" + rest


@pytest.mark.parametrize(
    ("change", "faults", "left"),
    [
        (antedated, [Fault("line", 1)], [2]),
        (lambda log: log.rstrip(b"\n"), [Fault("line", 2)], [1]),
        (lambda log: log.replace(b"0002_", b"../2_"), [Fault("line", 2)], [1]),
        (lambda log: b"[" * 100_000 + b"\n" + log, [Fault("line", 1)], [1, 2]),
        (without_first, [Fault("missing lines", 1)], []),
        (forged, [Fault("before", 2)], []),
    ],
    ids=["changed", "end cut off", "path", "line put before it", "first taken out", "forged"],
)
def test_a_changed_log_is_named_by_its_line(
    register: Register, change: Change, faults: list[Fault], left: list[int]
) -> None:
    """And what the line tells is not believed any more."""
    path = register.path / NAME
    path.write_bytes(change(path.read_bytes()))
    contents = register.read()
    assert list(contents.faults) == faults
    assert [line.number for line in contents.entries] == left


def test_lines_taken_off_the_end_leave_folders_behind(register: Register) -> None:
    """Named as folders of which no line tells."""
    path = register.path / NAME
    path.write_bytes(without_last(path.read_bytes()))
    (fault,) = register.read().faults
    assert (fault.kind, fault.entry[:5]) == ("stray", "0002_")


class KilledError(BaseException):
    """Stands for a process that ends here."""


def stopped_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end just before the change of the file system with this number, counted from 1."""
    done = 0

    def counted(change: Callable[..., object]) -> Callable[..., object]:
        def changing(*arguments: object, **options: object) -> object:
            nonlocal done
            done += 1
            if done >= number:
                raise KilledError
            return change(*arguments, **options)

        return changing

    for name in ("mkdir", "replace", "rename", "unlink", "rmdir", "write_bytes"):
        monkeypatch.setattr(Path, name, counted(getattr(Path, name)))


def every_stop(register: Register, run: FinishedRun, before: Path) -> Iterator[bool]:
    """Add a run, stopped at each change in turn; yield after each, at last with False."""
    stopped, number = True, 0
    while stopped:
        number += 1
        shutil.rmtree(register.path)
        shutil.copytree(before, register.path)
        with pytest.MonkeyPatch.context() as monkeypatch:
            stopped_at(number, monkeypatch)
            try:
                register.add(run, DAY)
                stopped = False
            except KilledError:
                pass
        yield stopped


def test_killed_anywhere_it_leaves_no_half_entry(register: Register, third: FinishedRun, tmp_path: Path) -> None:
    """The entry is there whole or not at all, and the next addition finds the register in order."""
    before = Path(shutil.copytree(register.path, tmp_path / "before"))
    ends = []
    for _ in every_stop(register, third, before):
        contents = register.read()
        assert contents.faults == ()
        assert len(contents.entries) in {2, 3}
        ends.append(len(contents.entries))
        line = register.find(contents, third) or register.add(third, DAY)
        assert line.number == 3
        contents = register.read()
        assert (contents.faults, len(contents.entries)) == ((), 3)
        for name in FROZEN:
            assert (register.folder(line) / name).read_bytes() == (third.folder.path / name).read_bytes()
    assert set(ends) == {2, 3}
    assert len(ends) > 8


def test_what_killed_processes_left_is_cleared_by_the_next_addition(register: Register, third: FinishedRun) -> None:
    """An entry whose line was written gets its name; one without a line goes, and so do half-written files."""
    first = register.read().entries[0]
    register.folder(first).rename(register.path / f".{first.entry}")
    (register.path / ".0007_left_0123456789ab").mkdir()
    half = register.path / f".{NAME}.{'0' * 32}"
    half.write_text("half", encoding="utf-8")
    assert register.read().faults == ()
    register.add(third, DAY)
    assert sorted(path.name for path in register.path.iterdir()) == sorted(
        [NAME, *(line.entry for line in register.read().entries)]
    )


@pytest.mark.parametrize("name", ["hub.csv", "forecast.json"])
def test_a_run_that_lacks_what_is_frozen_is_refused(runs: tuple[FinishedRun, ...], tmp_path: Path, name: str) -> None:
    """So is one that was changed after it was read; nothing is left of either."""
    folder = Path(shutil.copytree(runs[0].folder.path, tmp_path / "run"))
    run, kept = load_run(folder), Register(tmp_path / "register")
    (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(Refusal, match="lacks what a register keeps"):
        kept.add(run, DAY)
    assert not kept.path.exists()


def test_a_record_that_names_a_path_is_refused(runs: tuple[FinishedRun, ...], tmp_path: Path) -> None:
    """Nothing is written outside the register."""
    run = FinishedRun(runs[0].folder, {**runs[0].record, "scenario": "../outside"}, runs[0].manifest)
    with pytest.raises(Refusal):
        Register(tmp_path / "register").add(run, DAY)
    assert list(tmp_path.iterdir()) == []


def test_each_district_of_a_frozen_run_is_scored_on_its_own(register: Register) -> None:
    """By its code; those without a report are left open."""
    contents = register.read()
    said = StatedYear(date(2026, 12, 31), None, 0, None)
    outcomes = Outcomes(stated={code: {2026: said} for code in ("11.01", "11.03")})
    record = register_record(contents, register.record, outcomes, date(2027, 1, 1))
    rows = [row for row in record["forecasts"] if row["number"] == 2 and row["year"] == 2026]
    assert [(row["district_code"], row["state"]) for row in rows] == [
        ("11.01", "came"), ("11.02", "unreported"), ("11.03", "came"),
    ]  # fmt: skip
    missed = [row["probability_met"] for row in rows if row["state"] == "came"]
    assert [row["outcome"]["met"] for row in rows if row["state"] == "came"] == [False, False]
    assert record["summary"]["brier"] == pytest.approx(sum(p**2 for p in missed) / 2, abs=1e-6)
