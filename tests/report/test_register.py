"""The register: frozen whole or not at all, every change of it named."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from told import written

from simulation.domain.messages import Refusal
from simulation.inference.forecast import Forecast
from simulation.inputs.observations.counts import StatedYear
from simulation.inputs.observations.outcomes import Outcomes
from simulation.report import files
from simulation.report.kinds.forecast.result import ForecastResult
from simulation.report.register.register import FILES, FROZEN, LIST, REGISTERED, Change, Register
from simulation.report.register.scoring import score_register
from simulation.report.runs import load_run
from simulation.report.store.folder import Answer

DAY = date(2025, 12, 3)
Edit = Callable[[bytes], bytes]


@pytest.fixture(scope="session")
def runs(
    small: Forecast, several: Forecast, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Answer[ForecastResult], ...]:
    """Return two finished runs, the second of three districts."""
    out = tmp_path_factory.mktemp("runs")
    return tuple(written(made, out) for made in (small, several))


@pytest.fixture
def register(runs: tuple[Answer[ForecastResult], ...], tmp_path: Path) -> Register:
    """Return a register with an entry for each."""
    kept = Register(tmp_path / "register")
    for run in runs:
        kept.add(run, DAY)
    return kept


@pytest.fixture
def third(small: Forecast, tmp_path: Path) -> Answer[ForecastResult]:
    """Return the first run as if computed with another seed."""
    return written(replace(small, seed=8), tmp_path / "third")


def test_an_entry_holds_the_very_files_of_its_run(register: Register, runs: tuple[Answer[ForecastResult], ...]) -> None:
    """Byte for byte, in a folder that names number, scenario and run; nothing is wrong with the register."""
    contents = register.read()
    assert contents.changes == ()
    assert [entry.name for entry in contents.entries] == [
        f"{number:04}_{run.result.scenario}_{run.id}" for number, run in enumerate(runs, start=1)
    ]
    for entry, run in zip(contents.entries, runs, strict=True):
        assert sorted(path.name for path in (register.path / entry.name).iterdir()) == sorted(FILES)
        for name in FROZEN:
            assert (register.path / entry.name / name).read_bytes() == (run.path / name).read_bytes()
        assert (entry.registered, entry.late_years) == ("2025-12-03", ())


def test_the_list_holds_the_digest_of_every_file(register: Register) -> None:
    """In the form of sha256sum; the register's own digest is that of the list."""
    lines = (register.path / LIST).read_text(encoding="utf-8").splitlines()
    expected = [f"{entry.name}/{name}" for entry in register.read().entries for name in FILES]
    assert lines == [f"{files.digest(register.path / name)}  {name}" for name in expected]
    assert register.read().digest == files.digest(register.path / LIST)


def test_a_run_is_found_again_whatever_its_folder_is_called(
    register: Register, runs: tuple[Answer[ForecastResult], ...], third: Answer[ForecastResult], tmp_path: Path
) -> None:
    """By its hash and the content of its forecast."""
    moved = load_run(Path(shutil.copytree(runs[0].path, tmp_path / "elsewhere")))
    contents = register.read()
    assert register.find(contents, moved) == contents.entries[0]
    assert register.find(contents, third) is None


def test_a_year_that_is_over_when_its_forecast_is_registered_is_marked(
    runs: tuple[Answer[ForecastResult], ...], tmp_path: Path
) -> None:
    """On the last day of a year it is not over yet."""
    kept = Register(tmp_path / "register")
    assert kept.add(runs[0], date(2027, 12, 31)).late_years == (2026,)
    assert kept.read().entries[0].years == (2026, 2027, 2028, 2029, 2030)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("number", [0, 1])
def test_a_changed_or_missing_file_is_named(register: Register, name: str, number: int) -> None:
    """A single byte is enough; the other entry still stands."""
    entries = register.read().entries
    path = register.path / entries[number].name / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    contents = register.read()
    assert contents.changes == (Change("changed", f"{entries[number].name}/{name}"),)
    assert contents.entries == (entries[1 - number],)
    path.unlink()
    assert register.read().changes == (Change("missing", f"{entries[number].name}/{name}"),)


def test_a_missing_entry_and_one_that_is_not_listed_are_named(register: Register) -> None:
    """Whole folders, of a missing one every file."""
    first, second = register.read().entries
    shutil.copytree(register.path / second.name, register.path / "0003_other_0123456789ab")
    shutil.rmtree(register.path / first.name)
    assert set(register.read().changes) == {
        *(Change("missing", f"{first.name}/{name}") for name in FILES),
        Change("unlisted", "0003_other_0123456789ab"),
    }


def test_an_entry_with_an_earlier_day_is_named(register: Register) -> None:
    """The day is a file like any other."""
    first = register.read().entries[0]
    path = register.path / first.name / REGISTERED
    path.write_bytes(path.read_bytes().replace(b"2025-12-03", b"2024-01-03"))
    assert register.read().changes == (Change("changed", f"{first.name}/{REGISTERED}"),)


def without_first(lines: list[bytes]) -> list[bytes]:
    """Return the list without its first entry."""
    return lines[len(FILES) :]


def without_last(lines: list[bytes]) -> list[bytes]:
    """Return the list without its last entry."""
    return lines[: -len(FILES)]


