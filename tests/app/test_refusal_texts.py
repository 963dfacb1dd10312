"""What the commands refuse, word for word in Indonesian.

The texts stand in refusal_texts.txt, one section a refusal: change one there by hand and see this test fail.
"""

from __future__ import annotations

import ast
import contextlib
import errno
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import MagicMock, Mock, patch

import pytest
from assumption_cases import ASSUMED_IN_PYTHON
from calibration_notes import LEARNED_IN_PYTHON, NOTES
from decision_cases import decision_cases
from districts import make_scenario, make_villages
from filelock import Timeout
from learning_cases import learning_cases
from mechanism_cases import FAULTY, REFUSED
from page_cases import REFUSED_BY_PAGE
from refusal_cases import LATER_YEARS, Case, refusal_cases
from reviewed_texts import read_texts, section, write_texts
from sentences import CATALOGUE
from start_cases import STARTS, every_question
from told import result_of

from simulation.app import errors
from simulation.decision import trial
from simulation.decision.discovery import discover
from simulation.decision.grid import grid
from simulation.decision.kept_parts import parts_below
from simulation.decision.trial import Goal
from simulation.decision.workbench import ema_model
from simulation.domain.messages import Message, ProblemsError, Refusal
from simulation.domain.scenario import refuse_so_far
from simulation.domain.so_far import SoFar
from simulation.engine import chunk_folder, compiled, laid_aside
from simulation.engine.closed_form.applicability import REPORTS_LATE, VILLAGES_LEARNED, reasons_against
from simulation.engine.cluster import workers_at
from simulation.engine.effort import Effort, EffortError
from simulation.engine.ensemble import MOST_DEATHS, refuse_executor, refuse_nonsense
from simulation.engine.failure import Failure, none_completed, none_kept, some_failed, too_many_deaths
from simulation.engine.model import VillageAgent
from simulation.engine.progress import SlowAgentsWarning
from simulation.engine.workers import ExecutorLostError, TaskStuckError
from simulation.inference.elicitation import refuse_unfit
from simulation.inference.forecasting import forecast
from simulation.inference.trajectories import flows, trajectories
from simulation.inputs.examples import example
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report import brief, plots, runs
from simulation.report.kinds.forecast.kind import FORECAST
from simulation.report.kinds.forecast.result import undrawable
from simulation.report.language import Language, language, read_catalogue
from simulation.report.runs import load_run
from simulation.report.store import folder as store
from simulation.report.store import kept, lock, making
from simulation.report.store.folder import Folder
from simulation.report.store.making import Place

TEXTS = Path(__file__).parent / "refusal_texts.txt"
OF_FILES = Path(__file__).parents[1] / "inputs" / "problem_texts.txt"
"""What files are refused for, in words that often stand in the domain: what is assumed is checked there."""
ROOMS = Path(errors.__file__).parents[1]
CASES = refusal_cases() | decision_cases() | learning_cases() | STARTS

FULL = OSError(errno.ENOSPC, "x")
FOLDER = Path("results", "coba")

