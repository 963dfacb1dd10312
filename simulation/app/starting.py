"""From an office's lists to a scenario, a cleaned copy, a forecast and a brief: what ``start`` and the page do.

First the lists are read and questions are answered (`read_and_ask`), then all files are written (`compute`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..domain.messages import Message, Refusal
from .options import Settings, quoted

if TYPE_CHECKING:
    from ..inputs.districts import DistrictList
    from ..inputs.office.records import Lists
    from ..inputs.scenario import Scenario
    from ..report.kinds.calibration import CalibrationResult
    from ..report.kinds.comparison import ComparisonResult
    from ..report.kinds.forecast.result import ForecastResult
    from ..report.language import Language
    from ..report.store.folder import Answer
    from .office_questions import Programme, Wanted
    from .questions import Interview, Question, Way


@dataclass(frozen=True)
class OfDistrict:
    """What the lists of one district say, and what was answered."""

    lists: Lists
    wanted: Wanted


@dataclass(frozen=True)
class OfDistricts:
    """A table of several districts, the year at whose end its counts hold, and the share that must rise in a year."""

    table: DistrictList
    origin: int
    share: float


@dataclass
class Start:
    """One start from an office's lists: where it writes, what it has asked, written and found.

    Attributes
    ----------
    out
        Where all files go.
    draws
        Draws of the uncertain parameters.
    way
        Where answers come from that no file gives.
    answers
        The file of answers that was named; None for none.
    before
        Answers that are proposed; None for those of an earlier start in `out`.
    village_map
        The map that was given with the lists; None for none.
    questions
        What was asked, each with its answer, "" where there is none.
    files
        What a file is -> where it is.
    learned
        The calibration; None where there was nothing to learn from.
    compared
        What a programme changes; None where none was asked about.
    """

    settings: Settings
    out: Path
    draws: int
    way: Way
    answers: Path | None = None
    before: Mapping[str, str] | None = None
    village_map: Path | None = None
    questions: Sequence[tuple[Question, str]] = ()
    files: dict[str, Path] = field(default_factory=dict)
    learned: CalibrationResult | None = None
    compared: ComparisonResult | None = None

    @property
    def speech(self) -> Language:
        """The language in which files are written."""
        return self.settings.language()

    def hand_out(self, what: str, name: str, write: Callable[[Path], None]) -> Path:
        """Write a file under a name, or beside it where somebody changed what lies there; return where."""
        from ..report.files import hand_out

        out = hand_out(self.out, {name: write})
        new = out.written[0]
        for path in out.changed:
            self.settings.note(
                self.speech.say(
                    "{path} was changed by hand or comes from another folder, and is left as it is; new file: {new}",
                    path=quoted(path),
                    new=quoted(new),
                )
            )
        self.files[what] = new
        return new

    def write(self, what: str, name: str, content: str | bytes) -> Path:
        """Hand out a file of this content."""
        from ..report.files import write_bytes

        content = content.encode() if isinstance(content, str) else content
        return self.hand_out(what, name, lambda path: write_bytes(path, content))

    def beside(self, file: Path, what: str) -> Path:
        """Return a file that the scenario names: itself where it lies beside it, else a copy."""
        if file.resolve().parent == self.out.resolve():
            return file
        return self.write(what, file.name, file.read_bytes())

    def as_data(self, forecast: Answer[ForecastResult]) -> dict[str, Any]:
        """Return where forecast and files are, as `--json` says it."""
        return {"forecast": str(forecast.path), "written": {what: str(path) for what, path in self.files.items()}}

    def told(self) -> Iterator[str]:
        """Yield where the files are that people open."""
        say = self.speech.say
        named = {
            "brief": say("Brief"),
            "cleaned_copy": say("Cleaned copy"),
            "answers": say("Answers"),
            "scenario": say("Scenario"),
        }
        for what, name in named.items():
            if what in self.files:
                yield say("{name}: {path}", name=name, path=quoted(self.files[what]))


def map_apart(data: Sequence[Path]) -> tuple[list[Path], Path | None]:
    """Return the lists among what was given, and the map of villages, None where there is none.

    Raises
    ------
    Refusal
        Where there are several maps, or no list.
    """
    from ..inputs.village_map import ENDING

    maps = [path for path in data if path.suffix.casefold() == ENDING]
    if len(maps) > 1:
        names = ", ".join(path.name for path in maps)
        raise Refusal(Message("several maps of villages were given: {names}; give one", {"names": names}))
    if maps and len(maps) == len(data):
        raise Refusal(Message("{name} is a map: give the list of villages as well", {"name": maps[0].name}))
    return [path for path in data if path not in maps], next(iter(maps), None)


def read_and_ask(run: Start, data: Sequence[Path]) -> OfDistrict | OfDistricts:
    """Read lists, and ask what they do not say; what was asked and answered is kept, whatever ends it.

    Raises
    ------
    Refusal, ProblemsError
        Where the lists cannot be read, or a question cannot be answered.
    """
    from ..inputs.districts import district_list
    from ..report.started_scenario import name_of
    from .office_questions import ask_of_districts

    if len(data) == 1 and (table := district_list(data[0])) is not None:
        with _interview(run, name_of(table.path.stem)) as interview:
            origin, share = ask_of_districts(interview, table.year)
        return OfDistricts(table, origin, share)
    return _ask(run, data)


def compute(run: Start, data: Sequence[Path], asked: OfDistrict | OfDistricts) -> Answer[ForecastResult]:
    """Write the scenario and what it needs, forecast, write the brief; return the forecast."""
    from ..inputs.scenario import load_scenario

    path = write_scenario(run, data, asked)
    if isinstance(asked, OfDistrict):
        return _compute(run, path, asked)
    scenario = load_scenario(path)
    forecast = _forecast(run, scenario)
    _write_brief(run, [forecast.path])
    return forecast


@contextmanager
def _interview(run: Start, name: str) -> Iterator[Interview]:
    """Give the interview about the lists of that name; what was asked and answered is kept, whatever ends it."""
    from ..inputs.answers import read_answers
    from .questions import Interview

    speech, answers = run.speech, run.answers
    kept = run.out / speech.say("{name}_answers.yaml", name=name)
    given = {} if answers is None else read_answers(answers)
    before = run.before
    if before is None:
        before = read_answers(kept) if answers is None and kept.is_file() else {}
    interview = Interview(speech, run.way, given, before, quoted(answers or kept))
    try:
        yield interview
    finally:
        run.questions = interview.asked
        if answers is not None and answers.resolve() == kept.resolve():
            run.files["answers"] = kept
        else:
            run.write("answers", kept.name, interview.written())
    if unasked := interview.unasked:
        run.settings.note(speech.say("Answers to questions that are not asked: {keys}", keys=", ".join(unasked)))
    if run.way == "template":
        values = {"path": quoted(run.files["answers"])}
        raise Refusal(
            Message(
                "there is no terminal to ask questions in: take what is proposed with --yes, or answer in {path} and "
                "give that with --answers",
                values,
            )
        )


def _ask(run: Start, data: Sequence[Path]) -> OfDistrict:
    """Return what the lists say and what was answered."""
    from ..inputs.office.reading import read_lists
    from ..report.started_scenario import name_of
    from .office_questions import (
        ask_of_district,
        ask_of_lists,
        ask_of_one_of,
        ask_what_is_wanted,
        districts_in_columns,
        districts_named,
    )

    found = read_lists(data)
    if len(several := districts_in_columns(found)) > 1:
        with _interview(run, name_of(data[0].stem)) as interview:
            kabupaten = ask_of_one_of(interview, several, found.districts)
            lists = ask_of_lists(interview, data, several[kabupaten])
            return OfDistrict(lists, ask_what_is_wanted(interview, lists, kabupaten))
    districts = districts_named(found, data, run.speech.say("Kabupaten not named"))
    with _interview(run, name_of(districts[0].name)) as interview:
        lists = ask_of_lists(interview, data, ())
        return OfDistrict(lists, ask_what_is_wanted(interview, lists, ask_of_district(interview, districts)))


def _compute(run: Start, path: Path, asked: OfDistrict) -> Answer[ForecastResult]:
    """Check a scenario of one district, calibrate, forecast, compare, write the brief; return the forecast."""
    from ..inputs.scenario import load_scenario
    from ..report.kinds.comparison import COMPARISON, Comparing
    from .load_scenarios import tell_what_changed
    from .runner import answer

    lists, wanted = asked.lists, asked.wanted
    if len(lists.years) > 1 or wanted.launch_years:
        run.settings.note(run.speech.say("Calibrating on what the lists tell of past years …"))
        path = _calibrate(run, path, wanted)
    scenario = load_scenario(path)
    tell_what_changed(run.settings, scenario, run.out / "results")
    forecast = _forecast(run, scenario)
    answers = [forecast.path]
    if wanted.programme is not None:
        with_it = _write_programme(run, path, scenario, wanted.programme)
        compared = Comparing.of([scenario, load_scenario(with_it)], run.draws, None)
        found = answer(run.settings, COMPARISON, compared, run.out / "results", shown=False)
        run.compared = found.result
        answers.append(found.path)
    _write_brief(run, answers)
    return forecast


def _forecast(run: Start, scenario: Scenario) -> Answer[ForecastResult]:
    from ..engine.effort import Effort
    from ..report.kinds.forecast.kind import FORECAST
    from ..report.kinds.forecast.result import ask
    from .runner import answer

    run.settings.note(run.speech.say("Forecasting …"))
    question = ask(scenario, Effort.of(scenario, run.draws), 0, "batch")
    return answer(run.settings, FORECAST, question, run.out / "results", shown=False)


def write_scenario(run: Start, data: Sequence[Path], asked: OfDistrict | OfDistricts) -> Path:
    """Write the scenario and the table that it reads, of one district the cleaned copy; return the scenario's path."""
    from ..report.cleaned_copy import write_cleaned_copy
    from ..report.started_scenario import name_of, scenario_text

    if isinstance(asked, OfDistricts):
        return _write_districts(run, asked)
    lists, wanted, speech, name = asked.lists, asked.wanted, run.speech, name_of(asked.wanted.kabupaten.name)
    copy = run.hand_out(
        "cleaned_copy",
        speech.say("{name}_list.xlsx", name=name),
        lambda path: write_cleaned_copy(speech, lists, f"Kampung KB {wanted.kabupaten.name}", path),
    )
    files = [file.name for file in data]
    answers, origin = run.files["answers"].name, lists.years[-1]
    village_map = None if run.village_map is None else run.beside(run.village_map, "map").name
    text = scenario_text(
        speech, name, wanted.kabupaten, copy.name, answers, files, lists, origin, wanted.share, village_map
    )
    return run.write("scenario", f"{name}.yaml", text)


