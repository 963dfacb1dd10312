"""Folders of answers: what they are called, how a finished one is found, what the index beside them says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from districts import make_scenario, make_villages
from told import place_of, result_of, written

import simulation as kkb
from simulation.inference.forecast import Forecast
from simulation.inference.forecasting import forecast
from simulation.report.brief import read_runs
from simulation.report.kinds.forecast.words import verdict
from simulation.report.kinds.registry import kind_of
from simulation.report.language import language
from simulation.report.store.index import write_index
from simulation.report.store.making import Obtained, obtain

ID, EN = language("id"), language("en")


def made(found: Forecast, out: Path, code: str = "id", compute: Callable[[], Forecast] | None = None) -> Obtained:
    """Find or make an answer without figures; make it again where `compute` is given."""
    question = kind_of(found).question(found)
    forced = compute is not None
    return obtain(
        place_of(found, out), question, compute or (lambda: found), language(code), figures=False, force=forced
    )


def test_a_folder_is_called_by_day_and_kind_and_the_second_of_a_day_has_a_number(
    small: Forecast, tmp_path: Path
) -> None:
    """In the language of the run; the day is that of its log, and nothing is left of its making."""
    names = [made(replace(small, seed=seed), tmp_path, code).answer.path.name for seed, code in ((7, "id"), (8, "id"))]
    english = made(replace(small, seed=9), tmp_path, "en").answer
    (line,) = (english.path / "run.log").read_text(encoding="utf-8").splitlines()
    day = datetime.fromisoformat(line.split()[0]).astimezone().date()
    assert names == [f"{day} prakiraan", f"{day} prakiraan 2"]
    assert english.path.name == f"{day} forecast"
    assert sorted(path.name for path in english.path.parent.iterdir()) == [english.path.name, *names, "index.html"]


def test_a_finished_run_is_found_by_its_manifest(small: Forecast, tmp_path: Path) -> None:
    """In another language and under another name; not one of another seed."""
    path = made(small, tmp_path).answer.path
    renamed = path.rename(path.with_name("untuk rapat bupati"))
    again = made(small, tmp_path, "en")
    assert (again.made, again.answer.path) == (False, renamed)
    assert made(replace(small, seed=8), tmp_path).made


def test_what_turns_out_the_same_stays_and_what_differs_has_a_folder_of_its_own(
    small: Forecast, tmp_path: Path
) -> None:
    """Computed again because that was asked for; the newer of two is found afterwards."""
    first = made(small, tmp_path).answer
    again = made(small, tmp_path, compute=lambda: small)
    assert (again.made, again.answer.path) == (True, first.path)
    other = made(small, tmp_path, compute=lambda: forecast(small.scenario, 5, 4, 3)).answer
    assert other.path.name == f"{first.path.name} 2"
    assert first.folder.read() is not None


def test_one_that_was_killed_before_it_had_its_name_gets_it(small: Forecast, tmp_path: Path) -> None:
    """Its manifest was written: nothing is computed again."""
    place = place_of(small, tmp_path)
    place.write(kind_of(small).question(small), small)
    draft = place.written()
    assert place.found() == draft
    found = made(small, tmp_path)
    assert not found.made
    assert found.answer.path.name.endswith(" prakiraan")
    assert not place.work.exists()


class Page(HTMLParser):
    """The cells and links of an index."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep where a link leads."""
        self.links += [str(value) for name, value in attrs if (tag, name) == ("a", "href")]

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.texts.append(data)


def test_the_index_names_day_question_and_answer_the_newest_first(small: Forecast, tmp_path: Path) -> None:
    """Every link leads somewhere, and signs of markup are text; documents appear once they are written."""
    marked = replace(small, scenario=replace(small.scenario, title={"id": "<b>Coba</b>"}))
    older, newer = written(small, tmp_path), written(marked, tmp_path)
    (older.path / "run.log").write_text("2026-01-02T03:04:05+00:00 finished workers=1\n", encoding="utf-8")
    kkb.export(newer.path)
    page = Page(newer.path.parent / "index.html")
    links = [unquote(link) for link in page.links]
    assert links == [f"{newer.path.name}/", f"{newer.path.name}/forecast.xlsx", f"{older.path.name}/"]
    assert all((newer.path.parent / link).exists() for link in links)
    assert page.texts.count(verdict(ID, result_of(small))) == 2
    assert any("<b>Coba</b>" in text for text in page.texts)
    assert older.path.name in page.texts


