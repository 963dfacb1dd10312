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
    from ...report.list_summary import summary_of
    from ..runner import show_result

    settings.lang = str(settings.language().code)
    speech, made = settings.language(), _Made(out)
    way = _way(yes=yes, file=answers is not None)
    if not data[0].suffix and data[-1].suffix and not any(path.exists() for path in data):
        path = " ".join(map(str, data))
        raise Refusal(Message('a path with spaces needs quotation marks: "{path}"', {"path": path}))
    if len(data) == 1 and (table := district_list(data[0])) is not None:
        _start_districts(settings, made, table, answers, way, draws)
        return
    lists, wanted = _ask(settings, made, data, answers, way)
    forecast = _compute(settings, made, data, lists, wanted, draws)
    summary = summary_of(speech, data, lists, wanted.kabupaten, made.learned, forecast.result, made.compared)
    told = {"villages": len(lists.present), "years": lists.years, "changes": len(lists.changes)}
    told |= made.as_data(forecast)
    show_result(settings, told, summary, list(made.told(speech)))


def _way(*, yes: bool, file: bool) -> Way:
    """Return where answers come from that no file gives."""
    if yes:
        return "proposals"
    if file:
        return "file"
    return "terminal" if sys.stdin.isatty() else "template"


@dataclass
class _Made:
    """What was written, and what was learned.

    Attributes
    ----------
    files
        What a file is -> where it is.
    learned
        The calibration; None where there was nothing to learn from.
    compared
        What a programme changes; None where none was asked about.
    """

    out: Path
    files: dict[str, Path] = field(default_factory=dict)
    learned: CalibrationResult | None = None
    compared: ComparisonResult | None = None

    def hand_out(self, settings: Settings, what: str, name: str, write: Callable[[Path], None]) -> Path:
        """Write a file under a name, or beside it where somebody changed what lies there; return where."""
        from ...report.files import hand_out

        out = hand_out(self.out, {name: write})
        for path in out.changed:
            values = {"path": quoted(path), "new": quoted(out.written[0])}
            settings.note(
                settings.language().say(
                    "{path} was changed by hand or comes from another folder, and is left as it is; new file: {new}",
                    **values,
                )
            )
        self.files[what] = out.written[0]
        return out.written[0]

    def as_data(self, forecast: Answer[ForecastResult]) -> dict[str, Any]:
        """Return where forecast and files are, as `--json` says it."""
        return {"forecast": str(forecast.path), "written": {what: str(path) for what, path in self.files.items()}}

    def told(self, speech: Language) -> Iterator[str]:
        """Yield where the files are that people open."""
        named = {
            "brief": speech.say("Brief"),
            "cleaned_copy": speech.say("Cleaned copy"),
            "answers": speech.say("Answers"),
            "scenario": speech.say("Scenario"),
        }
        for what, name in named.items():
            if what in self.files:
                yield speech.say("{name}: {path}", name=name, path=quoted(self.files[what]))


def _start_districts(
    settings: Settings, made: _Made, table: DistrictList, answers: Path | None, way: Way, draws: int
) -> None:
    """Write the scenario of a table of districts, forecast each against its own target, write the brief."""
    from ...engine.effort import Effort
    from ...inputs.scenario import load_scenario
    from ...report.files import write_bytes, write_text
    from ...report.kinds.forecast.kind import FORECAST
    from ...report.kinds.forecast.result import ask
    from ...report.started_scenario import districts_text, name_of
    from ..office_questions import ask_of_districts
    from ..runner import answer, show_result

    speech, name = settings.language(), name_of(table.path.stem)
    with _interview(settings, made, name, answers, way) as interview:
        origin, share = ask_of_districts(interview, table.year)
    file = table.path
    if file.resolve().parent != made.out.resolve():
        content = file.read_bytes()
        file = made.hand_out(settings, "table", file.name, lambda path: write_bytes(path, content))
    title = f"Kampung KB {table.path.stem}"
    text = districts_text(speech, name, title, file.name, table.path.name, origin, share)
    path = made.hand_out(settings, "scenario", f"{name}.yaml", lambda path: write_text(path, text))
    scenario = load_scenario(path)
    question = ask(scenario, Effort.of(scenario, draws), 0, "batch")
    settings.note(speech.say("Forecasting …"))
    forecast = answer(settings, FORECAST, question, made.out / "results", shown=False)
    _write_brief(settings, made, [forecast.path])
    told = {"districts": len(scenario.districts), "years": [origin], **made.as_data(forecast)}
    show_result(settings, told, forecast.document(speech), list(made.told(speech)))


@contextmanager
def _interview(settings: Settings, made: _Made, name: str, answers: Path | None, way: Way) -> Iterator[Interview]:
    """Give the interview about the lists of that name; what was asked and answered is kept, whatever ends it."""
    from ...inputs.answers import read_answers
    from ...report.files import write_text
    from ..questions import Interview

    speech = settings.language()
    kept = made.out / speech.say("{name}_answers.yaml", name=name)
    given = {} if answers is None else read_answers(answers)
    before = read_answers(kept) if answers is None and kept.is_file() else {}
    interview = Interview(speech, way, given, before, quoted(answers or kept))
    try:
        yield interview
    finally:
        if answers is not None and answers.resolve() == kept.resolve():
            made.files["answers"] = kept
        else:
            made.hand_out(settings, "answers", kept.name, lambda path: write_text(path, interview.written()))
    if unasked := interview.unasked:
        settings.note(speech.say("Answers to questions that are not asked: {keys}", keys=", ".join(unasked)))
    if way == "template":
        values = {"path": quoted(made.files["answers"])}
        raise Refusal(
            Message(
                "there is no terminal to ask questions in: take what is proposed with --yes, or answer in {path} and "
                "give that with --answers",
                values,
            )
        )


