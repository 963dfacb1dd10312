"""What if: levers make an overlay that is compared on the spot; questions about it are answered as commands do."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from page.conftest import Served
from page.visitor import PATIENCE, Reply, Visitor

import simulation as kkb
from simulation.app.page.serving import begin_with
from simulation.app.page.visit import Visit
from simulation.engine.effort import Effort
from simulation.report.language import language
from simulation.report.what_if_scenario import BASELINE, VARIANT, Levers, files_of, options_of

SCENARIO = """\
schema: 1
name: kecil
title: {id: Kabupaten Kecil, en: Small district}
district: {code: "99.03", name: Kabupaten Kecil}
origin: 2025
horizon: 2
villages: {table: villages.csv}
transition: {rise: {dasar: 0.08, berkembang: 0.1, mandiri: 0.2}, fall: 0.02, year_sd: 0.3}
interventions:
  - name: pendampingan
    title: {id: pendampingan, en: coaching}
    starts: 2026
    capacity: 6
    odds_ratio_rise: {median: 2.0, interval90: [1.2, 3.3]}
sources: {interventions.pendampingan.odds_ratio_rise: assumed; rekaan // invented}
"""
TABLE = "village_code,village,subdistrict,status\n" + "".join(
    f"99.03.0{1 + n % 3}.{2001 + n},Kampung {n},{('Utara', 'Timur', 'Barat')[n % 3]},"
    f"{('dasar', 'dasar', 'dasar', 'berkembang')[n % 4]}\n"
    for n in range(24)
)
PROVINCE = """\
schema: 1
name: provinsi-kecil
title: {id: Provinsi Kecil, en: Small province}
origin: 2025
horizon: 1
districts: {table: districts.csv}
"""
DISTRICTS = """\
district_code,district,province,villages,subdistricts,dasar,berkembang,mandiri,paripurna
99.04,Kabupaten Lembah,Rekaan,12,2,8,3,1,0
99.05,Kabupaten Bukit,Rekaan,16,3,12,3,0,1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a small scenario, and one of several districts."""
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "kecil.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "villages.csv").write_text(TABLE, encoding="utf-8")
    (folder / "provinsi_kecil.yaml").write_text(PROVINCE, encoding="utf-8")
    (folder / "districts.csv").write_text(DISTRICTS, encoding="utf-8")
    return folder


def opened(served: Served, scenario: Path) -> tuple[Visit, Visitor]:
    """Return a visit that begins with a scenario, once its forecast is there, and its visitor."""
    visit, visitor = served.visits.begin(), served.visitor()
    visitor.get(f"/visit/{visit.key}")
    begin_with(served.visits, visit, scenario)
    latest = time.monotonic() + PATIENCE
    while visit.forecast is None and time.monotonic() < latest:
        assert visit.job is None or visit.job.error is None
        time.sleep(0.02)
    return visit, visitor


@pytest.fixture(scope="module")
def small(served: Served, folder: Path) -> tuple[Visit, Visitor]:
    """Return a visit to the small scenario."""
    return opened(served, folder / "kecil.yaml")


def fields(visitor: Visitor, path: str = "/what-if") -> dict[str, list[str]]:
    """Return what a browser would send of the form, where its levers are."""
    found: dict[str, list[str]] = {}
    for control in visitor.get(path).page.all("input"):
        given = control.attributes
        if given.get("type") != "checkbox" or "checked" in given:
            found.setdefault(given["name"], []).append(given["value"])
    return found


def send(visitor: Visitor, path: str, form: dict[str, list[str]]) -> Reply:
    """Send a form with fields of several values."""
    body = urlencode(form, doseq=True).encode()
    return visitor.ask("POST", path, body, content_type="application/x-www-form-urlencoded")


def chances(reply: Reply) -> list[str]:
    """Return the chances that are told, before and after, year by year."""
    return re.findall(r'<p class="chance">(.+?)</p>', reply.text)


def told_of(visitor: Visitor) -> set[str]:
    """Return the kinds of the answers that are told below the levers."""
    headings = visitor.get("/what-if").page.all("h2")
    return {one.attributes["id"] for one in headings if "id" in one.attributes}


def test_a_lever_changes_what_is_told(small: tuple[Visit, Visitor]) -> None:
    """More villages, more chance; and where the answer began to be told, its levers stand."""
    _, visitor = small
    form = fields(visitor, "/what-if?intervention=pendampingan")
    assert (form["villages"], form["starts"], form["effect"], form["share"]) == (["6"], ["2026"], ["2"], ["5"])
    assert form["places"] == ["Barat", "Timur", "Utara"]
    alike = chances(send(visitor, "/what-if/follows", form))
    assert all(before == after for before, after in (told.split(" → ") for told in alike))
    more = chances(send(visitor, "/what-if/follows", {**form, "villages": ["20"]}))
    assert len(more) == 2
    assert all(float(a[:-1]) > float(b[:-1]) for b, a in (told.split(" → ") for told in more))
    assert fields(visitor)["villages"] == ["20"]
    assert chances(visitor.get("/what-if")) == more
    assert chances(visitor.after(send(visitor, "/what-if", form))) == alike


MOVES = {
    "an intervention of the scenario": {"intervention": "pendampingan", "villages": "15", "effect": "2.6"},
    "a thematic one": {"intervention": "media", "villages": "80", "starts": "2027"},
    "another target": {"intervention": "pokja", "share": "12.5"},
    "one kecamatan": {"intervention": "pendampingan", "villages": "20", "places": "Utara"},
}


@pytest.mark.parametrize("moves", MOVES.values(), ids=MOVES)
def test_the_numbers_are_those_of_the_files_that_are_offered(
    small: tuple[Visit, Visitor], tmp_path: Path, moves: dict[str, str]
) -> None:
    """Downloaded and compared by the library, baseline and overlay give every digit that the page told."""
    visit, visitor = small
    form = fields(visitor, f"/what-if?intervention={moves['intervention']}")
    send(visitor, "/what-if/follows", {**form, **{name: [value] for name, value in moves.items()}})
    assert visit.trial is not None
    assert visit.trial.followed is not None
    told = visit.trial.followed.result
    for address in re.findall(r'href="(/file/\d+/[^"]+\.(?:yaml|csv))"', visitor.get("/files").text):
        (tmp_path / address.rpartition("/")[2]).write_bytes(visitor.get(address).body)
    baseline = BASELINE if (tmp_path / BASELINE).is_file() else "kecil.yaml"
    one, other = (kkb.load_scenario(tmp_path / name) for name in (baseline, VARIANT))
    assert (baseline == BASELINE) == ("share" in moves)
    found = kkb.compare(one, other)
    assert (told.draws, told.replicates) == (found.effort.draws, found.effort.replicates) == (1000, 20)
    assert told.scenarios[0].years == found.contrasts[0].years
    assert told.scenarios[0].villages == found.contrasts[0].villages


def test_a_tenth_of_the_simulations_is_told_first(small: tuple[Visit, Visitor]) -> None:
    """And said to be provisional; of the baseline nothing is simulated twice."""
    visit, visitor = small
    form = {**fields(visitor, "/what-if?intervention=rumah_dataku"), "part": ["tenth"]}
    first = send(visitor, "/what-if/follows", form)
    assert "Provisional, from 2,000 simulations" in first.text
    assert not chances(visitor.get("/what-if")), "a page that is opened asks for all of them"
    whole = send(visitor, "/what-if/follows", {**form, "part": ["all"]})
    assert "Provisional" not in whole.text
    assert len(chances(first)) == len(chances(whole)) == 2
    assert visit.trial is not None
    baseline = visit.scenario()
    kept = [visit.trial.kept(baseline, Effort(draws, 20)) for draws in (100, 1000)]
    assert [sum(len(c.draws) * len(c.replicates) for c in one.chunks) for one in kept] == [2_000, 20_000]


BAD = {
    "villages": ("-4", "interventions.pendampingan.capacity"),
    "starts": ("2020", "the intervention starts before the first forecast year"),
    "effect": ("strong", "strong"),
    "share": ("120", "target.share"),
    "places": ("Selatan", "there is no kecamatan of this name"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_value_is_answered_in_the_words_of_check(small: tuple[Visit, Visitor], name: str) -> None:
    """With the file that it would stand in, without the folder; the page goes on."""
    visit, visitor = small
    value, said = BAD[name]
    form = fields(visitor, "/what-if?intervention=pendampingan")
    wrong = send(visitor, "/what-if/follows", {**form, name: [value]})
    assert wrong.code == 200
    assert said in wrong.text
    assert "what_if" in wrong.text
    assert str(visit.folder) not in wrong.text
    assert len(chances(send(visitor, "/what-if/follows", form))) == 2


def test_an_intervention_that_nobody_knows_is_refused(small: tuple[Visit, Visitor]) -> None:
    """With the names of those that there are."""
    _, visitor = small
    form = {**fields(visitor), "intervention": ["<b>"]}
    told = send(visitor, "/what-if/follows", form).text
    assert "pendampingan, pokja" in told
    assert "<b>" not in told


def test_both_languages_are_spoken(small: tuple[Visit, Visitor]) -> None:
    """The form, what follows and what is wrong with it."""
    _, visitor = small
    form = fields(visitor, "/what-if?intervention=pendampingan")
    for code, called, rise in (("id", "Bagaimana jika ada intervensi?", "menaikkan"), ("en", "What if", "raises")):
        visitor.send("/language", code=code)
        assert called in visitor.get("/what-if").text
        assert rise in send(visitor, "/what-if/follows", {**form, "villages": ["20"]}).text


@pytest.mark.slow
def test_a_hundred_rapid_moves_leave_no_work_behind(small: tuple[Visit, Visitor]) -> None:
    """The last one's answer stands; those before it are answered with nothing or with what followed from them."""
    visit, visitor = small
    form = fields(visitor, "/what-if?intervention=pendampingan")
    codes: list[int] = []

    def move(number: int) -> None:
        moved = {**form, "effect": [f"{1 + number / 50:.2f}"]}
        codes.append(send(visitor, "/what-if/follows", moved).code)

    threads = [threading.Thread(target=move, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
        time.sleep(0.005)
    for thread in threads:
        thread.join(PATIENCE)
    last = visit.job
    assert last is not None
    assert last.ended
    assert set(codes) <= {200, 204}
    assert codes.count(204) > 50
    begun = time.monotonic()
    move(37)
    assert visit.trial is not None
    assert visit.trial.followed is not None
    assert visit.trial.followed.levers.effect == "1.74"
    assert time.monotonic() - begun < PATIENCE


@pytest.mark.slow
def test_questions_are_answered_as_commands_do(small: tuple[Visit, Visitor], tmp_path: Path) -> None:
    """A plan, what it depends on, the comparison: shown, under the id of the same question, and told in the brief."""
    visit, visitor = small
    form = {**fields(visitor, "/what-if?intervention=pendampingan"), "villages": ["9"], "probability": ["60"]}
    for kind, said in (("plan", "suffices"), ("sensitivity", "comes mainly from"), ("comparison", "raises")):
        shown = visitor.after(send(visitor, f"/what-if/{kind}", form))
        assert shown.code == 200
        (heading,) = [one for one in shown.page.all("h2") if one.attributes.get("id") == kind]
        assert "autofocus" in heading.attributes
        assert said in shown.text
    assert "Not used" not in visitor.send("/files").text
    variant = kkb.load_scenario(visit.folder / VARIANT)
    saved = kkb.save(kkb.plan(variant, probability=0.6, vary=["pendampingan.capacity"], year=2026), tmp_path)
    (mine,) = [one for one in visit.answers.values() if one.folder.kind.name == "plan"]
    assert mine.id == json.loads((saved / "manifest.json").read_text(encoding="utf-8"))["input_hash"]
    again = visitor.after(send(visitor, "/what-if/plan", {**form, "probability": ["ninety"]}))
    assert "the wanted probability must lie between 0 and 1" in again.text
    assert told_of(visitor) == {"plan", "sensitivity", "comparison"}
    visit.trial = None
    assert told_of(visitor) == {"comparison"}, "what was tried out before a new forecast is told no more"


@pytest.mark.slow
def test_a_plan_can_be_stopped(served: Served) -> None:
    """It ends at its next step, nothing of it is kept as an answer, and the next question is answered."""
    visit, visitor = opened(served, Path("scenarios/tanah_laut.yaml"))
    form = {**fields(visitor, "/what-if?intervention=pokja"), "probability": ["90"]}
    reply = send(visitor, "/what-if/plan", form)
    assert reply.headers["location"] == "/progress"
    job = visit.job
    assert job is not None
    stopped = visitor.after(visitor.ask("POST", "/progress/stop"))
    assert stopped.code == 200
    latest = time.monotonic() + PATIENCE
    while not job.ended and time.monotonic() < latest:
        time.sleep(0.05)
    assert job.ended
    assert visit.newest("plan") is None
    assert chances(send(visitor, "/what-if/follows", {**form, "part": ["tenth"]}))


def test_of_several_districts_one_is_looked_at(served: Served, folder: Path) -> None:
    """The numbers are those of that district alone, as with --district."""
    visit, visitor = opened(served, folder / "provinsi_kecil.yaml")
    form = fields(visitor, "/what-if?district=99.05&intervention=pokja")
    assert form["district"] == ["99.05"]
    assert "places" not in form
    assert len(chances(send(visitor, "/what-if/follows", form))) == 1
    assert visit.trial is not None
    assert visit.trial.followed is not None
    pair = [kkb.load_scenario(visit.folder / name).of_district("99.05") for name in ("provinsi-kecil.yaml", VARIANT)]
    assert visit.trial.followed.result.scenarios[0].years == kkb.compare(*pair).contrasts[0].years


def test_a_thematic_intervention_says_what_its_own_scenario_says() -> None:
    """The overlay of the page changes Tanah Laut just as the scenario of that intervention does, but for its name."""
    base = kkb.load_scenario("scenarios/tanah_laut.yaml")
    options = options_of(base)
    assert list(options) == ["pokja", "rumah_dataku", "media", "tematik", "koordinasi"]
    for name, option in options.items():
        rest = Levers.at_rest(base, option)
        texts = files_of(language("en"), "tanah_laut.yaml", base, option, rest, rest)
        own = kkb.load_scenario(f"scenarios/tanah_laut_{name}.yaml")
        assert list(texts) == [VARIANT]
        changed = base.with_(interventions=[dict(option.stated)])
        assert changed.interventions == own.interventions
        assert changed.parameters.scalars == own.parameters.scalars


def test_the_range_of_an_effect_moves_with_its_median() -> None:
    """As wide as before on the scale of logarithms, so that the median is its geometric middle."""
    base = kkb.load_scenario("scenarios/tanah_laut_pokja.yaml")
    option = options_of(base)["pokja"]
    rest = Levers.at_rest(base, option)
    texts = files_of(language("en"), "x.yaml", base, option, rest, Levers(**{**vars(rest), "effect": "2.5"}))
    low, high = map(float, re.findall(r"^    - ([\d.]+)$", texts[VARIANT], re.MULTILINE))
    assert low * high == pytest.approx(2.5**2, rel=1e-3)
    assert high / low == pytest.approx(option.told.effect[2] / option.told.effect[0], rel=1e-3)