def test_the_index_tells_which_statuses_are_not_those_of_the_forecast_before(tmp_path: Path) -> None:
    """Five of them by name; nothing where all are the same, or where only the number of villages is another."""
    before = make_villages([7], status=[0, 0, 1, 1, 2, 2, 3])
    lists = [before, before, make_villages([7], status=[1, 1, 0, 0, 1, 1, 3]), make_villages([3], status=[1, 1, 0])]
    found = [forecast(make_scenario(one, {}), 1, 20, seed) for seed, one in enumerate(lists)]
    paths = [written(one, tmp_path).path for one in found]
    for day, path in enumerate(paths, start=1):
        (path / "run.log").write_text(f"2026-03-0{day}T08:00:00+00:00 finished workers=1\n", encoding="utf-8")
    write_index(paths[0].parent, EN)
    said = [text for text in Page(paths[0].parent / "index.html").texts if text.startswith("Villages with another")]
    names = ", ".join(before.names[:5])
    assert said == [f"Villages with another status at the end of 2025 than in {paths[1].name}: 6 ({names}, …)."]


def test_the_index_marks_what_a_newer_answer_stands_for(small: Forecast, tmp_path: Path) -> None:
    """And says in what the two differ: effort with both numbers, data by name."""
    more = replace(small, seed=small.seed + 1)
    other = make_scenario(make_villages([4], status=[0, 1, 2, 3]), {})
    found = [small, more, *(replace(forecast(one, 1, 20, 3)) for one in (other, replace(other, horizon=2)))]
    paths = [written(one, tmp_path).path for one in found]
    for day, path in enumerate(paths, start=1):
        (path / "run.log").write_text(f"2026-03-0{day}T08:00:00+00:00 finished workers=1\n", encoding="utf-8")
    said = []
    for shelf in dict.fromkeys(path.parent for path in paths):
        write_index(shelf, EN)
        said += [text for text in Page(shelf / "index.html").texts if text.startswith("Older")]
    seeds = f"random numbers (seed) ({small.seed}, not {small.seed + 1})"
    assert said == [
        f"Older than {paths[1].name}, different in: {seeds}.",
        f"Older than {paths[3].name}, different in: forecast years.",
    ]


def test_a_brief_of_all_results_is_of_the_newest_forecast(small: Forecast, several: Forecast, tmp_path: Path) -> None:
    """And of what goes with it, which no forecast of other districts does; what was not taken is said."""
    paths = [written(one, tmp_path).path for one in (replace(small, seed=8), small, several)]
    for day, path in enumerate(paths, start=1):
        (path / "run.log").write_text(f"2026-03-0{day}T08:00:00+00:00 finished workers=1\n", encoding="utf-8")
    runs = read_runs([tmp_path])
    assert [run.path for run in runs.forecasts] == [paths[2]]
    assert [run.path for run, _ in runs.passed_over] == [paths[0], paths[1]]
    said = list(runs.notes(EN))
    assert said[0].startswith(f"Used: forecast in {paths[2]}, finished 3 March 2026 at ")
    assert any(str(paths[0]) in sentence and "newer" in sentence for sentence in said)
    assert any(str(paths[1]) in sentence and "other inputs" in sentence for sentence in said)
    shutil.rmtree(paths[0])
    assert list(read_runs([paths[2]]).notes(EN)) == []


@pytest.mark.parametrize("where", ["results", "results/tanah-laut"])
def test_a_folder_above_stands_for_its_newest_answer(small: Forecast, tmp_path: Path, where: str) -> None:
    """Whether it holds one scenario or all."""
    path = written(small, tmp_path / "results").path
    assert kkb.load_run(tmp_path / where).path == path