_RUN_ID = re.compile(r"(/|_)[0-9a-f]{12}(?=[/: ])")
"""Ids follow every change of what is hashed; which one it is, no sentence hangs on."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?= prakiraan| forecast)")


def refused(call: Callable[[], object]) -> Callable[[Language], str]:
    """Return what tells, in a language, why a call is refused."""

    def told(speech: Language) -> str:
        with pytest.raises((Refusal, EffortError)) as refusal:
            call()
        return "\n".join(map(speech.problem, refusal.value.reasons))

    return told


def faulted(call: Callable[[], object]) -> Callable[[Language], str]:
    """Return what tells, in a language, what is wrong with assumptions that Python code states."""

    def told(speech: Language) -> str:
        with pytest.raises(ProblemsError) as error:
            call()
        return "\n".join(errors.problem_lines(speech, error.value.problems))

    return told


def noted(call: Callable[[], tuple[Message, ...]]) -> Callable[[Language], str]:
    """Return what tells, in a language, what must be known of an answer."""
    return lambda speech: "\n".join(map(speech.problem, call()))


def of_disk(number: int) -> Callable[[Language], str]:
    """Return what tells, in a language, that the system has refused a folder with this error."""
    refusal = OSError(number, "x")
    question = Mock(repeatable=False)

    def told(speech: Language) -> str:
        with patch.object(making, "alone", side_effect=refusal):
            return refused(lambda: making.obtain(Place(FOLDER, "", FORECAST), question, Mock(), speech))(speech)

    return told


def _unwritten() -> object:
    place = Mock(shelf=FOLDER, candidates=[], write=Mock(side_effect=FULL))
    return making._make(place, Mock(), Mock(), language("id"), None, Mock(), {})


def _altered() -> tuple[Message, ...]:
    told: list[Message] = []
    place = Mock(candidates=[Mock(path=FOLDER, altered=lambda: ["years.csv"])], parts=0)
    making._make(place, Mock(), Mock(), language("id"), None, told.append, {})
    return tuple(told)


def _waiting() -> tuple[Message, ...]:
    told: list[Message] = []
    held = Mock(is_locked=False, acquire=Mock(side_effect=Timeout("x")))
    with patch.object(Path, "mkdir"), patch("time.sleep", side_effect=KeyboardInterrupt):
        try:
            lock._acquire(held, FOLDER, told.append)
        except KeyboardInterrupt as interrupt:
            told += interrupt.args
    return tuple(told)


def _without_locks() -> tuple[Message, ...]:
    told: list[Message] = []
    with (
        TemporaryDirectory() as folder,
        patch.object(lock, "_acquire", side_effect=NotImplementedError),
        lock.alone(Path(folder), told.append),
    ):
        pass
    return tuple(replace(message, values={"folder": FOLDER}) for message in told)


def _not_kept() -> tuple[Message, ...]:
    told: list[Message] = []
    with patch.object(chunk_folder, "whole_file", side_effect=FULL):
        chunk_folder.ChunkFolder(FOLDER, tell=told.append).save(Mock(), Mock(arrays={}, failures=()))
    return tuple(told)


def undrawn(name: str, **changed: object) -> Callable[[Language], str]:
    """Return what tells, in a language, why a figure is not drawn of a forecast."""

    def told(speech: Language) -> str:
        result = result_of(forecast(SMALL, 1, 20, 3))
        (district,) = result.districts
        districts = changed.pop("districts", None) or (replace(district, **changed),)
        reason = undrawable(name, replace(result, districts=districts))
        assert reason is not None
        return speech.say(FORECAST.undrawn[name], reason=speech.problem(reason))

    return told


def _without_its_map() -> object:
    result = result_of(forecast(SMALL, 1, 20, 3))
    known = replace(result.districts[0], statuses_known=True)
    return plots.village_map(replace(result, districts=(known,), sources={"villages.map": "stated; peta.geojson"}))


def _stuck() -> object:
    with patch("simulation.engine.ensemble.spread", side_effect=TaskStuckError("cannot pickle 'module' object")):
        return forecast(SMALL, 1, 20, 3)


def of_many(number: int) -> Scenario:
    """Return a scenario of so many districts."""
    codes = (f"63.{number:02d}" for number in range(1, number + 1))
    return replace(SMALL, districts=tuple(replace(SMALL.districts[0], district_code=code) for code in codes))


def _no_space_aside() -> object:
    with (
        patch.object(laid_aside, "TemporaryFile", lambda **_: Mock(write=Mock(side_effect=FULL))),
        patch.object(laid_aside, "gettempdir", lambda: FOLDER),
        patch("simulation.engine.ensemble.COUNTS_IN_MEMORY", 0),
    ):
        return forecast(of_many(2), 1, 20, 3)


def _elsewhere(error: Exception) -> Callable[[], object]:
    """Return a forecast whose executor fails in this way."""

    def call() -> object:
        with (
            ThreadPoolExecutor(1) as executor,
            patch("simulation.engine.ensemble.spread_over", side_effect=error),
        ):
            return forecast(SMALL, 1, 20, 3, executor=executor)

    return call


def _connected(address: str, **client: Any) -> Callable[[], object]:
    """Return what connects to a scheduler where Dask meets this."""

    def call() -> object:
        with patch("distributed.Client", **client), workers_at(address):
            return None

    return call


def _without_distributed() -> object:
    with patch.dict(sys.modules, {"distributed": None}), workers_at("tcp://127.0.0.1:8786"):
        return None


def _without_range() -> None:
    with patch.dict(sys.modules, {"ema_workbench": MagicMock()}):
        ema_model(example("contoh"), uncertainties=["horizon"])


def _without_xarray() -> None:
    with patch.dict("sys.modules", {"xarray": None}):
        forecast(SMALL, 1, 20, 3).to_xarray()


def _changed() -> object:
    with patch.object(Folder, "altered", return_value=["inputs/scenario.yaml", "years.csv"]):
        return load_run(FOLDER)


def _of_another_kind() -> object:
    with patch.object(store, "read_json", return_value={"kind": "plan"}):
        return store.load(FOLDER, brief.FORECASTS)


def _other_version() -> object:
    answer = Mock(path=FOLDER, id="0123456789ab", question=lambda _: Mock(id="ba9876543210"))
    with patch.object(runs, "load_run", return_value=answer):
        return runs.rerun(FOLDER)


def _many_tries() -> object:
    with patch.object(trial, "MOST_MULTIPLICATIONS", 0):
        return trial.engine_for(SMALL, Goal(0.9, (SMALL.years[0],)), "exact", 10, 0)


def _no_forecast() -> object:
    with patch.object(brief, "find", return_value=None), patch.object(brief, "below", side_effect=[[Mock()], []]):
        return brief.read_runs([FOLDER])


def _without_docx() -> object:
    with patch.object(brief, "find_spec", return_value=None):
        return brief.write_brief(language("id"), brief.Runs([]))


SMALL = make_scenario(make_villages([9], counts=[5, 2, 1, 1]))
SO_FAR = SoFar(date(2026, 6, 30), 1)
IDLE = MagicMock(scheduler_info=lambda: {"workers": {}})
DIED = Failure("63.99", 3, 17, None, "process ended: SIGSEGV(-11)", "")
BY_HAND: dict[str, Callable[[Language], str]] = {
    "everything that start asks": every_question,
    "villages whose past is known, beyond the first year": lambda speech: speech.problem(VILLAGES_LEARNED),
    "lists that are late, beyond the first year": lambda speech: speech.problem(REPORTS_LATE),
    "no draws, asked for in Python": refused(lambda: Effort(0, 20)),
    "no workers, asked for in Python": refused(lambda: refuse_nonsense(SMALL, Effort(1, 20), 0, "batch", 0)),
    "no seed, asked for in Python": refused(lambda: refuse_nonsense(SMALL, Effort(1, 20), -1, "batch", None)),
    "no engine, asked for in Python": refused(lambda: refuse_nonsense(SMALL, Effort(1, 20), 0, "fast", None)),
    "more runs of many districts than can be kept": refused(
        lambda: refuse_nonsense(of_many(11), Effort(1, 20_000_000), 0, "batch", None)
    ),
    "no space for many districts": refused(_no_space_aside),
    "dots of one district": refused(lambda: plots.districts(forecast(SMALL, 1, 20, 3))),
    "districts of other years": refused(lambda: SMALL.beside(replace(SMALL, name="test-other", horizon=9))),
    "a district that is not there": refused(lambda: SMALL.of_district("63.98")),
    "simulations that fail where all are needed": refused(lambda: (_ for _ in ()).throw(some_failed(20, [DIED] * 3))),
    "parts of a law of one's own": refused(lambda: parts_below(FOLDER, SMALL.with_agents(VillageAgent))),
    "an exact grid": refused(lambda: grid(SMALL, {"horizon": [1]}, engine="exact")),  # type: ignore[arg-type]
    "a grid of nothing": refused(lambda: SMALL.grid({})),
    "a grid of too many settings": refused(lambda: SMALL.grid({"horizon": range(1, 41), "fall": range(251)})),
    "a grid of values that are no list": faulted(lambda: SMALL.grid({"rise.dasar": 0.1, "horizon": "5"})),
    "a figure of failures that no description tells": refused(
        lambda: plots.discovery(
            discover(example("contoh"), draws=160, replicates=2, fails_below=0.01, seed=1, progress=False)
        )
    ),
    "a model of the workbench without a range": refused(_without_range),
    "a figure of a district that is not there": refused(lambda: plots.rises(forecast(SMALL, 1, 20, 3), district="7")),
    "a figure of a district that is nearly there": refused(
        lambda: plots.rises(forecast(SMALL, 1, 20, 3), district="63.98")
    ),
    "work that cannot leave its process": refused(_stuck),
    "a run that Numba would shorten": noted(lambda: (compiled.SLOW,)),
    "agents that run for long": noted(lambda: (SlowAgentsWarning(119_000).message,)),
    "an exact forecast as a dataset": refused(lambda: forecast(SMALL, 1, engine="exact").to_xarray()),
    "a dataset without its package": refused(_without_xarray),
    "villages in more simulations than fit": refused(lambda: trajectories(SMALL, replicates=10**8)),
    "flows in more simulations than fit": refused(lambda: flows(SMALL, replicates=10**8)),
    "a village that is not there, by its code": refused(lambda: trajectories(SMALL, ["Coba"])),
    "a village whose code is written otherwise": refused(lambda: trajectories(SMALL, ["63.99.001"])),
    "villages of an exact forecast": refused(lambda: trajectories(forecast(SMALL, 1, engine="exact"))),
    "no executor, given in Python": refused(lambda: refuse_executor("meja", None)),
    "workers and an executor, given in Python": refused(lambda: refuse_executor(Mock(spec=Executor), 2)),
    "the address of no scheduler": faulted(_connected("meja")),
    "a scheduler that does not answer": faulted(_connected("tcp://10.0.0.5:8786", side_effect=OSError)),
    "a scheduler without workers": faulted(_connected("tcp://10.0.0.5:8786", return_value=IDLE)),
    "an executor without its package": refused(_without_distributed),
    "work that cannot leave for an executor": refused(_elsewhere(TaskStuckError("cannot pickle 'module' object"))),
    "an executor that loses its workers": refused(_elsewhere(ExecutorLostError("KilledWorker"))),
    "processes that die": refused(lambda: (_ for _ in ()).throw(too_many_deaths([DIED], MOST_DEATHS))),
    "processes that die in every trajectory": refused(
        lambda: (_ for _ in ()).throw(none_completed("Coba", [DIED] * 20))
    ),
    "rises so far that contradict the scenario": refused(
        lambda: (_ for _ in ()).throw(none_kept("Coba", 20_000, 90, "2026-06-30"))
    ),
    "rises so far where all simulations are needed": refused(lambda: refuse_so_far(replace(SMALL, so_far=SO_FAR))),
    "rises so far in an exact result": refused(lambda: forecast(replace(SMALL, so_far=SO_FAR), 1, engine="exact")),
    "a run that leads to another id": refused(_other_version),
    "a run of a scenario in Python": refused(lambda: kept.scenarios(FOLDER, [])),
    "a run whose inputs are not its own": refused(_changed),
    "an answer of another kind": refused(_of_another_kind),
    "experts asked after data": refused(lambda: refuse_unfit(Mock(parameters=Mock(blocks=("panel",))))),
    "an exact plan of many draws": refused(_many_tries),
    "a plan that is simulated": noted(lambda: tuple(why.filled(year=2027) for why in trial.WHY_SIMULATED.values())),
    "a brief of a comparison alone": refused(_no_forecast),
    "a brief without its package": refused(_without_docx),
    "a board of several districts": undrawn("village_board", districts=(None, None)),
    "a board of counts": undrawn("village_board", statuses_known=False),
    "a board of too many kecamatan": undrawn("village_board", statuses_known=True, subdistricts=201),
    "a map of several districts": undrawn("village_map", districts=(None, None)),
    "a map that the scenario does not name": undrawn("village_map", statuses_known=True),
    "a map of a result alone": refused(_without_its_map),
    "no space for a run": of_disk(errno.ENOSPC),
    "a folder of someone else": of_disk(errno.EACCES),
    "a disk that is only read": of_disk(errno.EROFS),
    "a path beyond all length": of_disk(errno.ENAMETOOLONG),
    "a path with a file in it": of_disk(errno.ENOTDIR),
    "an error of the system": of_disk(errno.EIO),
    "no space for the tables": refused(_unwritten),
    "a run that was changed": noted(_altered),
    "a folder in which another process writes": noted(_waiting),
    "a folder that cannot be locked": noted(_without_locks),
    "no space for what is finished": noted(_not_kept),
    **{name: refused(call) for name, call in LEARNED_IN_PYTHON.items()},
    **{name: faulted(call) for name, call in FAULTY.items()},
    **{name: refused(call) for name, call in REFUSED.items()},
    **{name: refused(call) for name, call in REFUSED_BY_PAGE.items()},
    **{name: faulted(call) for name, call in ASSUMED_IN_PYTHON.items()},
    **{name: noted(call) for name, call in NOTES.items()},
}
"""Refusals that no command can bring about everywhere, and what is noted of a calibration."""


def typed(command: str, folder: Path) -> tuple[int, str]:
    """Return exit code and stderr of a command."""
    from simulation.app.cli import main

    with (
        patch.object(sys, "argv", ["kampungkb", "--lang", "id", *shlex.split(command)]),
        patch("simulation.app.options.HELP", language("id")),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(StringIO()),
        contextlib.redirect_stderr(StringIO()) as shown,
        pytest.raises(SystemExit) as end,
    ):
        main()
    assert isinstance(end.value.code, int)
    return end.value.code, shown.getvalue().rstrip()


def said(case: Case, folder: Path) -> str:
    """Return what a refused command writes to stderr."""
    case.lay_out(folder)
    for command in case.before:
        assert typed(command, folder)[0] == 0
    if case.spoil is not None:
        case.spoil(folder)
    ended, text = typed(case.command, folder)
    assert ended == case.code, text
    return _DAY.sub("<day>", _RUN_ID.sub(r"\1<id>", text.replace(f"{folder}/", "")))


def why_later_years_are_simulated(case: Case, folder: Path) -> str:
    """Return why the exact engine knows of a scenario the first year alone."""
    case.lay_out(folder)
    scenario = load_scenario(folder / "scenario.yaml")
    draws = re.search(r"--draws (\d+)", case.command)
    parameters = scenario.parameters.draw(0, int(draws[1]) if draws else 1000)
    return "\n".join(map(language("id").problem, reasons_against(scenario, parameters, 0)))


def texts(folder: Path) -> dict[str, str]:
    """Return every section of the file, from today's code."""
    found = {}
    for name, case in LATER_YEARS.items():
        desk = folder / name
        desk.mkdir()
        found[name] = section(case.written(), why_later_years_are_simulated(case, desk))
    for number, (name, case) in enumerate(CASES.items()):
        desk = folder / str(number)
        desk.mkdir()
        found[name] = section(case.written(), said(case, desk))
    return found | {name: section([], tell(language("id"))) for name, tell in BY_HAND.items()}


