"""The brief says on paper what the run folder says in numbers, in both languages."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from pypdf import PdfReader
from told import written

import simulation as kkb
from simulation.decision.comparison import compare
from simulation.decision.plan.planning import plan
from simulation.decision.robustness import robustness
from simulation.decision.sensitivity import sensitivity
from simulation.domain.messages import KampungError
from simulation.inference.forecasting import forecast
from simulation.inputs.scenario import Scenario, load_scenario
from simulation.report import brief as files
from simulation.report.brief import read_runs
from simulation.report.document.blocks import CELL_MARGIN, PAGE_LETTERS, On, TextTable
from simulation.report.kinds.comparison import verdict
from simulation.report.kinds.forecast import words
from simulation.report.kinds.head import PLACEHOLDERS
from simulation.report.kinds.plan import words as plan_words
from simulation.report.language import LANGUAGES, language
from simulation.report.runs import save
from simulation.report.wording import scale

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Brief:
    """A brief that was written, and what ``forecast.json`` says of its run."""

    code: str
    folder: Path
    whole: dict[str, Any]

    @property
    def record(self) -> dict[str, Any]:
        """What is said of the only district."""
        (district,) = self.whole["districts"]
        return dict(district)

    @property
    def verdict(self) -> str:
        """The sentence that answers the question."""
        return words.verdict(language(self.code), kkb.load_run(self.folder).result)

    @property
    def word(self) -> WordDocument:
        """The DOCX as Word sees it."""
        return Document(str(self.folder / "brief.docx"))

    @property
    def annex(self) -> WordDocument:
        """The DOCX of its annex."""
        return Document(str(self.folder / "annex.docx"))

    @property
    def pages(self) -> list[str]:
        """The pages of the PDF, every blank alike."""
        return self._pages("brief.pdf")

    @property
    def annex_pages(self) -> list[str]:
        """Those of its annex."""
        return self._pages("annex.pdf")

    def _pages(self, name: str) -> list[str]:
        return [" ".join(page.extract_text().split()) for page in PdfReader(self.folder / name).pages]

    def number(self, text: str) -> float:
        """Return the number that a cell begins with, read as its language writes numbers."""
        point = "," if self.code == "id" else "."
        grouping = "." if self.code == "id" else ","
        found = re.match(r"[<>]?(-?[\d.,]+)", text)
        assert found is not None, text
        return float(found[1].replace(grouping, "").replace(point, "."))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run with an intervention."""
    made = forecast(load_scenario(ROOT / "scenarios" / "tanah_laut_pokja.yaml"), 50, 10, 3)
    return save(made, tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module", params=LANGUAGES)
def brief(request: pytest.FixtureRequest, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """Return a brief in each language from one and the same run."""
    folder = Path(shutil.copytree(finished, tmp_path_factory.mktemp(request.param) / finished.name))
    files.write_brief(language(request.param), read_runs([folder]))
    return Brief(request.param, folder, json.loads((folder / "forecast.json").read_text(encoding="utf-8")))


def cells(brief: Brief, table: int) -> list[list[str]]:
    """Return the texts of a table's cells in the annex, the header first."""
    return rows_of(brief.annex, table)


def rows_of(document: WordDocument, table: int) -> list[list[str]]:
    """Return the texts of a table's cells, the header first."""
    return [[cell.text for cell in row.cells] for row in document.tables[table].rows]


def test_the_brief_is_two_pages_of_which_the_first_answers(brief: Brief) -> None:
    """The answer with where its number comes from, the other reading and the scale; lines to fill in on both."""
    first, second = brief.pages
    district, speech = kkb.load_run(brief.folder).result.districts[0], language(brief.code)
    assert brief.verdict in first
    for said in (words.where_needed_comes_from(speech, district), words.other_reading(speech, district), scale(speech)):
        assert said in first.replace("- ", "-")
    assert speech.say(PLACEHOLDERS) in first
    assert speech.say("Follow-up") in second
    assert ("1 / 2" in first, "2 / 2" in second) == (True, True)
    headings = [one for one in brief.word.paragraphs if one.style.name == "Heading 2"]
    assert [bool(one.paragraph_format.page_break_before) for one in headings] == [True] + [False] * (len(headings) - 1)
    assert headings[0].text in second
    answer = [paragraph.text for paragraph in brief.word.paragraphs if paragraph.style.name == "Answer"]
    assert answer == [brief.verdict]
    to_fill = [table for table in brief.word.tables if not any(cell.text for cell in table.rows[-1].cells)]
    assert len(to_fill) == 2


def test_the_yearly_table_holds_the_numbers_of_the_record(brief: Brief) -> None:
    """Median and interval of the rises, the number needed, probability, its error and the parameter interval."""
    for row, year in zip(cells(brief, 0)[1:], brief.record["years"], strict=True):
        assert row[0] == str(year["year"])
        quantiles = year["rises"]["quantiles"]
        shown = [quantiles[key] for key in ("0.5", "0.05", "0.95")]
        assert [brief.number(part) for part in re.split(r" \(|–|\)", row[1]) if part] == shown
        assert brief.number(row[2]) == year["needed"]["min"]
        probability, error = row[3].split(" ± ")
        assert brief.number(probability) == pytest.approx(100 * year["probability_met"], abs=0.0501)
        assert brief.number(error) == pytest.approx(100 * year["monte_carlo_error"], abs=0.0501)
        interval = [brief.number(end.strip(" <>")) for end in re.split(r"–|\bto\b|\bsampai\b", row[4])]
        assert interval == pytest.approx([100 * end for end in year["parameter_interval90"]], abs=1.0)


def test_every_reading_of_the_target_is_told(brief: Brief) -> None:
    """One column a reading, the scenario's own first and starred."""
    header, *rows = cells(brief, 1)
    assert header[1].startswith("* ")
    assert [text.startswith("* ") for text in header].count(True) == 1
    for t, row in enumerate(rows):
        expected = [100 * chances[t] for chances in brief.record["readings"].values()]
        assert [brief.number(text) for text in row[1:]] == pytest.approx(expected, abs=0.11)


def test_every_parameter_stands_with_its_quantiles_and_source(brief: Brief) -> None:
    """As many rows as parameters, an effect on falls of exactly 1 aside; each row ends with where it comes from."""
    _, *rows = cells(brief, 3)
    told = [
        known
        for name, known in brief.whole["parameters"].items()
        if not (name.endswith("odds_ratio_fall") and set(known["quantiles"].values()) == {1.0})
    ]
    assert len(rows) == len(told)
    assert all(source for _, _, source in rows)
    quantiles = [value.split("\u00a0/\u00a0") for _, value, _ in rows]
    medians = sorted(brief.number(parts[len(parts) // 2]) for parts in quantiles)
    assert medians == pytest.approx(
        sorted(known["quantiles"]["0.5"] * (100 if name.startswith(("rise", "fall", "skip", "campaign.p")) else 1)
               for name, known in brief.whole["parameters"].items() if known in told),
        abs=0.051,
    )  # fmt: skip


def test_pdf_and_docx_hold_the_same_cells(brief: Brief) -> None:
    """What an editor changes in Word began as what the PDF says."""
    whole = "".join("".join(brief.annex_pages).split())
    for table in brief.annex.tables:
        for row in table.rows:
            for cell in row.cells:
                # A word divided at the end of a line has a hyphen in the PDF that the DOCX has not.
                text = "".join(cell.text.split())
                assert text in whole or text.replace("-", "") in whole.replace("-", ""), cell.text


def test_a_docx_bears_no_time(brief: Brief) -> None:
    """So that the same brief is the same bytes whenever it is written; the PDF has none either."""
    for name in ("brief.docx", "annex.docx"):
        with ZipFile(brief.folder / name) as archive:
            assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {part.compress_type for part in archive.infolist()} == {ZIP_DEFLATED}


def test_both_name_the_run(brief: Brief) -> None:
    """The hash on every page leads back to the folder with every number."""
    run = kkb.load_run(brief.folder).id
    assert all(run in page for page in (*brief.pages, *brief.annex_pages))
    assert run in brief.word.sections[0].footer.paragraphs[0].text


def test_word_finds_headings_captions_header_rows_and_alternative_texts(brief: Brief) -> None:
    """Real styles, numbers that Word keeps counting, tables whose header repeats, pictures that can be read out."""
    word = brief.word
    styles = {paragraph.style.name for paragraph in word.paragraphs}
    assert {"Title", "Heading 2", "Caption", "List Bullet", "Answer"} <= styles
    captions = [paragraph for paragraph in word.paragraphs if paragraph.style.name == "Caption"]
    assert len(captions) == len(word.tables) + len(word.inline_shapes) - 2  # lines to fill in have none
    assert all(caption._p.findall(qn("w:fldSimple")) for caption in captions)
    assert all(table.rows[0]._tr.trPr.findall(qn("w:tblHeader")) for table in word.tables)
    assert all(shape._inline.docPr.get("descr") for shape in word.inline_shapes)
    assert word.core_properties.language == brief.code


@pytest.mark.slow
def test_the_same_run_gives_the_same_pdf(brief: Brief) -> None:
    """No time and no font of the computer is in it."""
    before = (brief.folder / "brief.pdf").read_bytes()
    files.write_brief(language(brief.code), read_runs([brief.folder]))
    assert (brief.folder / "brief.pdf").read_bytes() == before


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """Return a run folder of one's own."""
    return Path(shutil.copytree(finished, tmp_path / "run"))


@pytest.mark.slow
def test_a_brief_that_was_edited_is_kept(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps its name, and the new one gets another, which is said; one that was not edited is replaced."""
    monkeypatch.setattr(files, "find_spec", lambda name: None if name == "typst" else name)
    speech = language("id")
    for _ in range(2):
        first = files.write_brief(speech, read_runs([copy]))
        assert ([path.name for path in first.files], first.changed) == (["brief.docx", "annex.docx"], [])
    edited = (copy / "brief.docx").read_bytes() + b"edited"
    (copy / "brief.docx").write_bytes(edited)
    for _ in range(2):
        again = files.write_brief(speech, read_runs([copy]))
        assert [path.name for path in again.files] == ["brief_2.docx", "annex_2.docx"]
        assert [path.name for path in again.changed] == ["brief.docx"]
        assert (copy / "brief.docx").read_bytes() == edited


@pytest.mark.slow
def test_a_brief_in_another_language_stands_beside_the_first(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is written over by the other, and each by the next of its own language."""
    monkeypatch.setattr(files, "find_spec", lambda name: None if name == "typst" else name)
    runs = read_runs([copy])
    for code, names in [("id", ["brief.docx", "annex.docx"]), ("en", ["brief_en.docx", "annex_en.docx"])] * 2:
        made = files.write_brief(language(code), runs)
        assert ([path.name for path in made.files], made.changed) == (names, [])


@pytest.mark.slow
def test_without_typst_the_docx_is_written_and_without_docx_the_fix_is_said(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packages of the extra are told apart."""
    monkeypatch.setattr(files, "find_spec", lambda name: None if name == "typst" else name)
    made = files.write_brief(language("id"), read_runs([copy]))
    assert made.without_pdf
    assert [path.name for path in made.files] == ["brief.docx", "annex.docx"]
    monkeypatch.setattr(files, "find_spec", lambda _: None)
    with pytest.raises(KampungError, match="pip install python-docx"):
        files.write_brief(language("id"), read_runs([copy]))


@pytest.mark.slow
def test_signs_of_markup_are_text(tmp_path: Path) -> None:
    """A title with signs that Typst or Word would act on is printed as it stands."""
    title = '#pagebreak() *a* $x$ <b> "c" @d \\ _e_ `f`'
    text = (ROOT / "scenarios" / "tanah_laut.yaml").read_text(encoding="utf-8")
    scenario = tmp_path / "signs.yaml"
    shutil.copytree(ROOT / "scenarios" / "data", tmp_path / "data")
    changed, count = re.subn(
        r"(?m)^title:\n(  .*\n)+", lambda _: f"title: {json.dumps(dict.fromkeys(LANGUAGES, title))}\n", text
    )
    assert count == 1
    scenario.write_text(changed, encoding="utf-8")
    folder = save(forecast(load_scenario(scenario), 4, 4, 1), tmp_path / "results")
    files.write_brief(language("en"), read_runs([folder]))
    found = Brief("en", folder, {})
    assert "".join(title.split()) in "".join(found.pages[0].split())
    assert any(title in paragraph.text for paragraph in found.word.paragraphs)


@pytest.mark.slow
def test_further_runs_stand_beside_the_first(finished: Path, tmp_path: Path) -> None:
    """A table of the first year under each scenario."""
    other = written(forecast(load_scenario(ROOT / "scenarios" / "tanah_laut.yaml"), 40, 10, 3), tmp_path).path
    run = Path(shutil.copytree(finished, tmp_path / "run"))
    files.write_brief(language("id"), read_runs([run, other]))
    record = json.loads((other / "forecast.json").read_text(encoding="utf-8"))
    table = rows_of(Brief("id", run, record).word, 1)
    assert len(table) == 3
    chance = Brief("id", run, record).number(table[2][1])
    assert chance == pytest.approx(100 * record["districts"][0]["years"][0]["probability_met"], abs=0.0501)


@pytest.fixture(scope="module")
def contoh() -> dict[str, Scenario]:
    """Return the invented district without and with an intervention."""
    return {name: load_scenario(ROOT / "scenarios" / f"{name}.yaml") for name in ("contoh", "contoh_pendampingan")}


@pytest.mark.slow
def test_two_pages_say_what_to_do_and_the_board_stands_in_the_annex(
    contoh: dict[str, Scenario], tmp_path: Path
) -> None:
    """Effort, cost and villages of the plan, and what the comparison found; the village list names its workbook."""
    before, after = contoh.values()
    folder = save(forecast(after, 20, 5, 3), tmp_path)
    kkb.save(compare(before, after, draws=20, replicates=5, seed=3), tmp_path)
    kkb.save(plan(after, 0.93, vary=["pendampingan.capacity"], draws=50, replicates=4, seed=3), tmp_path)
    runs = read_runs([tmp_path / after.name, tmp_path / before.name])
    files.write_brief(language("id"), runs)
    brief = Brief("id", folder, {})
    (first, second), annex = brief.pages, " ".join(brief.annex_pages)
    planned, compared = runs.answers
    told = plan_words.option(language("id"), planned.result)
    assert sum(told in paragraph.text for paragraph in brief.word.paragraphs) == 1
    assert verdict(language("id"), compared.result, compared.result.scenarios[0]) in annex
    assert "Rp960 juta" in f"{first} {second}"
    assert planned.result.villages[0].village in f"{first} {second}"
    assert "priorities_id.xlsx" in annex
    assert "Satu kotak satu kampung" in annex
    assert (len(brief.word.inline_shapes), len(brief.annex.inline_shapes)) == (1, 4)


def test_pages_are_numbered(brief: Brief) -> None:
    """The footer has the field that Word counts pages with."""
    footer = brief.word.sections[0].footer.paragraphs[0]
    assert [field.get(qn("w:instr")) for field in footer._p.findall(qn("w:fldSimple"))] == [" PAGE "]


def test_the_day_of_the_data_stands_under_the_title(brief: Brief) -> None:
    """Not the day of the run: the same run gives the same pages."""
    assert {"id": "Data status menurut pemberitaan 31 Juli 2025", "en": "Status data reported on 31 July 2025"}[
        brief.code
    ] in brief.pages[0]


def test_columns_have_room_for_their_longest_word() -> None:
    """Where not everything fits, long texts give way and no word is divided; the shares are of a whole page."""
    texts = ["berkembang", "x" * 300, "1", "kecamatan"]
    block = TextTable("c", ["status kini", "teks", "n", "wilayah"], [[w.replace("xxx", "xx ") for w in texts]])
    assert sum(block.widths) == pytest.approx(1)
    assert all(
        PAGE_LETTERS * width >= len(word) + CELL_MARGIN - 1e-9
        for width, word in zip(block.widths, ["berkembang", "xx", "1", "kecamatan"], strict=True)
    )


def test_numbers_with_their_range_stay_on_one_line_and_texts_take_what_is_left() -> None:
    """Beside long texts a short range has its whole width; of two texts the longer has more room."""
    block = TextTable("c", ["a", "b", "c"], [["x " * 90, "+2 (−1 hingga +7)", "y " * 20]])
    text, number, short = block.widths
    assert PAGE_LETTERS * number >= len("+2 (−1 hingga +7)") + CELL_MARGIN - 1e-9
    assert text > short


@pytest.mark.slow
def test_answers_from_other_inputs_and_older_ones_are_passed_over(contoh: dict[str, Scenario], tmp_path: Path) -> None:
    """One comparison is told, the one whose scenarios are those of the forecast; a stale baseline run is left out."""
    before, after = contoh.values()
    old = [tmp_path / "old" / path.name for path in ((ROOT / "scenarios" / "contoh_pendampingan.yaml"),)]
    shutil.copytree(ROOT / "scenarios", tmp_path / "old")
    old[0].write_text(old[0].read_text(encoding="utf-8").replace("capacity: 8", "capacity: 9"), encoding="utf-8")
    changed = load_scenario(old[0])
    stale = kkb.save(compare(before, changed, draws=4, replicates=2, seed=3), tmp_path)
    fresh = kkb.save(compare(before, after, draws=4, replicates=2, seed=3), tmp_path)
    older = kkb.save(compare(before, after, draws=3, replicates=2, seed=3), tmp_path)
    (older / "run.log").write_text("2000-01-01T00:00:00+00:00 finished seconds=1\n", encoding="utf-8")
    folder = save(forecast(after, 4, 2, 3), tmp_path)
    runs = read_runs([tmp_path / after.name, tmp_path / before.name])
    assert [answer.path for answer in runs.answers] == [fresh]
    passed = {answer.path: sentence for answer, sentence in runs.passed_over}
    assert set(passed) == {stale, older}
    assert "other inputs" in passed[stale]
    assert "a newer one" in passed[older]
    said = list(runs.notes(language("en")))
    assert any(
        sentence.startswith(f"Not used: comparison in {stale}, made from other inputs than {folder} (interventions);")
        for sentence in said
    )
    assert f"Not used: comparison in {older}; there is a newer one." in said
    assert [answer.path for answer in read_runs([folder, older, tmp_path / before.name]).answers] == [older]


@pytest.mark.slow
def test_a_plan_of_a_scenario_that_is_compared_with_the_forecast_is_told(
    contoh: dict[str, Scenario], tmp_path: Path
) -> None:
    """The comparison has the inputs of both; beside one of a scenario that was changed since, the plan is left out."""
    before, after = contoh.values()
    changed = after.with_(**{"pendampingan.capacity": 9})
    folder = save(forecast(before, 4, 2, 3), tmp_path)
    joined, other = (
        kkb.save(compare(before, one, draws=4, replicates=2, seed=3), tmp_path) for one in (after, changed)
    )
    asked = {"probability": 0.5, "vary": ["pendampingan.capacity"], "draws": 4, "replicates": 2, "engine": "batch"}
    plan = kkb.save(kkb.plan(after, **asked), tmp_path)
    assert [answer.path for answer in read_runs([folder, joined, plan]).answers] == [plan, joined]
    runs = read_runs([folder, other, plan])
    assert [answer.path for answer in runs.answers] == [other]
    assert [answer.path for answer, _ in runs.passed_over] == [plan]


@pytest.mark.slow
def test_a_forecast_of_a_table_that_was_corrected_since_is_not_set_beside(tmp_path: Path) -> None:
    """Both name the same file, and it was another one."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    before = save(forecast(load_scenario(tmp_path / "scenarios" / "contoh.yaml"), 4, 2, 3), tmp_path)
    table = tmp_path / "scenarios" / "data" / "contoh_villages.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("mandiri", "berkembang", 1), encoding="utf-8")
    after = save(forecast(load_scenario(tmp_path / "scenarios" / "contoh_pendampingan.yaml"), 4, 2, 3), tmp_path)
    runs = read_runs([after, before])
    assert [run.path for run in runs.forecasts] == [after]
    assert [(answer.folder.kind.name, answer.path) for answer, _ in runs.passed_over] == [("forecast", before)]


@pytest.mark.slow
def test_answers_beside_the_forecast_are_told(tmp_path: Path) -> None:
    """Comparison, plan, sensitivity and choice found below the folders that are given, each with its sentence."""
    contoh = load_scenario(ROOT / "scenarios" / "contoh.yaml")
    helped = load_scenario(ROOT / "scenarios" / "contoh_pendampingan.yaml")
    save(forecast(helped, 20, 5, 3), tmp_path)
    kkb.save(compare(contoh, helped, draws=20, replicates=5, seed=3), tmp_path)
    planned = plan(helped, 0.9, vary=["pendampingan.capacity"], draws=50, replicates=4, seed=3)
    kkb.save(planned, tmp_path)
    kkb.save(sensitivity(helped, 16, 8, 3), tmp_path)
    kkb.save(robustness([contoh, helped], 20, 5, 3), tmp_path)
    runs = read_runs([tmp_path / helped.name, tmp_path / contoh.name])
    assert [run.result.scenario for run in runs.forecasts] == [helped.name]
    assert {answer.folder.kind.name for answer in runs.answers} == {"comparison", "plan", "sensitivity", "robustness"}
    files.write_brief(language("id"), runs)
    (run,) = (tmp_path / helped.name).glob("*/brief.docx")
    found = Brief("id", run.parent, {})
    whole = "".join("".join(found.annex_pages).split())
    for answer in runs.answers:
        said = next(block.text for block in answer.document(language("id")).shown(On.ANNEX))
        assert "".join(said.split()) in whole, answer.folder.kind.name
    assert len(found.pages) == 2
    captions = [paragraph.text for paragraph in found.word.paragraphs if paragraph.style.name == "Caption"]
    assert any("Menurut kecamatan" in caption for caption in captions)
    # The plan names villages: there is no second list of others.
    assert not any("Kampung dengan peluang naik status terbesar" in caption for caption in captions)
    assert (len(found.word.inline_shapes), len(found.annex.inline_shapes)) == (1, 5)
    with pytest.raises(KampungError, match="a brief is of a forecast"):
        read_runs([tmp_path / contoh.name])
