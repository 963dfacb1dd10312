"""Questions that only a person can answer: asked in the terminal, read from a file, or answered as proposed.

A file of answers is plain YAML, one ``key: answer`` a question; what was asked and what may be answered stands above
it as a comment. A run writes one, so that the next run, or a script, can give the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import typer

from ..domain.messages import Message, Refusal, nearest
from ..inputs.resolve import yaml_of
from ..report.document.terminal import wrapped
from ..report.language import Language, printable

Way = Literal["terminal", "proposals", "file", "template"]
"""Where answers come from: a person, the proposals, a file alone, or nowhere: then questions are only collected."""
NONE = "-"
"""The answer that means: none of it."""


@dataclass(frozen=True)
class Question:
    """Something to be decided.

    Attributes
    ----------
    key
        Names it in a file of answers.
    text
        What is asked.
    proposal
        The answer where nobody says otherwise, written as a person would.
    choices
        The only answers, where they can be listed, each with what it means; None where it says so itself.
    read
        Returns an answer in its plain form, None where it is none.
    allowed
        What may be answered, where that cannot be listed.
    """

    key: str
    text: Message
    proposal: str
    choices: Mapping[str, Message | None] = field(default_factory=dict)
    read: Callable[[str], str | None] = str
    allowed: Message | None = None

    def understood(self, answer: str) -> str | None:
        """Return an answer in its plain form: a choice, by itself or by its number, or what `read` makes of it."""
        answer = " ".join(answer.split())
        if not self.choices:
            return self.read(answer) if answer else None
        numbered = dict(enumerate(self.choices, start=1))
        if answer in self.choices:
            return answer
        return numbered.get(int(answer)) if answer.isdecimal() else None


class Interview:
    """Answers questions one after the other, and remembers which were asked.

    Parameters
    ----------
    way
        Where answers come from that are not `given`.
    given
        Answers of a file that was named: they hold.
    before
        Answers of an earlier run: they are proposed.
    file
        Where the answers are kept, as it would be typed.
    """

    def __init__(
        self, speech: Language, way: Way, given: Mapping[str, str], before: Mapping[str, str], file: str
    ) -> None:
        self._speech = speech
        self._file = file
        self._way = way
        self._given = given
        self._before = before
        self._asked: dict[str, tuple[Question, str | None]] = {}

    def mention(self, *questions: Question) -> None:
        """Let the file of answers name questions that are asked only after another answer."""
        self._asked |= {question.key: (question, None) for question in questions}

    def answer_to(self, question: Question) -> str:
        """Return the answer to a question.

        Raises
        ------
        Refusal
            Where the file of answers has none, or one that is none; or where nobody can be asked and nothing proposed.
        """
        key = question.key
        if key in self._given:
            found = question.understood(self._given[key])
            if found is None:
                message = Message("{key}: {answer} is not an answer to this question; allowed: {allowed}")
                raise Refusal(message.filled(key=key, answer=self._given[key], allowed=self._allowed(question)))
        elif self._way == "file":
            message = Message(
                "the file of answers has no answer to {key}: {question} Allowed: {allowed}. "
                "Add one, or give --yes as well"
            )
            raise Refusal(message.filled(key=key, question=question.text, allowed=self._allowed(question)))
        else:
            proposal = question.understood(self._before.get(key, "")) or question.proposal
            self._asked[key] = question, proposal
            found = self._ask(question, proposal) if self._way == "terminal" else proposal
            if not found:
                message = Message(
                    "there is nothing to propose for {key}: {question} Write the answer after {key}: in {file}, and "
                    "give that file with --answers"
                )
                raise Refusal(message.filled(key=key, question=question.text, file=self._file))
        self._asked[key] = question, found
        return found

    def _ask(self, question: Question, proposal: str) -> str:
        """Ask until an answer is understood; Enter takes the proposal."""
        say = self._speech.say
        lines = ["", self._speech.problem(question.text)]
        for number, (choice, meaning) in enumerate(question.choices.items(), start=1):
            lines.append(f"  {number}. {choice if meaning is None else self._speech.problem(meaning)}")
        typer.echo(printable("\n".join(map(wrapped, lines)), lines=True), err=True)
        shown = str([*question.choices].index(proposal) + 1) if proposal in question.choices else proposal
        while True:
            typed = typer.prompt(say("Answer"), default=shown or None, err=True)
            if (found := question.understood(typed)) is not None:
                return found
            numbers = [str(number) for number in range(1, len(question.choices) + 1)]
            allowed = self._speech.either(numbers) if numbers else self._allowed(question)
            typer.echo(say("This is not a possible answer; allowed: {allowed}", allowed=allowed), err=True)

    def _allowed(self, question: Question) -> str:
        if question.choices:
            return self._speech.either(question.choices)
        return "" if question.allowed is None else self._speech.problem(question.allowed)

    @property
    def asked(self) -> list[tuple[Question, str]]:
        """The questions so far that were asked, each with its answer; "" where nothing could be proposed."""
        return [(question, found) for question, found in self._asked.values() if found is not None]

    @property
    def unasked(self) -> list[str]:
        """Keys of the file of answers that no question has.

        Raises
        ------
        Refusal
            Where one of them is nearly that of a question: its answer would be lost.
        """
        unasked = [key for key in self._given if key not in self._asked]
        # Keys with a slash are about single rows and columns, perhaps of other lists.
        for key in (key for key in unasked if "/" not in key):
            if (meant := nearest(key, self._asked)) is not None:
                message = Message(
                    "the file of answers holds {key}, which is not a question; {meant}", {"key": key, "meant": meant}
                )
                raise Refusal(message)
        return unasked

    def written(self) -> str:
        """Return the questions so far with their answers, as a file of answers."""
        say, problem = self._speech.say, self._speech.problem
        lines = [
            "# "
            + say("Answers for kampungkb start: change an answer after its colon, and give this file with --answers.")
        ]
        for key, (question, found) in self._asked.items():
            lines += ["", f"# {problem(question.text)}"]
            for choice, meaning in question.choices.items():
                lines.append(f"#   {choice}" if meaning is None else f"#   {choice}: {problem(meaning)}")
            if question.allowed is not None:
                lines.append(f"# {say('Allowed: {allowed}', allowed=problem(question.allowed))}")
            if question.proposal:
                lines.append(f"# {say('Proposed: {answer}', answer=question.proposal)}")
            entry = yaml_of({key: question.proposal if found is None else found}).strip()
            lines.append(entry if found is not None else f"# {entry}")
        return "\n".join(lines) + "\n"
