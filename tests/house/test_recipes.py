"""The recipes of CONTRIBUTING.md: the files that they name are there, and following them works."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sentences

import simulation as kkb
from simulation.report.document.blocks import Document, Paragraph, Table
from simulation.report.document.terminal import as_text
from simulation.report.kinds.head import Head, head_of
from simulation.report.kinds.kind import DataTable, Kind, Source, Work
from simulation.report.kinds.question import Question
from simulation.report.kinds.registry import KINDS
from simulation.report.language import Language, language
from simulation.report.store.folder import find

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_and_name_of_a_recipe_exists() -> None:
    """Paths lead somewhere, and what is said to stand in a module stands there."""
    for path in re.findall(r"`((?:simulation|tests)/[\w/.]+)`", PAGE):
        assert (ROOT / path).exists(), path
    for path, line in re.findall(r"^\d\. `(simulation/[\w/]+\.py)`: (.*)", PAGE, re.MULTILINE):
        source = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r"`([A-Za-z_]+)`", line):
            assert re.search(rf"\b{name}\b", source), f"{path}: {name}"


def test_a_new_sentence_is_named_until_it_is_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe for a sentence, in a copy: said in the code, then an entry, then a translation; and gone again."""
    module = tmp_path / "simulation" / "report" / "rain.py"
    module.parent.mkdir(parents=True)
    module.write_text('line = speech.say("It rains in {number} villages.", number=3)\n', encoding="utf-8")
    catalogue = tmp_path / "id.po"
    catalogue.write_text(sentences.HEAD, encoding="utf-8")
    monkeypatch.setattr(sentences, "ROOT", tmp_path)
    monkeypatch.setattr(sentences, "CATALOGUE", catalogue)
    assert sentences.update() == ["It rains in {number} villages."]
    head, _, end = catalogue.read_text(encoding="utf-8").rpartition('msgstr ""')
    catalogue.write_text(f'{head}msgstr "Hujan di {{number}} kampung."{end}', encoding="utf-8")
    assert sentences.update() == []
    module.write_text('line = speech.say("Rain in {number} villages.", number=3)\n', encoding="utf-8")
    assert sentences.update() == ["Rain in {number} villages."]
    assert "#, fuzzy" in catalogue.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Headcount:
    """What the library computed: how many villages a scenario has."""

    scenario: kkb.Scenario
    villages: int


@dataclass(frozen=True)
class Asked:
    """The options: how many villages a group has."""

    group: int


@dataclass(frozen=True, kw_only=True)
class HeadcountResult(Head):
    """What ``headcount.json`` holds."""

    group: int
    groups: tuple[int, ...]


def counted(question: Question[Asked], work: Work) -> Headcount:
    """Return the answer to a question."""
    work.progress(1, 1)
    (scenario,) = question.scenarios
    return Headcount(scenario, sum(map(len, scenario.districts)))


def result_of(found: Headcount) -> HeadcountResult:
    """Return the typed result."""
    full, rest = divmod(found.villages, 50)
    return HeadcountResult(**head_of(found.scenario), group=50, groups=(*[50] * full, rest))


def document_of(result: HeadcountResult, speech: Language, source: Source) -> Document:
    """Return what is told of it."""
    verdict = f"{speech.number(sum(result.groups))} / {len(result.groups)}"
    table = Table("groups", ["group", "villages"], [[str(i), size] for i, size in enumerate(result.groups)])
    return Document(f"{result.district} {source.id}", [Paragraph(verdict, strong=True), table])


def tables_of(found: Headcount, _: HeadcountResult) -> Iterable[DataTable]:
    """Yield the table for machines."""
    yield DataTable("headcount.csv", ["villages"], [[found.villages]])


HEADCOUNT = Kind(
    name="headcount",
    asked=Asked,
    found=Headcount,
    result_type=HeadcountResult,
    question=lambda found: Question("headcount", (found.scenario,), Asked(50)),
    compute=counted,
    result=result_of,
    tables=tables_of,
    document=document_of,
    title="headcount",
)


def test_a_new_answer_is_saved_found_and_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe for an answer: a kind and its line in the registry; folder, tables and documents follow."""
    monkeypatch.setitem(KINDS, "headcount", HEADCOUNT)
    scenario = kkb.load_scenario(ROOT / "scenarios" / "tanah_laut.yaml")
    found = counted(Question("headcount", (scenario,), Asked(50)), Work())
    folder = kkb.save(found, tmp_path)
    assert folder == kkb.save(found, tmp_path)
    assert (folder / "headcount.csv").read_text(encoding="utf-8") == "villages\n135\n"
    answer = find(folder, KINDS)
    assert answer is not None
    assert answer.result == result_of(found)
    assert answer.asked == Asked(50)
    shown = as_text(language("id"), HEADCOUNT.document(answer.result, language("id"), Source(answer.id)))
    assert "135 / 3" in shown
    assert answer.id in shown
    assert answer.id not in folder.name
