"""What is said about every mistake, word for word in Indonesian.

The texts stand in problem_texts.txt, one section a mistake: what was written, and what `kampungkb check` says of it.
Of a mistake of which nothing is said that an earlier one does not show already, only the places are kept.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from evidence_cases import evidence_cases
from problem_cases import PAIRS, Case, scenario_cases
from reviewed_texts import read_texts, section, write_texts
from scenario_desk import Desk
from table_cases import table_cases
from typer.testing import CliRunner

from simulation.app.cli import app
from simulation.app.errors import show_problems
from simulation.app.options import Settings
from simulation.domain.messages import Message, Problem, ProblemsError, Refusal
from simulation.domain.network import Network
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterSet
from simulation.domain.villages import Villages
from simulation.inputs import files, posterior, validation
from simulation.inputs.answers import read_answers
from simulation.inputs.examples import example
from simulation.inputs.expert_answers import read_experts
from simulation.inputs.observations import reading
from simulation.inputs.observations.evidence import read_evidence
from simulation.inputs.observations.outcomes import read_outcomes
from simulation.inputs.observations.reading import DataFile
from simulation.inputs.office.reading import read_lists
from simulation.inputs.problem_list import Place, ProblemList
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report.language import language

PARAMETERS = ParameterSet(DEFAULT_PRIORS)
TEXTS = Path(__file__).parent / "problem_texts.txt"
ROOM = Path(validation.__file__).parent
CASES: dict[str, Case] = {**scenario_cases(), **table_cases(), **evidence_cases(), **PAIRS}


@dataclass(frozen=True)
class Told:
    """What is told of a case.

    Attributes
    ----------
    problems, notes
        As found; notes only where the scenario loads.
    text
        What is shown in Indonesian, without the line that counts the problems.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Message, ...]
    text: str


def tell(case: Case, folder: Path) -> Told:
    """Return what is told of a case laid out in an empty folder."""
    desk = Desk(folder)
    case.lay_out(desk)
    with contextlib.chdir(folder):
        try:
            notes = _read(case)
        except ProblemsError as error:
            return Told(error.problems, (), _shown(error))
    assert notes, case
    return Told((), notes, "\n".join(map(language("id").problem, notes)))


def _read(case: Case) -> tuple[Message, ...]:
    scenario = load_scenario(case.asked)
    if not case.data:
        return scenario.provenance.notes
    return read_evidence([DataFile(name) for name in case.data], scenario, fixed_cohort=case.fixed_cohort).notes


def _shown(error: ProblemsError) -> str:
    with contextlib.redirect_stderr(StringIO()) as shown:
        show_problems(Settings(lang="id"), [error])
    return shown.getvalue().rstrip("\n").rpartition("\n")[0]


def tell_all(folder: Path) -> dict[str, Told]:
    """Return what is told of every case."""
    told = {}
    for number, (name, case) in enumerate(CASES.items()):
        desk = folder / str(number) / "kerja"
        desk.mkdir(parents=True)
        told[name] = tell(case, desk)
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """Return what is told of every case, found once."""
    return tell_all(tmp_path_factory.mktemp("problems"))


@pytest.fixture(scope="module")
def kept(request: pytest.FixtureRequest, told: dict[str, Told]) -> dict[str, str]:
    """Return the texts that were read and kept."""
    if request.config.getoption("--refresh-texts"):
        write_texts(TEXTS, today(told))
    return read_texts(TEXTS)


def parts(one: Told) -> list[Message | None]:
    """Return everything that is told of a case."""
    problems = [part for p in one.problems for part in (p.message, p.allowed, p.suggestion)]
    return [*problems, *one.notes]


def today(told: dict[str, Told]) -> dict[str, str]:
    """Return what is to be kept of every case: all that it tells, or the places where earlier ones show its words."""
    seen: set[str] = set()
    texts = {}
    for name, one in told.items():
        shown = {template for part in parts(one) for template in templates(part)}
        places = "\n".join(line for line in one.text.splitlines() if not line.startswith(" "))
        texts[name] = section(CASES[name].written(), one.text) if shown - seen else places
        seen |= shown
    return texts


def test_a_mistake_is_told_as_kept(told: dict[str, Told], kept: dict[str, str]) -> None:
    """Place, message, what was found, what is allowed and the likely fix are those that were read and kept."""
    assert today(told) == kept