@pytest.mark.parametrize(("taken", "number"), [(without_first, 0), (without_last, 1)])
def test_entries_taken_off_the_list_are_named(
    register: Register, taken: Callable[[list[bytes]], list[bytes]], number: int
) -> None:
    """By their folders; where the folder of an earlier one is gone too, by its number."""
    path, entry = register.path / LIST, register.read().entries[number]
    path.write_bytes(b"".join(taken(path.read_bytes().splitlines(keepends=True))))
    changes = register.read().changes
    assert Change("unlisted", entry.name) in changes
    shutil.rmtree(register.path / entry.name)
    assert register.read().changes == ((Change("missing", "0001_…"),) if number == 0 else ())


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda text: text.rstrip(b"\n"), [1]),
        (lambda text: text.replace(b"0002_", b"../2_"), [1]),
        (lambda text: b"[" * 100_000 + b"\n" + text, [1, 2]),
        (lambda text: text + text, [1, 2]),
    ],
    ids=["end cut off", "path", "line put before it", "twice"],
)
def test_a_list_with_lines_that_are_none_is_named(register: Register, change: Edit, left: list[int]) -> None:
    """What it does not list in full is not counted."""
    path = register.path / LIST
    path.write_bytes(change(path.read_bytes()))
    contents = register.read()
    assert Change("changed", LIST) in contents.changes
    assert [entry.number for entry in contents.entries] == left


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


def every_stop(register: Register, run: Answer[ForecastResult], before: Path) -> Iterator[bool]:
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


def test_killed_anywhere_it_leaves_no_half_entry(
    register: Register, third: Answer[ForecastResult], tmp_path: Path
) -> None:
    """The entry is there whole or not at all, and the next addition finds the register in order."""
    before = Path(shutil.copytree(register.path, tmp_path / "before"))
    ends = []
    for _ in every_stop(register, third, before):
        contents = register.read()
        assert register.obstacles(contents, third) == ()
        assert len(contents.entries) in {2, 3}
        ends.append(len(contents.entries))
        entry = register.find(contents, third) or register.add(third, DAY)
        assert entry.number == 3
        contents = register.read()
        assert (contents.changes, len(contents.entries)) == ((), 3)
        for name in FROZEN:
            assert (register.path / entry.name / name).read_bytes() == (third.path / name).read_bytes()
    assert set(ends) == {2, 3}
    assert len(ends) > 8


def test_a_whole_entry_without_lines_is_completed_by_adding_its_run_again(
    register: Register, runs: tuple[Answer[ForecastResult], ...], third: Answer[ForecastResult]
) -> None:
    """Until then it is named, and no other run is added."""
    entry = register.add(third, DAY)
    path = register.path / LIST
    path.write_bytes(b"".join(without_last(path.read_bytes().splitlines(keepends=True))))
    contents = register.read()
    assert contents.changes == (Change("unlisted", entry.name),)
    assert register.obstacles(contents, runs[0]) == contents.changes
    assert register.obstacles(contents, third) == ()
    assert register.add(third, DAY) == entry
    assert register.read().changes == ()


def test_what_killed_processes_left_is_cleared_by_the_next_addition(
    register: Register, third: Answer[ForecastResult]
) -> None:
    """Half-made entries go, and so do half-written files."""
    (register.path / f".0003_left_0123456789ab.{'0' * 32}").mkdir()
    half = register.path / f".{LIST}.{'0' * 32}"
    half.write_text("half", encoding="utf-8")
    assert register.read().changes == ()
    register.add(third, DAY)
    assert sorted(path.name for path in register.path.iterdir()) == sorted(
        [LIST, *(entry.name for entry in register.read().entries)]
    )


def test_an_entry_of_another_version_is_named(register: Register) -> None:
    """It is as it was frozen, and yet cannot be read here."""
    first, second = register.read().entries
    frozen, path = register.path / first.name / "forecast.json", register.path / LIST
    old = files.digest(frozen)
    frozen.write_text('{"version": 1}', encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(old, files.digest(frozen)), encoding="utf-8")
    contents = register.read()
    assert (contents.changes, contents.entries) == ((Change("version", first.name),), (second,))


@pytest.mark.parametrize("name", ["hub.csv", "forecast.json"])
def test_a_run_that_lacks_what_is_frozen_is_refused(
    runs: tuple[Answer[ForecastResult], ...], tmp_path: Path, name: str
) -> None:
    """So is one that was changed after it was read; nothing is left of either."""
    folder = Path(shutil.copytree(runs[0].path, tmp_path / "run"))
    run, kept = load_run(folder), Register(tmp_path / "register")
    (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(Refusal, match="lacks what a register keeps"):
        kept.add(run, DAY)
    assert not kept.path.exists()


def test_a_record_that_names_a_path_is_refused(runs: tuple[Answer[ForecastResult], ...], tmp_path: Path) -> None:
    """Nothing is written outside the register."""
    run = replace(runs[0], result=replace(runs[0].result, scenario="../outside"))
    with pytest.raises(Refusal):
        Register(tmp_path / "register").add(run, DAY)
    assert list(tmp_path.iterdir()) == []


def test_each_district_of_a_frozen_run_is_scored_on_its_own(register: Register) -> None:
    """By its code; those without a report are left open."""
    said = StatedYear(date(2026, 12, 31), None, 0, None)
    outcomes = Outcomes(stated={code: {2026: said} for code in ("11.01", "11.03")})
    record = score_register(register.read(), outcomes, date(2027, 1, 1))
    rows = [row for row in record.forecasts if row.number == 2 and row.year == 2026]
    assert [(row.district_code, row.state) for row in rows] == [
        ("11.01", "came"), ("11.02", "unreported"), ("11.03", "came"),
    ]  # fmt: skip
    missed = [row.probability_met for row in rows if row.state == "came"]
    assert [row.outcome.met for row in rows if row.outcome is not None] == [False, False]
    assert record.summary.brier == pytest.approx(sum(p**2 for p in missed) / 2, abs=1e-6)