def _ask(settings: Settings, made: _Made, data: Sequence[Path], answers: Path | None, way: Way) -> tuple[Lists, Wanted]:
    """Return what the lists say and what was answered."""
    from ...inputs.office.reading import read_lists
    from ...report.started_scenario import name_of
    from ..office_questions import ask_of_lists, ask_what_is_wanted, districts_named

    districts = districts_named(read_lists(data), data, settings.language().say("Kabupaten not named"))
    with _interview(settings, made, name_of(districts[0].name), answers, way) as interview:
        lists = ask_of_lists(interview, data)
        return lists, ask_what_is_wanted(interview, lists, districts)


def _compute(
    settings: Settings, made: _Made, data: Sequence[Path], lists: Lists, wanted: Wanted, draws: int
) -> Answer[ForecastResult]:
    """Write cleaned copy and scenario, check, calibrate, forecast, compare, write the brief; return the forecast."""
    from ...engine.effort import Effort
    from ...inputs.scenario import load_scenario
    from ...report.kinds.comparison import COMPARISON, Comparing
    from ...report.kinds.forecast.kind import FORECAST
    from ...report.kinds.forecast.result import ask
    from ..load_scenarios import tell_what_changed
    from ..runner import answer

    speech, results = settings.language(), made.out / "results"
    path = _write_scenario(settings, made, data, lists, wanted)
    if len(lists.years) > 1 or wanted.launch_years:
        settings.note(speech.say("Calibrating on what the lists tell of past years …"))
        path = _calibrate(settings, made, path, results, wanted, draws)
    scenario = load_scenario(path)
    tell_what_changed(settings, scenario, results)
    question = ask(scenario, Effort.of(scenario, draws), 0, "batch")
    settings.note(speech.say("Forecasting …"))
    forecast = answer(settings, FORECAST, question, results, shown=False)
    answers = [forecast.path]
    if wanted.programme is not None:
        with_it = _write_programme(settings, made, path, scenario, wanted.programme)
        compared = Comparing.of([scenario, load_scenario(with_it)], draws, None)
        found = answer(settings, COMPARISON, compared, results, shown=False)
        made.compared = found.result
        answers.append(found.path)
    _write_brief(settings, made, answers)
    return forecast


def _write_scenario(settings: Settings, made: _Made, data: Sequence[Path], lists: Lists, wanted: Wanted) -> Path:
    from ...report.cleaned_copy import write_cleaned_copy
    from ...report.files import write_text
    from ...report.started_scenario import name_of, scenario_text

    speech, name = settings.language(), name_of(wanted.kabupaten.name)
    copy = made.hand_out(
        settings,
        "cleaned_copy",
        speech.say("{name}_list.xlsx", name=name),
        lambda path: write_cleaned_copy(speech, lists, f"Kampung KB {wanted.kabupaten.name}", path),
    )
    files = [file.name for file in data]
    answers, origin = made.files["answers"].name, lists.years[-1]
    text = scenario_text(speech, name, wanted.kabupaten, copy.name, answers, files, lists.changes, origin, wanted.share)
    return made.hand_out(settings, "scenario", f"{name}.yaml", lambda path: write_text(path, text))


def _calibrate(settings: Settings, made: _Made, path: Path, results: Path, wanted: Wanted, draws: int) -> Path:
    """Learn from what the cleaned copy says of the past, and return the scenario that uses it.

    Draws bear the number of the calibration, so that none are written over on which a scenario may rest.
    """
    from ...inputs.observations.evidence import read_evidence
    from ...inputs.scenario import load_scenario
    from ...report.calibrated_scenario import ENDING
    from ...report.files import write_bytes, write_text
    from ...report.kinds.calibration import CALIBRATION, DRAWS, Learning
    from ...report.started_scenario import calibrated_text
    from ..runner import answer

    scenario = load_scenario(path)
    evidence = read_evidence(made.files["cleaned_copy"], scenario).evidence
    evidence = evidence.without(() if wanted.launch_years else ("launch_years",))
    found = answer(settings, CALIBRATION, Learning.of(evidence, scenario, draws, 0), results, shown=False)
    if not found.result.learned:
        return path
    made.learned, name = found.result, f"{path.stem}_posterior"
    kept = path.with_name(f"{name}_{found.manifest.input_hash}{ENDING}")
    write_bytes(kept, (found.path / DRAWS).read_bytes())
    text = calibrated_text(settings.language(), path.name, scenario, kept.name)
    return made.hand_out(settings, "calibrated", f"{name}.yaml", lambda overlay: write_text(overlay, text))


def _write_programme(settings: Settings, made: _Made, base: Path, scenario: Scenario, programme: Programme) -> Path:
    from ...report.files import write_text
    from ...report.started_scenario import name_of, programme_text

    text = programme_text(settings.language(), base.name, scenario, programme.name, programme.villages, programme.cost)
    name = f"{base.stem.removesuffix('_posterior')}_{name_of(programme.name)}.yaml"
    return made.hand_out(settings, "programme", name, lambda path: write_text(path, text))


def _write_brief(settings: Settings, made: _Made, answers: Sequence[Path]) -> None:
    """Write the brief beside the forecast, where the packages for it are there."""
    from ...report.brief import read_runs, write_brief

    speech = settings.language()
    settings.note(speech.say("Writing the brief …"))
    try:
        written = write_brief(speech, read_runs(answers))
    except Refusal as refusal:
        for why in refusal.reasons:
            settings.note(why)
        return
    for path in written.changed:
        settings.note(speech.say("Changed by hand since it was written, and left as it is: {path}", path=quoted(path)))
    made.files["brief"] = [path for path in written.files if path.name.startswith("brief")][-1]
