"""YAML is read whole, without surprises, and refused with a line where it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_desk import Desk, words

from simulation.domain.messages import ScenarioError
from simulation.inputs.problem_list import Place, ProblemList
from simulation.inputs.scenario import load_scenario
from simulation.inputs.yaml_source import read_yaml


def test_a_syntax_error_is_told_at_its_line(desk: Desk) -> None:
    """A missing bracket gives one problem, at the line where reading ends."""
    desk.write("scenario.yaml", "schema: 1\nname: coba\ndistrict: {code: x\norigin: 2025\n")
    (problem,) = desk.error().problems
    assert (problem.line, problem.field) == (4, "")
    assert "cannot be read here" in str(problem)


def test_a_tab_for_an_indent_is_named(desk: Desk) -> None:
    """Tabs are the commonest slip of an editor, so the message names them."""
    desk.write("scenario.yaml", "schema: 1\nvillages:\n\ttable: x.csv\n")
    (problem,) = desk.error().problems
    assert problem.line == 3
    assert "the line holds a tab | indent with spaces" in words(problem)


def test_a_duplicate_key_is_told_with_the_line_of_the_first(desk: Desk) -> None:
    """A key that stands twice is a problem: YAML itself would silently keep one of them."""
    (problem,) = desk.problems(again="horizon: 7")
    assert (problem.line, problem.field) == (7, "horizon")
    assert "first on line 5" in str(problem)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("target: &five {share: 0.05}", "anchors"),
        ("target: *five", "aliases"),
        ("target: !!python/object:os.system {share: 0.05}", "tags"),
        ("name: !secret coba", "tags"),
        ("? [a, b]\n: 1", "plain text"),
        ('title: {id: "\\e[31m"}', "control character"),
        ('title: {id: "\\ud800"}', ""),
        ("title: {id: \u202eabc}", "control character"),
    ],
)
def test_yaml_beyond_plain_values_is_refused(desk: Desk, section: str, says: str) -> None:
    """Anchors, aliases, tags, complex keys and control characters are told, never acted upon."""
    problems = desk.problems(extra=section, name=None if section.startswith("name") else "name: coba")
    assert any(says in words(problem) for problem in problems)


def test_a_bomb_of_aliases_is_refused_at_once(desk: Desk) -> None:
    """Aliases are never followed, so nested ones cost nothing."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{after}: &{after} [{', '.join(['*' + before] * 9)}]"
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    desk.write("scenario.yaml", "\n".join(lines))
    assert any("aliases" in str(problem) for problem in desk.error().problems)


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(desk: Desk, opener: str) -> None:
    """Nesting beyond twenty levels ends the reading with a problem, not with a crash."""
    desk.write("scenario.yaml", "a: \n  " + opener * 3000)
    assert isinstance(desk.error(), ScenarioError)


def test_a_file_above_five_megabytes_is_refused(desk: Desk) -> None:
    """Size is checked before reading."""
    desk.write("scenario.yaml", b"# " + b"x" * 5_000_001)
    assert "larger than 5 MB" in str(desk.error())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"--- \n--- \n", "second YAML document"),
        (b"[1, 2]", "no keys and values"),
        (b"just a sentence", "no keys and values"),
        (b"name: a\nname: \xff", "not UTF-8"),
        (b"name: a\x00b", "NUL byte"),
        (b"name: a\x07b", "a character that YAML does not allow"),
        ("name: a".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_is_no_scenario_is_told_as_such(desk: Desk, content: bytes, says: str) -> None:
    """Empty files, other encodings and other documents each get their own sentence."""
    desk.write("scenario.yaml", content)
    assert any(says in str(problem) for problem in desk.error().problems)


def test_a_byte_order_mark_is_accepted(desk: Desk) -> None:
    """Windows editors write one; it changes nothing."""
    path = desk.write("scenario.yaml", b"\xef\xbb\xbf" + desk.text().encode())
    assert load_scenario(path).name == "coba"


def test_the_word_no_stays_a_word(desk: Desk) -> None:
    """A district called No is called No, and dates and numbers with leading zeros stay text."""
    scenario = desk.load(
        district="district: {code: 01, name: no}", villages="villages: {table: villages.csv, as_of: 2025-12-31}"
    )
    assert scenario.document["district"] == {"code": "01", "name": "no"}
    assert scenario.document["villages"]["as_of"] == "2025-12-31"


def test_what_word_processors_leave_is_read_as_it_was_meant() -> None:
    """Curly quotes make a text, blanks that do not break lines are none; a key run together is told on its line."""
    collector = ProblemList()
    node = read_yaml("code: “63.01”\norigin\u00a0: 2025\u00a0\n", Place("a.yaml", 1, Path()), collector)
    assert node is not None
    assert {key: child.value for key, child in node.mapping.items()} == {"code": "63.01", "origin": 2025}
    assert read_yaml("target:5%\ndistrict: Tanah Laut\n", Place("a.yaml", 1, Path()), collector) is None
    (problem,) = collector.error().problems
    assert (problem.line, problem.found) == (1, "target:5%")
