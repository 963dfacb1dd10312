"""The site: it is built from the repository without a complaint, names all that is public, and is read from disk."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from page.browser import WIDTHS, browsing

import simulation as kkb

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "simulation" / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site, built where a link to nowhere fails."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_reference_holds_every_public_name_once() -> None:
    """What is added to ``__init__.pyi`` gets its line, ``::: simulation.NAME``, under a heading of the reference."""
    named = re.findall(r"^::: simulation\.(\w+)$", (DOCS / "reference.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(kkb.__all__)


@pytest.mark.slow
def test_the_site_has_the_pages_of_the_repository(site: Path) -> None:
    """Guide in both languages, notebooks, model, glossary, every decision, and a heading for each public name."""
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    notebooks = {f"notebooks/{path.stem}.html" for path in (ROOT / "notebooks").glob("*.ipynb")}
    decisions = {f"simulation/decisions/{path.stem}.html" for path in (ROOT / "simulation/decisions").glob("*.md")}
    assert pages >= notebooks | decisions | {"index.html", "README.id.html", "simulation/MODEL.html"}
    reference = (site / "simulation" / "docs" / "reference.html").read_text(encoding="utf-8")
    assert [name for name in kkb.__all__ if f'id="simulation.{name}"' not in reference] == []
    assert "<code>listed_before</code> (string)" in reference, "what columns mean is told"
    assert "First year of support" in reference, "what fields mean is told"


@pytest.mark.slow
def test_pages_opened_from_disk_fit_ask_nobody_and_are_searched(site: Path, tmp_path: Path) -> None:
    """On a desk and on a telephone; what is not a link to follow comes from the folder itself."""
    pages = ["index.html", "notebooks/01_forecast.html", "simulation/docs/reference.html", "simulation/MODEL.html"]
    with browsing(tmp_path) as browser:
        for width in WIDTHS:
            browser.resize(width)
            for page in pages:
                browser.open((site / page).as_uri())
                assert browser.run("return document.documentElement.scrollWidth") <= width, page
        browser.resize(1280)
        browser.one("input.md-search__input").send_keys("paripurna")
        browser.wait(lambda: len(browser.all(".md-search-result__item")) > 2)
        assert browser.complaints() == []
        assert {address.partition(":")[0] for address in browser.asked_for()} <= {"file", "data", "blob", "about"}