def test_check_shows_these_texts_and_how_many(
    told: dict[str, Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command shows on stderr what is told, then the number of problems, and ends with 2."""
    monkeypatch.chdir(tmp_path)
    CASES["a horizon in words"].lay_out(Desk(tmp_path))
    done = CliRunner().invoke(app, ["check", "scenario.yaml", "--lang", "id"])
    assert done.stderr == f"{told['a horizon in words'].text}\nDitemukan 1 masalah; perbaiki, lalu ulangi.\n"
    assert done.exit_code == 2


def templates(message: Message | None) -> Iterator[str]:
    """Yield the template of a message and of every message in it."""
    if message is not None:
        yield message.template
        for value in message.values.values():
            yield from templates(value if isinstance(value, Message) else None)


def sentences_of_the_room() -> set[str]:
    """Return every template that stands in the sources of this room."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.rglob("*.py"))
    calls = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    first = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Message")
    return {str(ast.literal_eval(template)) for template in first}


def _not_followed() -> Iterator[Message | None]:
    """Yield what is told of a path that cannot be followed: under Python 3.11, a link to itself."""
    collector = ProblemList()
    found = files.Files(Path("scenario.yaml"), collector)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "resolve", _raise)
        assert found.read("villages.csv", Place("scenario.yaml", 6, Path()), "villages.table") is None
    (problem,) = collector.error().problems
    yield from (problem.message, problem.allowed, problem.suggestion)


def _too_many_draws() -> Iterator[Message | None]:
    """Yield what is told of a file of draws that would take a gigabyte of memory."""
    collector = ProblemList()
    content = BytesIO()
    pq.write_table(pa.table({"year_sd": [0.4, 0.5]}), content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posterior, "MOST_VALUES", 1)
        source = files.Source(Path("posterior.parquet"), "posterior.parquet", Path(), content.getvalue())
        assert posterior.read_posterior(source, collector, {"year_sd"}) is None
    (problem,) = collector.error().problems
    yield from (problem.message, problem.allowed, problem.suggestion)


def _too_many_statuses() -> Iterator[Message | None]:
    """Yield what is told of lists that would take gigabytes of memory."""
    scenario = load_scenario(ROOM.parents[1] / "scenarios" / "contoh_belajar.yaml")
    lists = ROOM.parents[1] / "scenarios" / "data" / "contoh_belajar_daftar.xlsx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "MOST_STATUSES", 100)
        with pytest.raises(ProblemsError) as told:
            read_evidence([DataFile(lists)], scenario)
    yield from (part for p in told.value.problems for part in (p.message, p.allowed, p.suggestion))


def _no_list() -> Iterator[Message | None]:
    """Yield what is told of files of an office in which nobody finds villages."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catatan.csv"
        path.write_text("nama,nilai\nBenua,3\n", encoding="utf-8")
        with pytest.raises(ProblemsError) as told:
            read_lists([path])
    problem = told.value.problems[0]
    yield from (problem.message, problem.suggestion)


def _no_answer() -> Iterator[Message | None]:
    """Yield what is told of a file of answers in which a list stands where a word should."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "jawaban.yaml"
        path.write_text("target: [5, 6]\n", encoding="utf-8")
        with pytest.raises(ProblemsError) as told:
            read_answers(path)
    yield told.value.problems[0].message


def _what_happened() -> Iterator[Message | None]:
    """Yield what is told of tables that are to say what happened, as a register reads them."""
    counted = "tanggal,tempat,dasar,berkembang,mandiri,paripurna\n"
    tables = {
        "nama,nilai\nBenua,3\n",
        f"{counted}2026,,93,25,3,14\n",
        f"{counted}2026-07-31,Tabanan,48,44,7,34\n2026-07-31,Tabanan,48,44,7,34\n",
        f"{counted}2026-07-31,Tabanan,48,44,7,34\n2026-07-31,Badung,1,2,3,4\n",
    }
    for table in tables:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "kenyataan.csv"
            path.write_text(table, encoding="utf-8")
            try:
                yield from read_outcomes([path], {"51.02": "Tabanan", "63.01": "Tanah Laut"}).notes
            except ProblemsError as error:
                yield from (part for p in error.problems for part in (p.message, p.allowed, p.suggestion))


def _expert_answers() -> Iterator[Message | None]:
    """Yield what is told of answers of experts that are none, are not whole, or contradict each other."""
    scenario = load_scenario(ROOM.parents[1] / "scenarios" / "tanah_laut_pokja.yaml")
    head = "Pertanyaan\nNama,{}\nkode_pertanyaan,paling sedikit,paling mungkin,paling banyak\n"
    told = (
        head.format("") + "usual.dasar,3,1,2\nusual.berkembang,2,9,4\ngood.berkembang,1,2,4\nfall,0,,1\nquux,1,2,3\n",
        head.format("Siti") + "usual.dasar,1,3,4\ngood.dasar,2,3,4\nwith.pokja.dasar,1,2,4\ngood.mandiri,1,2,3\n",
        head.format("Siti") + "usual.dasar,1,2,4\n",
        head.format("Rina") + "usual.dasar,,,\n",
    )
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.csv" for number in range(len(told))]
        for path, text in zip(paths, told, strict=True):
            path.write_text(text, encoding="utf-8")
        with pytest.raises(ProblemsError) as error:
            read_experts(paths, scenario)
    yield from (part for p in error.value.problems for part in (p.message, p.allowed, p.suggestion))


def _not_stated() -> Iterator[Message | None]:
    """Yield why a scenario that was made in Python cannot be stated by a file."""
    by_kecamatan = Villages.from_subdistrict_counts("1", "D", {"K": np.array([1, 0, 0, 0])})
    other = Villages.from_counts("2", "E", np.array([1, 0, 0, 0]), 1)
    near = Villages.from_counts("1", "D", np.array([2, 0, 0, 0]), 1).related(Network(2, np.array([[0, 1]])))
    for scenario in (
        Scenario("networked", 2025, 1, (near, other), PARAMETERS),
        Scenario("several", 2025, 1, (by_kecamatan, other), PARAMETERS),
        Scenario("blanks", 2025, 1, (Villages.arrange("1", "D", ["a"], [" A"], ["K"], status=[0]),), PARAMETERS),
    ):
        with pytest.raises(Refusal) as refused:
            fingerprint(scenario)
        yield from refused.value.reasons


def _no_such_district() -> Iterator[Message | None]:
    """Yield why a scenario has no district of a code."""
    with pytest.raises(Refusal) as refused:
        Scenario("one", 2025, 1, (Villages.from_counts("2", "E", np.array([9, 0, 0, 0]), 1),), PARAMETERS).of_district(
            "3"
        )
    yield from refused.value.reasons


def _no_such_example() -> Iterator[Message | None]:
    """Yield why no example has a name."""
    with pytest.raises(Refusal) as refused:
        example("pulau")
    yield from refused.value.reasons


def _from_python() -> Iterator[Message | None]:
    """Yield what only a scenario written in Python can have wrong."""
    scenario = Scenario("one", 2025, 1, (Villages.from_counts("2", "E", np.array([9, 0, 0, 0]), 1),), PARAMETERS)
    plan = {"name": "pokja", "starts": 2026, "capacity": 2}
    files = dict.fromkeys(("villages.table", "villages.network", "villages.map", "parameters_from"), 3)
    for changes in ({"pokj.capacity": 3, "year_sd": object()}, {"interventions": [plan, plan]}, files):
        with pytest.raises(ProblemsError) as told:
            scenario.with_(**changes)
        yield from (part for p in told.value.problems for part in (p.message, p.allowed, p.suggestion))
    for draws in (pd.DataFrame({"year_sd": ["besar"]}), pd.DataFrame([[0.1, 0.2]], columns=["year_sd"] * 2)):
        with pytest.raises(ProblemsError) as told:
            scenario.with_posterior(draws)
        yield from (part for p in told.value.problems for part in (p.message, p.suggestion))
    with pytest.raises(Refusal) as refused:
        scenario.beside(scenario.with_(horizon=2))
    yield from refused.value.reasons
    yield from scenario.with_posterior(pd.DataFrame({"year_sd": np.linspace(0.1, 0.9, 60)})).provenance.notes


def _raise(_: Path) -> Path:
    raise OSError


BY_HAND: dict[str, Callable[[], Iterator[Message | None]]] = {
    "a path that cannot be followed": _not_followed,
    "a file of too many draws": _too_many_draws,
    "lists of too many statuses": _too_many_statuses,
    "files without a list of villages": _no_list,
    "a list in the place of an answer": _no_answer,
    "what happened since a forecast": _what_happened,
    "answers of experts": _expert_answers,
    "what no file can state": _not_stated,
    "a district that is not there": _no_such_district,
    "an example that is not there": _no_such_example,
    "what only Python can say": _from_python,
}
"""What no file of a scenario can bring about on every system, made by calling the function that would tell it."""


def test_every_sentence_is_shown_by_a_case(told: dict[str, Told]) -> None:
    """Messages, what is allowed and fixes: each template of this room is shown by one of the cases at least."""
    found = [part for one in told.values() for part in parts(one)]
    found += [part for make in BY_HAND.values() for part in make()]
    shown = {template for part in found for template in templates(part)}
    assert sentences_of_the_room() - shown == set()


NO_HELP: dict[str, str] = {}
"""Messages that say all there is to say, and why."""


def test_every_problem_says_what_is_allowed_or_what_to_do(told: dict[str, Told]) -> None:
    """No problem leaves the reader with what is wrong alone."""
    helpless = {
        problem.message.template
        for one in told.values()
        for problem in one.problems
        if problem.allowed is None and problem.suggestion is None
    }
    assert helpless == set(NO_HELP)


def test_what_was_found_is_quoted_on_one_short_line(told: dict[str, Told]) -> None:
    """However long the value, at most 60 characters of it are shown, and no line break."""
    for one in told.values():
        for problem in one.problems:
            assert len(problem.found) <= 60
            assert "\n" not in problem.found


def test_what_is_wrong_is_a_phrase_without_advice(told: dict[str, Told]) -> None:
    """Messages begin in lower case and end without a full stop; advice stands in its own line."""
    for one in told.values():
        for problem in one.problems:
            for part in filter(None, (problem.message, problem.allowed, problem.suggestion)):
                assert not str(part).endswith((".", ";", ",", " ")), str(part)
                assert "  " not in str(part)