def _write_districts(run: Start, asked: OfDistricts) -> Path:
    from ..report.started_scenario import districts_text, name_of

    table, name = asked.table, name_of(asked.table.path.stem)
    file = run.beside(table.path, "table")
    title = f"Kampung KB {table.province or table.path.stem}"
    text = districts_text(run.speech, name, title, file.name, table.path.name, asked.origin, asked.share)
    return run.write("scenario", f"{name}.yaml", text)


def _calibrate(run: Start, path: Path, wanted: Wanted) -> Path:
    """Learn from what the cleaned copy says of the past, and return the scenario that uses it.

    Draws bear the number of the calibration, so that none are written over on which a scenario may rest.
    """
    from ..inputs.observations.evidence import read_evidence
    from ..inputs.scenario import load_scenario
    from ..report.calibrated_scenario import ENDING
    from ..report.files import write_bytes
    from ..report.kinds.calibration import CALIBRATION, DRAWS, Learning
    from ..report.started_scenario import calibrated_text
    from .runner import answer

    scenario = load_scenario(path)
    evidence = read_evidence(run.files["cleaned_copy"], scenario).evidence
    evidence = evidence.without(() if wanted.launch_years else ("launch_years",))
    question = Learning.of(evidence, scenario, run.draws, 0)
    found = answer(run.settings, CALIBRATION, question, run.out / "results", shown=False)
    if not found.result.learned:
        return path
    run.learned, name = found.result, f"{path.stem}_posterior"
    kept = path.with_name(f"{name}_{found.manifest.input_hash}{ENDING}")
    write_bytes(kept, (found.path / DRAWS).read_bytes())
    run.files["draws"] = kept
    text = calibrated_text(run.speech, path.name, scenario, kept.name)
    return run.write("calibrated", f"{name}.yaml", text)


def _write_programme(run: Start, base: Path, scenario: Scenario, programme: Programme) -> Path:
    from ..report.started_scenario import name_of, programme_text

    text = programme_text(run.speech, base.name, scenario, programme.name, programme.villages, programme.cost)
    name = f"{base.stem.removesuffix('_posterior')}_{name_of(programme.name)}.yaml"
    return run.write("programme", name, text)


def _write_brief(run: Start, answers: Sequence[Path]) -> None:
    """Write the brief beside the forecast, where the packages for it are there."""
    from ..report.brief import read_runs, write_brief

    speech = run.speech
    run.settings.note(speech.say("Writing the brief …"))
    try:
        written = write_brief(speech, read_runs(answers))
    except Refusal as refusal:
        for why in refusal.reasons:
            run.settings.note(why)
        return
    for path in written.changed:
        run.settings.note(
            speech.say("Changed by hand since it was written, and left as it is: {path}", path=quoted(path))
        )
    run.files["brief"] = [path for path in written.files if path.name.startswith("brief")][-1]
