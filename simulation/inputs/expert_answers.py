"""What experts are asked of a scenario, in whole villages of twenty, and their answers as a workbook holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from ..domain.messages import Message, listed
from ..domain.parameters import ParameterKey
from ..domain.scenario import Assumptions
from ..domain.status import LEVELS, TOP
from .files import LARGEST_TABLE, Files
from .problem_list import ProblemList
from .tables.grids import Grid, read_grids
from .tables.headers import Wanted
from .tables.table import Table, table_in

VILLAGES_ASKED = 20
"""Of how many villages it is asked how many rise or fall."""
ABOUT = {"name": 2, "position": 3, "date": 4}
"""The rows of a sheet in whose second cell it stands who answered, and when."""
_WANTED = Wanted(("asked", "at_least", "most_likely", "at_most"))
_ANSWER = _WANTED.required[1:]
_RECONSIDER = Message("ask the expert again, and correct one of the numbers or empty the row")


@dataclass(frozen=True)
class Question:
    """How many of twenty villages rise or fall in a year.

    Attributes
    ----------
    kind
        In a usual year, in a good one, in a usual one with an intervention; or how many fall in a usual one.
    level
        Where the villages stand; "" where it is asked of all above dasar together.
    intervention
        Its name; "" where there is none.
    """

    kind: Literal["usual", "good", "with", "fall"]
    level: str = ""
    intervention: str = ""

    @property
    def code(self) -> str:
        """By what a workbook knows it."""
        return ".".join(filter(None, (self.kind, self.intervention, self.level)))

    @property
    def parameter(self) -> ParameterKey:
        """The parameter of the law that the answers tell of."""
        match self.kind:
            case "usual":
                return ParameterKey("rise", self.level)
            case "good":
                return ParameterKey("year_sd")
            case "with":
                return ParameterKey.effect(self.intervention, "rise")
            case "fall":
                return ParameterKey("fall")


class Numbers(NamedTuple):
    """An answer, in villages of twenty: the 10%, 50% and 90% quantile of what an expert believes."""

    at_least: int
    most_likely: int
    at_most: int


@dataclass(frozen=True)
class Expert:
    """Who answered when, and what; questions that were left open are left out."""

    name: str
    position: str
    date: str
    answers: Mapping[Question, Numbers]


def questions_of(scenario: Assumptions) -> list[Question]:
    """Return what experts are asked of a scenario, in the order of the workbook."""
    below = LEVELS[:TOP]
    return [
        *(Question("usual", level) for level in below),
        *(Question("good", level) for level in below),
        *(
            Question("with", level, plan.name)
            for plan in scenario.interventions
            for level in below
            if level in plan.eligible_status
        ),
        Question("fall"),
    ]


def read_experts(paths: Iterable[Path], scenario: Assumptions) -> list[Expert]:
    """Return the experts who answered, a sheet each, in the order of files and sheets.

    Raises
    ------
    DataError
        With every cell that holds no answer or contradicts another, and every file in which nothing is answered.
    """
    collector, questions = ProblemList(), {question.code: question for question in questions_of(scenario)}
    experts: list[Expert] = []
    for path in paths:
        if (source := Files(path, collector).read_top(LARGEST_TABLE)) is None:
            continue
        before, grids = (len(collector), len(experts)), read_grids(source, collector, _WANTED)
        for grid in (grid for grid in grids if grid.header(_WANTED).fits):
            table = table_in(grid, _WANTED)
            answers = None if table is None else _Answers(table, questions).read()
            if answers is not None:
                experts.append(_expert(grid, answers, experts))
        if before == (len(collector), len(experts)):
            fix = Message("fill in and save the workbook that kampungkb elicit SCENARIO wrote, a sheet for each expert")
            place = source.shown, None
            collector.add(place, "", Message("no question is answered here"), suggestion=fix, table=True)
    collector.raise_if_any()
    return experts


def _expert(grid: Grid, answers: Mapping[Question, Numbers], others: Sequence[Expert]) -> Expert:
    """Return who answered; a name that is missing, or that another sheet has, is told."""
    rows = dict(grid.rows)
    name, position, day = (cells[1] if len(cells := rows.get(row, [])) > 1 else "" for row in ABOUT.values())
    row, (column, *_) = ABOUT["name"], rows.get(ABOUT["name"]) or [""]
    if not name:
        message, fix = Message("nothing says whose answers these are"), Message("write the name of the expert there")
        grid.tell(row, message, fix, column=column, cell=f"B{row}")
    elif name in {other.name for other in others}:
        message, fix = Message("another sheet has answers by this name"), Message("remove one of the two sheets")
        grid.tell(row, message, fix, column=column, found=name, cell=f"B{row}")
    return Expert(name, position, day, answers)


class _Answers:
    """The answers of one sheet.

    Parameters
    ----------
    questions
        Code -> what the scenario asks.
    """

    def __init__(self, table: Table, questions: Mapping[str, Question]) -> None:
        self._table = table
        self._rows: dict[Question, int] = {}
        columns = [table.whole_numbers(column, 0, VILLAGES_ASKED) for column in _ANSWER]
        for i, code in enumerate(table.columns["asked"]):
            filled = [bool(table.columns[column][i]) for column in _ANSWER]
            question = questions.get(code)
            if not any(filled):
                continue
            if question is None or question in self._rows:
                message = Message("this scenario does not ask this, or an earlier row did")
                fix = Message("write the answers into a new workbook: kampungkb elicit SCENARIO")
                allowed = Message("one of: {names}", {"names": listed(questions, 40)})
                table.tell(i, "asked", message, fix, allowed=allowed)
            elif not all(filled):
                message = Message("only some of the three numbers are filled in")
                fix = Message("fill in all three, or empty the row")
                table.tell(i, _ANSWER[filled.index(False)], message, fix)
            else:
                self._rows[question] = i
        self._answers: dict[Question, Numbers] = {}
        for question, i in self._rows.items():
            low, middle, high = (column[i] for column in columns)
            if low is not None and middle is not None and high is not None:
                self._answers[question] = Numbers(low, middle, high)

    def read(self) -> dict[Question, Numbers] | None:
        """Return what is answered, None for nothing; what contradicts itself is told."""
        for question, answer in self._answers.items():
            for column, message, allowed in self._contradictions(question, answer):
                self._table.tell(self._rows[question], column, message, _RECONSIDER, allowed=allowed)
        return self._answers if self._rows else None

    def _contradictions(self, question: Question, answer: Numbers) -> Iterator[tuple[str, Message, Message]]:
        """Yield the column of each number that contradicts another, why, and what may stand there."""
        low, middle, high = answer
        if low > high:
            yield "at_most", Message("“at most” is below “at least”"), _from(low, VILLAGES_ASKED)
        elif not low <= middle <= high:
            yield "most_likely", Message("“most likely” is not between “at least” and “at most”"), _from(low, high)
        usual = Question("usual", question.level)
        if question.kind not in {"good", "with"}:
            return
        if usual not in self._rows:
            codes = self._table.columns["asked"]
            where = self._table.rows[codes.index(usual.code)] if usual.code in codes else usual.code
            allowed = Message("an answer in row {row} as well", {"row": where})
            yield "most_likely", Message("the usual year with which this is compared is not answered"), allowed
        elif usual in self._answers:
            cell = f"{self._table.letters['most_likely']}{self._table.rows[self._rows[usual]]}"
            values, least = {"cell": cell}, self._answers[usual].most_likely
            if question.kind == "good" and low < least:
                message = Message("in a good year fewer rise than in a usual one (cell {cell})", values)
                yield "at_least", message, _from(least, VILLAGES_ASKED)
            elif question.kind == "with" and middle < least:
                message = Message("with the intervention fewer rise than without it (cell {cell})", values)
                yield "most_likely", message, _from(least, VILLAGES_ASKED)


def _from(low: int, high: int) -> Message:
    return Message("a whole number from {low} to {high}", {"low": low, "high": high})
