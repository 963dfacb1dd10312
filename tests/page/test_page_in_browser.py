"""The page in a real browser: an office's workbook goes in, an answer and a brief come out, with a mouse or keys."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from command_line import ROOT, from_outside
from docx import Document
from elements import Element, parsed
from page.browser import PATIENCE, WIDTHS, Browser, browsing
from page.process import Process, begun
from page.spoken import in_other_language
from page.visitor import Visitor
from pypdf import PdfReader

from simulation.app.page.server import MOST_BYTES
from simulation.report.language import language

RAW = ROOT / "tests" / "data" / "office" / "RAW_DATA KAMPUNG KB SUKAMAJU.xlsx"
BROKEN = "DESA;KECAMATAN;KLASIFIKASI 2025\nSatu;Utara;dasar\nDua;Utara;naik terus\nTiga;Selatan;mandiri\n"
PAGES = ("/", "/answer", "/what-if", "/learn", "/files")
KEYS = {"tab": "\ue004", "enter": "\ue007", "end": "\ue010"}
FOCUSABLE = """
const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
const seen = new Set();
return [...all].filter((one) => {
  if (!one.checkVisibility() || one.disabled) return false;
  if (one.type !== "radio") return true;
  const first = !seen.has(one.name);
  seen.add(one.name);
  return first;
}).length;
"""
FOLLOWED = """
const told = document.getElementById("follows");
return told === null || !told.hasAttribute("aria-busy") && told.querySelector(".chance, [role=alert]") !== null;
"""
FOCUSED = """
const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
return {
  place: [...document.querySelectorAll("*")].indexOf(one),
  html: one.outerHTML.slice(0, 200),
  outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
  inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
};
"""

pytestmark = pytest.mark.slow


@dataclass
class Office:
    """A visit by an office: its browser, the page, and what was seen on the way to the answer."""

    browser: Browser
    page: Process
    seen: dict[str, Element] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def look(self, name: str) -> None:
        """Keep the page that is shown, and what axe-core finds wrong with it."""
        self.seen[name] = self.shown
        self.wrong[name] = self.browser.violations()

    @property
    def shown(self) -> Element:
        """The page that is shown."""
        return parsed(self.browser.run("return document.documentElement.outerHTML"))

    def open(self, path: str) -> None:
        """Open a page of the visit, with whatever follows from its levers."""
        self.browser.open(f"{self.page.root}{path}")
        self.browser.wait(lambda: self.browser.run(FOLLOWED))

    def speak(self, code: str) -> None:
        """Have the page speak a language."""
        if self.browser.run("return document.documentElement.lang") != code:
            self.browser.leave(self.browser.one("form[action='/language'] button").click)

    @contextmanager
    def stranger(self) -> Iterator[None]:
        """Be somebody else for a while, who has given nothing yet."""
        cookies = self.browser.driver.get_cookies()
        self.browser.driver.delete_all_cookies()
        try:
            yield
        finally:
            self.open("/")
            self.browser.driver.delete_all_cookies()
            for cookie in cookies:
                self.browser.driver.add_cookie(cookie)

    @property
    def visitor(self) -> Visitor:
        """The same visit without the browser."""
        visitor = self.page.visitor()
        visitor.cookies = {cookie["name"]: cookie["value"] for cookie in self.browser.driver.get_cookies()}
        return visitor


@dataclass
class Commanded:
    """The command `start`, which goes on beside the page."""

    running: subprocess.Popen[bytes]
    folder: Path

    @property
    def run(self) -> Path:
        """The run folder of its forecast, once it is done."""
        assert self.running.wait(PATIENCE) == 0
        (found,) = self.folder.rglob("forecast.json")
        return found.parent

    def file(self, name: str) -> Path:
        """Return a file that it has written."""
        return next(place / name for place in (self.run, self.run / "figures", self.folder) if (place / name).is_file())


@pytest.fixture(scope="module")
def commanded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commanded]:
    """Begin with the same workbook by the command, which proposes the same answers."""
    folder = tmp_path_factory.mktemp("command")
    shutil.copy(RAW, folder)
    running = subprocess.Popen(
        [sys.executable, "-m", "simulation", "start", RAW.name, "--yes", "--lang", "id", "--quiet"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    yield Commanded(running, folder)
    running.kill()
    running.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Open the browser."""
    with browsing(tmp_path_factory.mktemp("downloads")) as browser:
        browser.resize(1280)
        yield browser


