"""The command ``start``: from an office's lists to a scenario, a cleaned copy, a forecast and a brief."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...domain.messages import Message, Refusal
from ..command import command
from ..options import HELP, Settings, at_least, quoted

if TYPE_CHECKING:
    from ...inputs.districts import DistrictList
    from ...inputs.office.records import Lists
    from ...inputs.scenario import Scenario
    from ...report.kinds.calibration import CalibrationResult
    from ...report.kinds.comparison import ComparisonResult
    from ...report.kinds.forecast.result import ForecastResult
    from ...report.language import Language
    from ...report.store.folder import Answer
    from ..office_questions import Programme, Wanted
    from ..questions import Interview, Way

Data = Annotated[
    list[Path],
    typer.Argument(metavar="DATA…", help=HELP.say("The office's lists (XLSX, CSV).")),
]
Yes = Annotated[bool, typer.Option("--yes", help=HELP.say("Ask nothing; take what is proposed."))]
AnswersFile = Annotated[
    Path | None,
    typer.Option("--answers", metavar="FILE", help=HELP.say("Answers to the questions (YAML).")),
]
Folder = Annotated[Path, typer.Option("--out", metavar="DIR", help=HELP.say("Where all files are written."))]
Number = Annotated[
    int, typer.Option("--draws", metavar="N", callback=at_least(2), help=HELP.say("Draws of the uncertain parameters."))
]


@command
def start(
    settings: Settings,
    data: Data,
    yes: Yes = False,
    answers: AnswersFile = None,
    out: Folder = Path(),
    draws: Number = 1000,
) -> None:
    """Read an office's lists, ask what they do not say, and write scenario, cleaned copy, forecast and brief."""
    from ...inputs.districts import district_list
    from ...report.cleaned_copy import weighty
    from ...report.list_summary import summary_of
    from ..runner import show_result

    settings.lang = str(settings.language().code)
    speech, run = settings.language(), _Start(settings, out, draws, answers, _way(yes=yes, file=answers is not None))
    if not data[0].suffix and data[-1].suffix and not any(path.exists() for path in data):
        path = " ".join(map(str, data))
        raise Refusal(Message('a path with spaces needs quotation marks: "{path}"', {"path": path}))
    if len(data) == 1 and (table := district_list(data[0])) is not None:
        _start_districts(run, table)
        return
    lists, wanted = _ask(run, data)
    forecast = _compute(run, data, lists, wanted)
    summary = summary_of(speech, data, lists, wanted.kabupaten, run.learned, forecast.result, run.compared)
    told = {"villages": len(lists.present), "years": lists.years, "changes": len(weighty(lists.changes))}
    told |= run.as_data(forecast)
    show_result(settings, told, summary, list(run.told()))


def _way(*, yes: bool, file: bool) -> Way:
    """Return where answers come from that no file gives."""
    if yes:
        return "proposals"
    if file:
        return "file"
    return "terminal" if sys.stdin.isatty() else "template"


