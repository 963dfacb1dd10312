"""Whatever bytes the parsers are given, they answer or refuse in words."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hostile.table_cases import A_DISTRICT, DISTRICTS
from hostile.table_cases import sound_draws as draws
from hostile.text_cases import FORMULAS
from hostile.workbook_bench import SHEET, STRINGS, STYLES, sound_parts, sound_workbook, zipped
from hostile.yaml_cases import SOUND
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inputs.scenario_desk import SECTIONS, VILLAGES
from openpyxl import load_workbook

from simulation.domain.messages import CONTROL, KampungError, ProblemsError
from simulation.inputs.districts import DISTRICT_TABLES
from simulation.inputs.files import Source
from simulation.inputs.posterior import read_posterior
from simulation.inputs.problem_list import Place, ProblemList
from simulation.inputs.scenario import load_scenario
from simulation.inputs.tables.cells import unguard
from simulation.inputs.tables.table import read_table
from simulation.inputs.village_table import VILLAGE_TABLE
from simulation.inputs.yaml_source import read_yaml
from simulation.report.document.blocks import Document, Paragraph, Table
from simulation.report.document.xlsx import write_xlsx
from simulation.report.files import cell, read_json
from simulation.report.language import language
from simulation.report.runs import load_run

pytestmark = pytest.mark.slow

FUZZ = settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
RICH = (
    SOUND + "title: {id: Contoh, en: Example}\ntarget: {share: 0.05, reading: stock, levels: [mandiri]}\n"
    "transition:\n  rise: {dasar: 0.1}\n  year_sd: {median: 0.6, interval90: [0.2, 1.8]}\n"
    "  covariates: {remoteness: 0.8}\n"
    "interventions:\n  - {name: pokja, starts: 2026, capacity: 2, eligible: {where: {kind: desa}}}\n"
    "sources: {transition.rise: stated}\n"
)
SIGNS = "{}[]:,-?&*!|>%@`'\"# \n\r\tab1.~<=/\\0\x00\x1b\x85\u00a0\u202e\ud7ff\ufeff\U0001f33a"
PIECES = (
    b"\0", b"\xff", b"\xfe\xff", b"\n", b"\r", b",", b'"', b"'", b"{", b"[" * 30, b"]", b": ", b"- ", b"&a ", b"*a",
    b"!!x ", b"---\n", b"# ", b"1e999", b".nan", b"-.inf", b"9" * 400, b"=1+1", b"\xe2\x80\xae", b"../", b"<", b">",
    b"<!DOCTYPE a>", b"&#0;", b"/>", b"-1", b"0", b"PK\x03\x04", b"\xff\xff\xff\xff", b"\0\0\0\0",
    b"r=\"", b"s=\"", b"t=\"s\"",
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """Return bytes with up to six stretches replaced, doubled, moved or left out."""
    content = original
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        put = draw(st.sampled_from(PIECES) | st.binary(max_size=6) | st.just(content[start:end] * 2))
        content = content[:start] + put + content[end:]
    return content


def told(read: Callable[[Source, ProblemList], object], content: bytes, name: str) -> None:
    """Read bytes under a file's name; they are read, or problems are told."""
    collector = ProblemList()
    found = read(Source(Path(name), name, Path(), content), collector)
    assert (found is None) == bool(len(collector)), found
    if found is None:
        hold_words(collector.error())


def hold_words(error: ProblemsError) -> None:
    """Assert that every problem can be shown."""
    for problem in error.problems:
        assert str(problem.message)
        assert not CONTROL.search(problem.found)
        assert len(problem.found) <= 60
        assert str(problem).encode()


def read_text(source: Source, collector: ProblemList) -> object:
    """Read the YAML of a source."""
    text = source.text(collector)
    return None if text is None else read_yaml(text, Place(source.shown, 1, source.folder), collector) or None


@FUZZ
@given(st.text(SIGNS, max_size=200) | st.text(max_size=60))
def test_any_text_is_data_or_refused(text: str) -> None:
    """The YAML reader knows an answer to every text."""
    collector = ProblemList()
    node = read_yaml(text, Place("a.yaml", 1, Path()), collector)
    assert node is not None or len(collector)
    if len(collector):
        hold_words(collector.error())


@FUZZ
@given(mutated(RICH.encode()))
def test_a_scenario_changed_anywhere_is_a_scenario_or_refused(content: bytes) -> None:
    """Bytes changed in a rich scenario leave a scenario, or problems."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "villages.csv").write_bytes(VILLAGES.encode())
        (Path(folder) / "scenario.yaml").write_bytes(content)
        try:
            load_scenario(Path(folder) / "scenario.yaml")
        except ProblemsError as error:
            hold_words(error)


@FUZZ
@given(
    mutated(VILLAGES.encode()) | st.binary(max_size=300) | st.text(",;\t\"' \r\n=a1.\0", max_size=200).map(str.encode)
)
def test_any_bytes_are_a_table_of_villages_or_refused(content: bytes) -> None:
    """The reader of tables knows an answer to all bytes, and so does whoever reads the villages."""
    told(lambda source, collector: read_table(source, collector, [VILLAGE_TABLE]), content, "villages.csv")
    load_table(content, "villages.csv")


@FUZZ
@given(mutated((DISTRICTS + A_DISTRICT * 3).encode()))
def test_any_bytes_are_a_table_of_districts_or_refused(content: bytes) -> None:
    """So do the readers of districts."""
    told(lambda source, collector: read_table(source, collector, DISTRICT_TABLES), content, "districts.csv")
    load_table(
        content, "districts.csv", sections="districts: {table: districts.csv}\n", without=("district", "villages")
    )


def load_table(content: bytes, name: str, sections: str = "", without: tuple[str, ...] = ()) -> None:
    """Load a scenario that names a table of these bytes."""
    lines = {**SECTIONS, "villages": f"villages: {{table: {name}}}"}
    text = "\n".join(line for key, line in lines.items() if key not in without) + "\n" + sections
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        (Path(folder) / "scenario.yaml").write_text(text, encoding="utf-8")
        try:
            load_scenario(Path(folder) / "scenario.yaml")
        except ProblemsError as error:
            hold_words(error)


@FUZZ
@given(mutated(sound_workbook()) | st.binary(max_size=200).map(lambda some: b"PK\x03\x04" + some))
def test_an_archive_changed_anywhere_is_a_table_or_refused(content: bytes) -> None:
    """Bytes changed in a workbook's archive leave a table, or problems."""
    told(lambda source, collector: read_table(source, collector, [VILLAGE_TABLE]), content, "villages.xlsx")


