"""Questions: in the terminal, in a file, as proposed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from simulation.app.questions import Interview, Question
from simulation.domain.messages import Message, Refusal, ScenarioError
from simulation.inputs.answers import read_answers
from simulation.report.language import language

YEAR = Question(
    "year", Message("which?"), "2025", read=lambda answer: answer if answer.isdecimal() else None, allowed=Message("x")
)
SAME = Question("same", Message("one?"), "different", {"same": Message("yes, they are one"), "different": None})
SPEECH = language("en")


def typing(monkeypatch: pytest.MonkeyPatch, *typed: str) -> Iterator[str]:
    """Let a person type these; Enter alone takes what is proposed. Return those that are left."""
    left = iter(typed)

    def prompt(_: str, default: str | None, **__: object) -> str:
        return next(left) or str(default)

    monkeypatch.setattr(typer, "prompt", prompt)
    return left


def test_a_person_is_asked_until_the_answer_is_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Enter takes the proposal; a choice may be given by its number; what is no answer is told, and asked again."""
    left = typing(monkeypatch, "", "1", "maybe", "different")
    interview = Interview(SPEECH, "terminal", {}, {}, "jawaban.yaml")
    assert [interview.answer_to(YEAR), interview.answer_to(SAME), interview.answer_to(SAME)] == [
        "2025",
        "same",
        "different",
    ]
    assert list(left) == []
    assert "allowed: 1 or 2" in capsys.readouterr().err


def test_a_file_of_answers_gives_the_same_answers_again(tmp_path: Path) -> None:
    """What one run writes, with every question and its choices, the next one reads; questions that were not asked
    stand there as comments.
    """
    first = Interview(SPEECH, "proposals", {}, {"same": "same", "year": "soon"}, "jawaban.yaml")
    assert [first.answer_to(YEAR), first.answer_to(SAME)] == ["2025", "same"]
    first.mention(Question("later", Message("when?"), "1"))
    path = tmp_path / "answers.yaml"
    path.write_text(first.written(), encoding="utf-8")
    assert read_answers(path) == {"year": "2025", "same": "same"}
    for said in ("# which?", "#   same: yes, they are one", "#   different\n", "# later: '1'"):
        assert said in first.written()
    again = Interview(SPEECH, "file", read_answers(path), {}, "jawaban.yaml")
    assert [again.answer_to(YEAR), again.answer_to(SAME)] == ["2025", "same"]
    assert again.unasked == []


def test_what_a_file_does_not_answer_is_refused_unless_proposals_are_taken() -> None:
    """So is an answer that is none, and a question for which there is nothing to propose."""
    with pytest.raises(Refusal, match="has no answer to year"):
        Interview(SPEECH, "file", {}, {}, "jawaban.yaml").answer_to(YEAR)
    assert Interview(SPEECH, "proposals", {"same": "same"}, {}, "jawaban.yaml").answer_to(YEAR) == "2025"
    with pytest.raises(Refusal, match="soon is not an answer"):
        Interview(SPEECH, "proposals", {"year": "soon"}, {}, "jawaban.yaml").answer_to(YEAR)
    with pytest.raises(Refusal, match="nothing to propose"):
        Interview(SPEECH, "proposals", {}, {}, "jawaban.yaml").answer_to(Question("open", Message("what?"), ""))


def test_an_answer_is_a_word(tmp_path: Path) -> None:
    """A list in a file of answers is told with its line."""
    path = tmp_path / "answers.yaml"
    path.write_text("target: 5%\nyear: [2024]\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_answers(path)
    (problem,) = error.value.problems
    assert (problem.line, problem.field) == (2, "year")