@dataclass
class _Start:
    """One run of the command: where it writes, what it has written and found.

    Attributes
    ----------
    out
        Where all files go.
    answers, way
        The file of answers that was named, and where answers come from that it does not give.
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
    answers: Path | None
    way: Way
    files: dict[str, Path] = field(default_factory=dict)
    learned: CalibrationResult | None = None
    compared: ComparisonResult | None = None

    @property
    def speech(self) -> Language:
        """The language in which files are written."""
        return self.settings.language()

    def hand_out(self, what: str, name: str, write: Callable[[Path], None]) -> Path:
        """Write a file under a name, or beside it where somebody changed what lies there; return where."""
        from ...report.files import hand_out

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
        from ...report.files import write_bytes

        content = content.encode() if isinstance(content, str) else content
        return self.hand_out(what, name, lambda path: write_bytes(path, content))

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


def _start_districts(run: _Start, table: DistrictList) -> None:
    """Write the scenario of a table of districts, forecast each against its own target, write the brief."""
    from ...inputs.scenario import load_scenario
    from ...report.started_scenario import districts_text, name_of
    from ..office_questions import ask_of_districts
    from ..runner import show_result

    speech, name = run.speech, name_of(table.path.stem)
    with _interview(run, name) as interview:
        origin, share = ask_of_districts(interview, table.year)
    file = table.path
    if file.resolve().parent != run.out.resolve():
        file = run.write("table", file.name, file.read_bytes())
    title = f"Kampung KB {table.province or table.path.stem}"
    text = districts_text(speech, name, title, file.name, table.path.name, origin, share)
    scenario = load_scenario(run.write("scenario", f"{name}.yaml", text))
    forecast = _forecast(run, scenario)
    _write_brief(run, [forecast.path])
    told = {"districts": len(scenario.districts), "years": [origin], **run.as_data(forecast)}
    show_result(run.settings, told, forecast.document(speech), list(run.told()))


@contextmanager
def _interview(run: _Start, name: str) -> Iterator[Interview]:
    """Give the interview about the lists of that name; what was asked and answered is kept, whatever ends it."""
    from ...inputs.answers import read_answers
    from ..questions import Interview

    speech, answers = run.speech, run.answers
    kept = run.out / speech.say("{name}_answers.yaml", name=name)
    given = {} if answers is None else read_answers(answers)
    before = read_answers(kept) if answers is None and kept.is_file() else {}
    interview = Interview(speech, run.way, given, before, quoted(answers or kept))
    try:
        yield interview
    finally:
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


def _ask(run: _Start, data: Sequence[Path]) -> tuple[Lists, Wanted]:
    """Return what the lists say and what was answered."""
    from ...inputs.office.reading import read_lists
    from ...report.started_scenario import name_of
    from ..office_questions import (
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
            return lists, ask_what_is_wanted(interview, lists, kabupaten)
    districts = districts_named(found, data, run.speech.say("Kabupaten not named"))
    with _interview(run, name_of(districts[0].name)) as interview:
        lists = ask_of_lists(interview, data, ())
        return lists, ask_what_is_wanted(interview, lists, ask_of_district(interview, districts))


def _compute(run: _Start, data: Sequence[Path], lists: Lists, wanted: Wanted) -> Answer[ForecastResult]:
    """Write cleaned copy and scenario, check, calibrate, forecast, compare, write the brief; return the forecast."""
    from ...inputs.scenario import load_scenario
    from ...report.kinds.comparison import COMPARISON, Comparing
    from ..load_scenarios import tell_what_changed
    from ..runner import answer

    path = _write_scenario(run, data, lists, wanted)
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


def _forecast(run: _Start, scenario: Scenario) -> Answer[ForecastResult]:
    from ...engine.effort import Effort
    from ...report.kinds.forecast.kind import FORECAST
    from ...report.kinds.forecast.result import ask
    from ..runner import answer

    run.settings.note(run.speech.say("Forecasting …"))
    question = ask(scenario, Effort.of(scenario, run.draws), 0, "batch")
    return answer(run.settings, FORECAST, question, run.out / "results", shown=False)


def _write_scenario(run: _Start, data: Sequence[Path], lists: Lists, wanted: Wanted) -> Path:
    from ...report.cleaned_copy import write_cleaned_copy
    from ...report.started_scenario import name_of, scenario_text

    speech, name = run.speech, name_of(wanted.kabupaten.name)
    copy = run.hand_out(
        "cleaned_copy",
        speech.say("{name}_list.xlsx", name=name),
        lambda path: write_cleaned_copy(speech, lists, f"Kampung KB {wanted.kabupaten.name}", path),
    )
    files = [file.name for file in data]
    answers, origin = run.files["answers"].name, lists.years[-1]
    text = scenario_text(speech, name, wanted.kabupaten, copy.name, answers, files, lists, origin, wanted.share)
    return run.write("scenario", f"{name}.yaml", text)


def _calibrate(run: _Start, path: Path, wanted: Wanted) -> Path:
    """Learn from what the cleaned copy says of the past, and return the scenario that uses it.

    Draws bear the number of the calibration, so that none are written over on which a scenario may rest.
    """
    from ...inputs.observations.evidence import read_evidence
    from ...inputs.scenario import load_scenario
    from ...report.calibrated_scenario import ENDING
    from ...report.files import write_bytes
    from ...report.kinds.calibration import CALIBRATION, DRAWS, Learning
    from ...report.started_scenario import calibrated_text
    from ..runner import answer

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
    text = calibrated_text(run.speech, path.name, scenario, kept.name)
    return run.write("calibrated", f"{name}.yaml", text)


def _write_programme(run: _Start, base: Path, scenario: Scenario, programme: Programme) -> Path:
    from ...report.started_scenario import name_of, programme_text

    text = programme_text(run.speech, base.name, scenario, programme.name, programme.villages, programme.cost)
    name = f"{base.stem.removesuffix('_posterior')}_{name_of(programme.name)}.yaml"
    return run.write("programme", name, text)


def _write_brief(run: _Start, answers: Sequence[Path]) -> None:
    """Write the brief beside the forecast, where the packages for it are there."""
    from ...report.brief import read_runs, write_brief

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
