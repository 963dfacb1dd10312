"""A file of answers: plain YAML, one ``key: answer`` a question."""

from __future__ import annotations

from pathlib import Path

from ..domain.messages import Message
from .files import Files, Source
from .problem_list import Place, ProblemList
from .yaml_source import read_yaml


def read_answers(path: Path) -> dict[str, str]:
    """Return key of a question -> answer as typed.

    Raises
    ------
    ScenarioError
        Where the file cannot be read; it carries every problem.
    """
    collector = ProblemList()
    source = Files(path, collector).read_top()
    answers = {} if source is None else answers_in(source, collector)
    collector.raise_if_any()
    return answers


def answers_in(source: Source, collector: ProblemList) -> dict[str, str]:
    """Return key of a question -> answer as typed; problems go to `collector`."""
    text = source.text(collector)
    node = None if text is None else read_yaml(text, Place(source.shown, 1, source.path.absolute().parent), collector)
    answers: dict[str, str] = {}
    for key, entry in ({} if node is None else node.mapping).items():
        if isinstance(entry.value, dict | list):
            message = Message("an answer is a single word or number")
            collector.add(entry, key, message, found=entry.text)
        else:
            answers[key] = entry.text
    return answers
