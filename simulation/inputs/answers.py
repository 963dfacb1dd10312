"""A file of answers: plain YAML, one ``key: answer`` a question."""

from __future__ import annotations

from pathlib import Path

from ..domain.messages import Message
from .files import Files
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
    text = None if source is None else source.text(collector)
    place = Place(str(path), 1, path.absolute().parent)
    node = None if text is None else read_yaml(text, place, collector)
    answers: dict[str, str] = {}
    for key, entry in ({} if node is None else node.mapping).items():
        if isinstance(entry.value, dict | list):
            message = Message("an answer is a single word or number")
            collector.add(entry, key, message, found=entry.text)
        else:
            answers[key] = entry.text
    collector.raise_if_any()
    return answers