@pytest.fixture(scope="module")
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is said today and what was read and kept."""
    today = texts(tmp_path_factory.mktemp("refusals"))
    if request.config.getoption("--refresh-texts"):
        write_texts(TEXTS, today)
    return today, read_texts(TEXTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*LATER_YEARS, *CASES, *BY_HAND])
def test_a_refusal_reads_as_kept(both: tuple[dict[str, str], dict[str, str]], name: str) -> None:
    """Each refusal says, word for word, what an official has read and found helpful."""
    today, kept = both
    assert today[name] == kept[name]


@pytest.mark.slow
def test_no_text_is_kept_of_a_refusal_that_is_not_made(both: tuple[dict[str, str], dict[str, str]]) -> None:
    """The files hold the cases of this test and no others, in their order."""
    assert list(both[1]) == [*LATER_YEARS, *CASES, *BY_HAND]


def first_words(call: ast.Call, *names: str) -> Iterator[str]:
    """Yield the sentence with which one of these functions is called."""
    named = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if named in names and call.args and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)


def refusals() -> Iterator[str]:
    """Yield every sentence with which rooms other than that of the inputs can refuse something."""
    for path in ROOMS.rglob("*.py"):
        if ROOMS / "inputs" in path.parents or path.name == "columns.py":  # which says what tables hold
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        raised: list[ast.AST]
        if path.name == "errors.py":  # beside what was typed wrongly it holds how any other error is shown
            raised = [node for node in tree.body if getattr(node, "name", "") in {"run", "_reason", "_bad_value"}]
        else:
            raised = list(filter(_is_raise, ast.walk(tree)))
        yield from (said for part in raised for call in _calls(part) for said in first_words(call, "say"))
        yield from (said for call in _calls(tree) for said in first_words(call, "Message"))


def _is_raise(node: ast.AST) -> bool:
    return isinstance(node, ast.Raise)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def shows(text: str, template: str) -> bool:
    """Return whether a sentence stands in a text, its places filled."""
    parts = re.split(r"\{[^{}]*\}", template)
    return re.search("[^\n]+".join(map(re.escape, parts)), text) is not None


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_refusal_is_among_these() -> None:
    """Sentences of commands, engines, explanations and reports stand here, translated; the domain's where files are."""
    kept, indonesian = "".join(map(_read, (TEXTS, OF_FILES))), read_catalogue(CATALOGUE)
    assert [template for template in refusals() if not shows(kept, indonesian[template])] == []