@pytest.fixture(scope="module")
def office(browser: Browser, commanded: Commanded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Drop the raw workbook in, look at what was read, and compute with what is proposed."""
    assert commanded.running.poll() in {None, 0}
    with begun(tmp_path_factory.mktemp("page"), "--lang", "id") as page:
        visit = Office(browser, page)
        browser.open(page.address)
        visit.look("begun")
        browser.leave(lambda: browser.one("input[type=file]").send_keys(str(RAW)))
        visit.look("read")
        browser.one("button[value=compute]").click()
        browser.wait(lambda: urlsplit(browser.driver.current_url).path == "/progress")
        visit.look("work")
        browser.wait(browser.arrived)
        visit.look("answer")
        yield visit


def texts(page: Element, name: str, **attributes: str) -> list[str]:
    """Return the texts of the elements of a name with these attributes."""
    wanted = {key.rstrip("_"): value for key, value in attributes.items()}
    return [one.text for one in page.all(name) if wanted.items() <= one.attributes.items()]


def chances(page: Element) -> list[str]:
    """Return the chances that a page says in large digits."""
    return texts(page, "p", class_="chance")


def test_what_an_office_dropped_in_is_told_beside_its_cells(office: Office) -> None:
    """How many villages, where rows disagree and which cells, what was read otherwise than written; and it is asked."""
    read = office.seen["read"]
    assert any("148 kampung di 12 kecamatan" in text for text in texts(read, "p"))
    assert any("Margo Jaya" in text and "E57" in text and "E58" in text for text in texts(read, "legend"))
    (changes,) = read.all("table")
    assert ["D10", "Brkembang", "berkembang"] in [
        [cell.text for cell in row.all("td", "th")][3:6] for row in changes.all("tr")
    ]
    assert office.visitor.get("/cleaned").body.startswith(b"PK")


def test_work_says_how_far_it_is_and_can_be_stopped(office: Office) -> None:
    """In words and as a bar, with a button."""
    work = office.seen["work"]
    assert texts(work, "p", role="status") != [""]
    assert len(work.all("progress")) == 1
    assert len(texts(work, "form", action="/progress/stop")) == 1


def test_the_answer_is_that_of_the_command(office: Office, commanded: Commanded) -> None:
    """The chance of every year in large digits is that of `kampungkb start --yes` with the same workbook."""
    forecast = json.loads(commanded.file("forecast.json").read_text(encoding="utf-8"))
    expected = [year["probability_met"] for year in forecast["districts"][0]["years"]]
    assert len(expected) == 5
    assert chances(office.seen["answer"]) == [language("id").percent(one) for one in expected]


def test_brief_and_workbook_are_downloaded_and_opened(office: Office, commanded: Commanded) -> None:
    """By clicks; the brief has two pages and says the chance, and every file is that of the command, byte for byte."""
    office.open("/files")
    for name in ("brief.docx", "brief.pdf", "forecast.xlsx"):
        office.browser.one(f"a[download][href$='/{name}']").click()
        kept = office.browser.downloads / f"sukamaju_{name}"
        office.browser.wait(kept.is_file)
    downloads = office.browser.downloads
    chance = chances(office.seen["answer"])[0]
    assert any(chance in paragraph.text for paragraph in Document(str(downloads / "sukamaju_brief.docx")).paragraphs)
    pdf = PdfReader(downloads / "sukamaju_brief.pdf")
    assert len(pdf.pages) == 2
    assert chance in pdf.pages[0].extract_text()
    addresses = [unquote(one.attributes["href"]) for one in office.shown.all("a") if "download" in one.attributes]
    assert len(addresses) >= 15
    assert from_outside("export", commanded.run, "--lang", "id", cwd=commanded.folder).returncode == 0
    visitor, differing = office.visitor, []
    for address in addresses:
        name = address.rpartition("/")[2]
        taken = visitor.get(address.replace(" ", "%20"))
        assert taken.code == 200, address
        if taken.body != commanded.file(name).read_bytes():
            differing.append(name)
    assert differing == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", ["id", "en"])
def test_every_page_is_for_all(office: Office, path: str, width: int, code: str) -> None:
    """In either language and at either width: no page scrolls sideways, none speaks the other language, axe-core finds
    nothing wrong, and every picture is there, with words in its place.
    """
    office.browser.resize(width)
    office.open(path)
    office.speak(code)
    office.browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    office.browser.wait(lambda: office.browser.run("return [...document.images].every((one) => one.complete)"))
    assert office.browser.run("return document.scrollingElement.scrollWidth") <= width
    page = office.shown
    assert page.all("html")[0].attributes["lang"] == code
    assert in_other_language(page) == set()
    assert office.browser.violations() == []
    assert office.browser.run("return [...document.images].filter((one) => !one.naturalWidth || !one.alt).length") == 0


def test_what_is_shown_on_the_way_is_for_all(office: Office) -> None:
    """What was read, the work and its progress, in Indonesian."""
    assert office.wrong == {name: [] for name in ("begun", "read", "work", "answer")}
    assert [text for page in office.seen.values() for text in in_other_language(page)] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_keyboard_reaches_everything(office: Office, path: str) -> None:
    """Tab goes through every control, each in sight and outlined, the first of which leads past the frame."""
    from selenium.webdriver import ActionChains

    browser = office.browser
    browser.resize(1280)
    office.open(path)
    stops = []
    for _ in range(browser.run(FOCUSABLE)):
        ActionChains(browser.driver).send_keys(KEYS["tab"]).perform()
        stops.append(browser.run(FOCUSED))
    assert [stop["html"] for stop in stops if stop["outline"] < 2 or not stop["inside"]] == []
    assert len({stop["place"] for stop in stops}) == len(stops) > 5
    office.open(path)
    ActionChains(browser.driver).send_keys(KEYS["tab"], KEYS["enter"]).perform()
    assert browser.run("return document.activeElement.id") == "main"


def test_the_language_is_changed_by_keyboard(office: Office) -> None:
    """Two keys from the beginning: the same page again, its title and its language another."""
    from selenium.webdriver import ActionChains

    office.open("/answer")
    office.speak("id")
    title = office.browser.driver.title
    keys = ActionChains(office.browser.driver).send_keys(KEYS["tab"], KEYS["tab"], KEYS["enter"])
    office.browser.leave(keys.perform)
    assert urlsplit(office.browser.driver.current_url).path == "/answer"
    assert office.browser.run("return document.documentElement.lang") == "en"
    assert (title, office.browser.driver.title) == tuple(
        f"{language(code).say('Answer')} · Kampung KB Forecast" for code in ("id", "en")
    )
    office.speak("id")


def test_a_lever_is_moved_and_the_answer_follows(office: Office, commanded: Commanded) -> None:
    """By keys, as by a finger: the number beside the slider, the years beside the baseline, and the difference."""
    from selenium.webdriver import ActionChains

    browser = office.browser
    browser.resize(1280)
    office.open("/what-if")
    office.speak("id")
    browser.wait(lambda: browser.run(FOLLOWED))
    before = office.shown
    browser.run("document.getElementById('effect').focus()")
    ActionChains(browser.driver).send_keys(KEYS["end"]).perform()
    (slider,) = (one for one in office.shown.all("input") if one.attributes.get("id") == "effect")
    most = float(slider.attributes["max"])
    assert texts(office.shown, "output", for_="effect") == [language("id").number(most, 2)]
    browser.wait(lambda: browser.run(FOLLOWED) and chances(office.shown) != chances(before))
    after = office.shown
    assert len(chances(after)) == len(chances(before)) == 5
    baselines = [[text.partition(" → ")[0] for text in chances(page)] for page in (before, after)]
    assert baselines[0] == baselines[1]
    forecast = json.loads((commanded.run / "forecast.json").read_text(encoding="utf-8"))
    expected = [year["probability_met"] for year in forecast["districts"][0]["years"]]
    assert baselines[0] == [language("id").percent(one, 1) for one in expected]
    # A hundred moves at once are asked about few times, and end with the last.
    browser.asked_for()
    browser.run(
        "const one = document.getElementById('effect'); for (let i = 0; i < 100; i++) { one.value = 1 + i / 100;"
        " one.dispatchEvent(new Event('input', {bubbles: true})); } one.value = one.defaultValue;"
        " one.dispatchEvent(new Event('input', {bubbles: true}));"
    )
    browser.wait(lambda: browser.run(FOLLOWED) and chances(office.shown) == chances(before))
    assert len([url for url in browser.asked_for() if url.endswith("/follows")]) <= 2


def test_a_problem_is_read_beside_its_cell(office: Office, tmp_path: Path) -> None:
    """What stands in the cell, what is wrong with it and what is allowed; once it is mended, the page goes on."""
    browser, path = office.browser, tmp_path / "daftar.csv"
    with office.stranger():
        browser.resize(400)
        office.open("/")
        path.write_text(BROKEN, encoding="utf-8")
        browser.leave(lambda: browser.one("input[type=file]").send_keys(str(path)))
        (problem,) = [part for part in office.shown.all("section") if part.attributes.get("role") == "alert"]
        (_, row) = problem.all("tr")
        place, found, _, allowed, _ = (cell.text for cell in row.all("td", "th"))
        assert "daftar.csv" in place
        assert "C3" in place
        assert found == "naik terus"
        assert "berkembang" in allowed
        assert browser.violations() == []
        assert browser.run("return document.scrollingElement.scrollWidth") <= 400
        path.write_text(BROKEN.replace("naik terus", "berkembang"), encoding="utf-8")
        browser.leave(lambda: browser.one("input[type=file]").send_keys(str(path)))
        assert [part for part in office.shown.all("section") if part.attributes.get("role") == "alert"] == []


def test_a_file_that_is_too_large_is_refused_in_words(office: Office, tmp_path: Path) -> None:
    """Though the browser is answered before it has sent everything."""
    path = tmp_path / "besar.csv"
    path.write_bytes(b"a" * (MOST_BYTES + 1))
    with office.stranger():
        office.open("/")
        office.browser.leave(lambda: office.browser.one("input[type=file]").send_keys(str(path)))
        assert "20 MB" in office.browser.one("body").text
        # The browser keeps that it was refused, and asks for a picture of what is no page.
        assert all("413" in said or "/favicon.ico" in said for said in office.browser.complaints())


def test_the_browser_asks_the_page_alone_and_has_nothing_to_complain_of(office: Office) -> None:
    """Whatever was looked at before: nothing from elsewhere, no error of a script, nothing that the policy forbids."""
    office.open("/answer")
    assert {urlsplit(address).netloc for address in office.browser.asked_for()} == {urlsplit(office.page.root).netloc}
    assert office.browser.complaints() == []
