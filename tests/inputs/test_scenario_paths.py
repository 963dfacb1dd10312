"""Files are found beside the file that names them, and only inside the project's or the scenario's tree."""

from __future__ import annotations

import os
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest
from scenario_desk import VILLAGES, Desk, words

from simulation.domain.messages import DataError, Refusal, ScenarioError
from simulation.inputs import examples
from simulation.inputs.examples import example
from simulation.inputs.resolve import fingerprint
from simulation.inputs.scenario import Scenario, load_scenario


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/etc/passwd", "is valid on this computer only"),
        ("../outside.csv", "outside the folder tree"),
        ("inside/../../outside.csv", "outside the folder tree"),
        ("link.csv", "outside the folder tree"),
        ("loop.csv", ""),
        ("C:\\\\data.csv", "is valid on this computer only"),
        ("folder", "a folder, not a file"),
        ("pipe", "not an ordinary file"),
        ("vilages.csv", "did you mean villages.csv?"),
        ("sub/vilages.csv", "did you mean sub/villages.csv?"),
        ("villages", "did you mean villages.csv?"),
        ("sub\\\\villages.csv", "write sub/villages.csv"),
        ("a" * 5000, ""),
        ("", "the text is empty"),
    ],
)
def test_a_path_that_cannot_be_used_is_told_where_it_is_named(tmp_path: Path, path: str, says: str) -> None:
    """Each unusable path gives one problem, at the line of the scenario that names it."""
    (tmp_path / "outside.csv").write_text(VILLAGES)
    (tmp_path / "inside").mkdir()
    desk = Desk(tmp_path / "inside")
    (desk.folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    (desk.folder / "loop.csv").symlink_to(desk.folder / "loop.csv")
    (desk.folder / "folder").mkdir()
    desk.write("sub/villages.csv", VILLAGES)
    os.mkfifo(desk.folder / "pipe")
    (problem,) = desk.problems(villages=f'villages: {{table: "{path}"}}')
    assert (problem.line, problem.field) == (6, "villages.table")
    assert says in words(problem)


@pytest.mark.parametrize("path", ["villages.parquet", "scenari.csv", "data.csv", "nowhere/villages.csv"])
def test_no_file_is_suggested_that_cannot_be_meant(desk: Desk, path: str) -> None:
    """Files of another kind or quite another name, and files of other folders, are not suggested."""
    (problem,) = desk.problems(villages=f"villages: {{table: {path}}}")
    assert str(problem.suggestion) == "check the name of the file and its folder"


def test_a_mistyped_scenario_is_suggested_as_it_can_be_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suggestion keeps the folder that the reader gave, and names a scenario, never the table beside it."""
    desk.write("scenarios/laut.yaml", desk.text())
    desk.write("scenarios/laut2.csv", "")
    monkeypatch.chdir(desk.folder)
    for typed in ("scenarios/lautt.yaml", "scenarios/laut2.yml", "scenarios/laut"):
        with pytest.raises(ScenarioError) as caught:
            load_scenario(typed)
        (problem,) = caught.value.problems
        assert str(problem.suggestion) == "did you mean scenarios/laut.yaml?"


def test_a_project_marks_its_tree(tmp_path: Path) -> None:
    """Below a pyproject.toml, a scenario may use tables of a neighbouring folder; symbolic links may lead inside."""
    desk = Desk(tmp_path / "scenarios")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "v.csv").write_text(VILLAGES)
    (desk.folder / "link.csv").symlink_to(tmp_path / "tables" / "v.csv")
    assert len(desk.load(villages="villages: {table: ../tables/v.csv}").districts[0]) == 6
    assert len(desk.load(villages="villages: {table: link.csv}").districts[0]) == 6


def test_files_are_listed_from_the_root_of_the_tree_with_their_hash(tmp_path: Path) -> None:
    """What was read is named without the machine's folders, each file with the SHA-256 of its bytes."""
    (tmp_path / ".git").mkdir()
    desk = Desk(tmp_path / "scenarios")
    files = desk.load().provenance.files
    assert files == {
        f"scenarios/{name}": sha256((desk.folder / name).read_bytes()).hexdigest()
        for name in ("scenario.yaml", "villages.csv")
    }


def test_problems_name_files_as_the_reader_did(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario named by a relative path has its problems under relative paths."""
    desk.write("sub/scenario.yaml", desk.text(villages="villages: {table: bad.csv}", horizon="horizon: 99"))
    desk.write("sub/bad.csv", "village_code,village\na,A\n")
    monkeypatch.chdir(desk.folder)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("sub/scenario.yaml")
    assert [problem.file for problem in caught.value.problems] == ["sub/scenario.yaml", "sub/bad.csv"]


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b", "x" * 300])
def test_a_scenario_that_is_not_there_is_one_problem(desk: Desk, name: str) -> None:
    """Missing files, folders and impossible names are told under the name the reader gave."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(f"{desk.folder}/{name}")
    (problem,) = caught.value.problems
    assert problem.line is None
    assert problem.message.render()


def test_an_empty_table_is_an_error_of_data(desk: Desk) -> None:
    """Where only a table is wrong the error is a DataError; a table that is not there is the scenario's."""
    desk.write("villages.csv", "")
    desk.write("scenario.yaml", desk.text())
    assert isinstance(desk.error(), DataError)
    (desk.folder / "villages.csv").unlink()
    assert isinstance(desk.error(), ScenarioError)


def test_paths_lead_anywhere_where_a_caller_asks_for_it(tmp_path: Path) -> None:
    """Out of the tree, and from the root of the disk; what is read is still named and hashed, and what is not, told."""
    desk = Desk(tmp_path / "inside")
    desk.load()
    outside = Desk(tmp_path / "elsewhere" / "below")
    for name, path in (("absolut.yaml", desk.folder / "scenario.yaml"), ("relatif.yaml", "../../inside/scenario.yaml")):
        overlay = outside.write(name, f"extends: {path}\nname: lain\nhorizon: 2\n")
        with pytest.raises(ScenarioError):
            load_scenario(overlay)
        found = load_scenario(overlay, anywhere=True)
        assert (found.name, found.horizon, len(found.districts[0])) == ("lain", 2, 6)
        assert len(found.provenance.files) == 3
        mapping = {"extends": str(path), "name": "lain", "horizon": 2}
        assert Scenario.from_dict(mapping, outside.folder, anywhere=True) == found
    assert len(load_scenario(found.to_yaml(tmp_path / "salinan.yaml")).districts[0]) == 6
    table = outside.write("tabel.yaml", outside.text(villages=f"villages: {{table: {desk.folder}/vilages.csv}}"))
    with pytest.raises(ScenarioError, match="there is no such file"):
        load_scenario(table, anywhere=True)


def test_examples_come_with_the_package() -> None:
    """By the names of their files; a wheel holds them where they are looked for."""
    root = Path(__file__).parents[2]
    for path in sorted((root / "scenarios").glob("*.yaml")):
        assert fingerprint(example(path.stem)) == fingerprint(load_scenario(path))
    with pytest.raises(Refusal, match=r"there are contoh, .*tanah_laut_tematik; did you mean tanah_laut\?"):
        example("tanah_luat")
    with pytest.raises(Refusal, match="no example called 5"):
        example(5)  # type: ignore[arg-type]
    built = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    carried = built["targets"]["wheel"]["force-include"]["scenarios"]
    assert root / carried == Path(examples.__file__).parent / "scenarios"