@FUZZ
@given(st.data())
def test_a_part_of_a_workbook_changed_anywhere_is_a_table_or_refused(data: st.DataObject) -> None:
    """Bytes changed in the XML of a sound archive leave a table, or problems."""
    parts = sound_parts()
    name = data.draw(st.sampled_from([SHEET, SHEET, SHEET, STRINGS, STYLES, *parts]))
    content = zipped({**parts, name: data.draw(mutated(parts[name]))})
    told(lambda source, collector: read_table(source, collector, [VILLAGE_TABLE]), content, "villages.xlsx")


@FUZZ
@given(mutated(draws()) | st.binary(max_size=200).map(lambda some: b"PAR1" + some + b"PAR1"))
def test_any_bytes_are_draws_or_refused(content: bytes) -> None:
    """Bytes changed in a file of draws leave draws, or problems."""
    told(lambda source, collector: read_posterior(source, collector, {"fall"}), content, "draws.parquet")


@FUZZ
@given(st.text(SIGNS + ";=+-@'\t", max_size=40) | st.text(max_size=40))
def test_any_name_is_written_harmless_and_had_back(text: str) -> None:
    """A name starts no formula in any cell, and comes back, line breaks aside."""
    written = cell(text)
    assert not [
        part for part in written.replace("\t", ";").split(";") if part.lstrip(" ").startswith(("=", "+", "-", "@"))
    ]
    assert unguard(written) == text.replace("\r", " ").replace("\n", " ")


@FUZZ
@given(st.text(SIGNS + ";=+-@'\t", max_size=40) | st.sampled_from(list(FORMULAS.values())))
def test_any_name_is_text_in_a_workbook(name: str) -> None:
    """A name that a workbook could take for a formula, a link or a number is text there, and comes back."""
    text = " ".join(CONTROL.sub("", name).split())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_xlsx(language("en"), Document(text, [Paragraph(text), Table("a", [text], [[text], ["=1+1"]])]), path)
        with closing(load_workbook(path)) as book:
            cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {cell.value for cell in cells if cell.value} == {text, "=1+1", "a"} - {""}


RUN = {
    "input_hash": "0123456789ab",
    "results_format": 2,
    "kind": "forecast",
    "files": {},
    "data": [],
    "scenarios": [],
    "versions": {},
    "engine": "batch",
    "draws": 1,
    "replicates": 1,
    "seed": 0,
}
HOSTILE_JSON: dict[str, bytes] = {
    "nothing": b"",
    "nested": b"[" * 1_000_000,
    "nested within": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "no text": b"\xff\xfe\0",
    "not a number": b'{"years": NaN}',
    "infinity": b'{"years": -Infinity}',
    "ten thousand digits": b'{"years": ' + b"9" * 10_000 + b"}",
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "three million lists": b"[" + b"[]," * 3_000_000 + b"1]",
    "fifty megabytes": b'"' + b"a" * 50_000_000 + b'"',
    "half a character": b'"\\ud800',
}


@pytest.mark.parametrize("name", HOSTILE_JSON)
@pytest.mark.parametrize("file", ["manifest.json", "forecast.json"])
def test_a_run_folder_that_is_forged_is_no_run(name: str, file: str, tmp_path: Path) -> None:
    """What no run wrote is refused in words, its hashes right or not."""
    content = HOSTILE_JSON[name]
    write_run(tmp_path, {"forecast.json": sha256(content).hexdigest()})
    (tmp_path / file).write_bytes(content)
    with pytest.raises(KampungError):
        load_run(tmp_path)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "/dev/zero", "link", "pipe", "sub", "a\0b", "a" * 5_000])
def test_a_manifest_makes_nobody_read_outside_its_folder(name: str, tmp_path: Path) -> None:
    """Files that a manifest names elsewhere, through a link, or that are none, are not read."""
    folder = tmp_path / "run"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"x")
    (folder / "link").symlink_to("../secret")
    pipe(folder / "pipe")
    write_run(folder, {name: sha256(b"x").hexdigest()})
    with pytest.raises(KampungError):
        load_run(folder)


def pipe(path: Path) -> None:
    """Make a pipe to which nobody writes, where the system has any."""
    import os

    if hasattr(os, "mkfifo"):
        os.mkfifo(path)


def write_run(folder: Path, files: dict[str, Any]) -> None:
    """Write the manifest of a run and an empty record."""
    (folder / "forecast.json").write_text("{}", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({**RUN, "files": files}), encoding="utf-8")


@FUZZ
@given(st.binary(max_size=100) | st.text('{}[]:,"\\u1e-.naN ', max_size=60).map(str.encode))
def test_any_bytes_are_json_or_refused(content: bytes) -> None:
    """The reader of JSON raises nothing but what its callers expect."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.json"
        path.write_bytes(content)
        try:
            read_json(path)
        except (OSError, ValueError):
            return
