"""The invented lists of scenarios/contoh_belajar.yaml are those of the model, and say that they are invented."""

from __future__ import annotations

from learning_example import MARK, WORKBOOK, sheets
from openpyxl import load_workbook

from simulation.inputs.scenario import load_scenario


def test_the_workbook_holds_what_the_model_gives_for_its_seed() -> None:
    """Whoever doubts the example can make it again."""
    book = load_workbook(WORKBOOK, read_only=True)
    made = sheets()
    assert book.sheetnames == list(made)
    for name, rows in made.items():
        title, _, _, *body = list(book[name].values)
        assert str(title[0]).startswith(MARK)
        assert body == rows


def test_everything_about_the_example_says_that_it_is_invented() -> None:
    """Title in both languages, district, and the source of every given number."""
    scenario = load_scenario(WORKBOOK.parents[1] / "contoh_belajar.yaml")
    assert "rekaan" in scenario.title["id"]
    assert "nvented" in scenario.title["en"]
    assert "rekaan" in scenario.districts[0].district
    assert "rekaan // invented" in scenario.sources["villages.table"]
