"""The recipes of the site: short, public, and right."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text
from scipy.stats import binom

import simulation as kkb

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "simulation" / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## (.*?)$.*?^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
"""Heading -> code."""
LINES = 10

Names = dict[str, Any]
"""What the code of a recipe leaves behind."""


def grid(found: Names) -> None:
    """Check every setting against its own forecast, and its difference against a comparison of its own."""
    scenario = kkb.example("tanah_laut")
    for row in found["of_2026"].itertuples():
        changed = scenario.with_(name="changed", **{"rise.dasar": row[1]})
        year = kkb.forecast(changed, draws=200, replicates=5, seed=1).districts[0].years[0]
        assert (row.probability_met, row.monte_carlo_error) == (year.probability_met, year.monte_carlo_error)
        compared = kkb.compare(scenario, changed, draws=200, replicates=5, seed=1).years.query("year == 2026")
        assert row.difference == pytest.approx(compared["difference"].item(), abs=1e-12)
    assert found["of_2026"]["probability_met"].is_monotonic_increasing
    assert len(found["axes"].lines) >= 1


def own_target(found: Names) -> None:
    """Check the first simulations against the agents, and every simulation against the counts of the forecast."""
    scenario, left = kkb.example("tanah_laut"), found["left"]
    for draw in range(3):
        model = kkb.KampungModel(scenario, draw=draw, replicate=1, seed=1)
        while model.running:
            stood = {agent for agent in model.village_agents if agent.listed == kkb.Status.DASAR}
            model.step()
            gone = sum(agent.listed != kkb.Status.DASAR for agent in stood)
            assert left[draw, 1, model.year] == gone
    ensemble = kkb.forecast(scenario, draws=200, replicates=5, seed=1).ensemble.set_index(found["year"])
    assert (left <= ensemble["rises"]).all()
    assert (found["at_dasar"] - left <= ensemble["dasar"]).all()
    assert found["chance"].between(0.3, 0.99).all()


def own_posterior(found: Names) -> None:
    """Check that every row is there, in its order and with its correlation, and that it is what moves the target."""
    forecast, mine = found["forecast"], found["mine"]
    parameters = forecast.parameters[list(mine)].reset_index(drop=True)
    np.testing.assert_allclose(parameters, mine, rtol=1e-12)
    assert parameters.corr().iloc[0, 1] == pytest.approx(mine.corr().iloc[0, 1])
    assert mine.corr().iloc[0, 1] > 0.5
    assert forecast.basis == ("own_posterior",)
    assert found["correlation"] > 0.5
    shuffled = mine["rise.dasar"].sample(frac=1, random_state=1).reset_index(drop=True)
    assert abs(shuffled.corr(found["met"])) < 4 / np.sqrt(len(mine))


def from_dict(found: Names) -> None:
    """Check the chance that at least 2 of 40 rise."""
    (year,) = found["forecast"].districts[0].years
    assert year.needed.ends == (2, 2)
    assert year.probability_met == pytest.approx(binom.sf(1, 40, 0.08), abs=1e-9)


def data_frames(found: Names) -> None:
    """Check who is beside whom on a ring."""
    assert list(found["villages"].codes) == found["codes"]
    assert found["neighbours"].tolist() == [1, 11]


def network(found: Names) -> None:
    """Check the first year, the sign of the effect, and its first steps against memories kept by hand."""
    years = found["comparison"].years.set_index("year")
    assert years["additional_rises_mean"].iloc[0] == 0
    assert years["additional_rises_mean"].iloc[1] > 2 * years["additional_rises_monte_carlo_error"].iloc[1] > 0
    ring, codes = found["ring"], found["ring"].districts[0].codes
    assert all(
        set(ring.districts[0].network.neighbours(i)) == {(i - 1) % len(codes), (i + 1) % len(codes)} for i in range(5)
    )
    plain = ring.with_mechanism(found["Heard"]()).with_(**{"heard.strength": 0})
    without, none = (kkb.forecast(one, draws=5, replicates=2, seed=1).ensemble["rises"] for one in (ring, plain))
    assert without.tolist() == none.tolist()


def promoted(found: Names) -> None:
    """Check the first year against the formula: 5 of 40 alike villages rise with q + (1 - q) p, the others with p."""
    effort = {"draws": 1, "replicates": 4000, "seed": 1}
    alike = {"village_sd": 0, "year_sd": 0, "subdistrict_sd": 0, "peer_odds_ratio": 1, "campaign.probability": 0}
    place = {"status_counts": {"dasar": 40, "berkembang": 0, "mandiri": 0, "paripurna": 0}}
    uji = kkb.Scenario.from_dict(
        {"schema": 1, "name": "uji", "origin": 2025, "horizon": 1, "villages": place}
        | {"district": {"code": "99.77", "name": "Kabupaten Uji"}}
    ).with_(**{"rise.dasar": 0.08}, **alike)
    helped = uji.with_intervention(
        kkb.Intervention(name="promo", starts=2026, capacity=5), odds_ratio_rise=1
    ).with_mechanism(found["Promoted"]())
    rises = kkb.forecast(helped.with_(**{"promoted.chance": 0.3}), **effort).ensemble["rises"]
    chances = np.repeat([0.08, 0.3 + 0.7 * 0.08], [35, 5])
    assert abs(rises.mean() - chances.sum()) < 4 * rises.sem()
    assert rises.var() == pytest.approx((chances * (1 - chances)).sum(), rel=0.1)
    plan = found["plan"]
    assert plan.least.lower95 >= 0.9 > plan.nothing.probability_met
    assert plan.least.probability_met > plan.now.probability_met or plan.now.value >= plan.least.value


def every_answer(found: Names) -> None:
    """Check it against the flows of the same simulations by the standard law."""
    flows = kkb.flows(kkb.example("tanah_laut"), draws=200, replicates=5, seed=1).query("listed_before == 'dasar'")
    at_dasar, left = (
        some.groupby(["draw", "replicate", "year"])["villages"].sum()
        for some in (flows, flows[flows["listed"] != "dasar"])
    )
    expected = (left.reindex(at_dasar.index, fill_value=0) >= 0.05 * at_dasar).groupby("year").mean()
    assert found["forecast"].years["probability_met"].tolist() == pytest.approx(expected.tolist(), abs=1e-12)


def paired_statistic(found: Names) -> None:
    """Check the difference itself, and that its error is well below that of two runs on their own."""
    apart = [of_one.groupby("draw").mean() for of_one in found["both"].values()]
    assert found["gain"].mean() == pytest.approx(apart[1].mean() - apart[0].mean())
    assert found["gain"].mean() > 3 * found["gain"].sem() > 0
    assert found["gain"].sem() < 0.5 * np.hypot(apart[0].sem(), apart[1].sem())


def tidy(found: Names) -> None:
    """Check the parts of the variance against their sum, and the table against the counts of the forecast."""
    ensemble = found["forecast"].ensemble.query("year == 2026")
    parts = float(found["chance"] + found["unknown"])
    assert parts == pytest.approx(ensemble["rises"].var(ddof=1), rel=0.02)
    assert float(found["chance"]) == pytest.approx(ensemble.groupby("draw")["rises"].var(ddof=1).mean())
    villages = found["villages"]
    counted = villages[villages["listed"] == "paripurna"].groupby(["draw", "replicate", "year"]).size()
    kept = found["forecast"].ensemble.set_index(["draw", "replicate", "year"])["paripurna"]
    assert kept.loc[:19].tolist() == counted.reindex(kept.loc[:19].index, fill_value=0).tolist()


def failures(found: Names) -> None:
    """Check both shares against the draws that judge, and that more effort does not make failures frequent."""
    judges = found["found"].data.query("not chooses")
    inside = np.ones(len(judges), bool)
    for name, (low, high) in found["told"].items():
        inside &= judges[name].between(-np.inf if low is None else low, np.inf if high is None else high).to_numpy()
    fails = judges["fails"].to_numpy()
    assert found["shares"] == pytest.approx((fails[inside].mean(), inside[fails].mean()))
    assert "rise.dasar" in found["told"]
    # Eight settings of 125 draws each: a standard error of at most 0.045.
    assert found["by_effort"].iloc[-1] < found["by_effort"].iloc[0] + 3 * np.hypot(0.045, 0.045)


def two_districts(found: Names) -> None:
    """Check that each has the numbers that it has on its own, and that both meet it no more often than either."""
    for scenario in (found["laut"], found["tabanan"]):
        alone = kkb.forecast(scenario, draws=200, seed=1).years.set_index("year")["probability_met"]
        beside = found["forecast"].years.set_index("district").loc[scenario.districts[0].district]
        assert beside["probability_met"].tolist() == alone.tolist()
    of_each = found["forecast"].ensemble.groupby(["district_code", "year"])["met"].mean().unstack("year")
    assert (found["both_meet"] <= of_each.min()).all()
    assert (found["both_meet"] > of_each.prod()).all(), "what is not known of both is shared"
    shown = [text.get_text() for text in found["figure"].findobj(Text)]
    assert any("Kabupaten Tabanan" in text for text in shown)
    assert any("Tanah Laut and Tabanan" in text for text in shown), "whose scenario it is"


def rerun(found: Names) -> None:
    """Check that every table has the same bytes, under the same number."""
    first, again = (kkb.load_run(found[name]) for name in ("folder", "again"))
    assert first.id == again.id
    tables = [path.name for path in found["folder"].iterdir() if path.suffix in {".csv", ".json", ".parquet"}]
    assert len(tables) >= 5
    for name in tables:
        assert (found["again"] / name).read_bytes() == (found["folder"] / name).read_bytes(), name


CHECKS: dict[str, Callable[[Names], None]] = {
    "One parameter over a grid": grid,
    "Your own posterior": own_posterior,
    "A scenario without a file": from_dict,
    "Villages and neighbours from data frames": data_frames,
    "Villages that learn from their neighbours": network,
    "An intervention that is no odds ratio": promoted,
    "A target of your own, in every answer": every_answer,
    "A statistic of your own, compared pair by pair": paired_statistic,
    "A target of your own, counted afterwards": own_target,
    "Simulations as arrays and as a tidy table": tidy,
    "When a plan fails, and where it still does with more effort": failures,
    "Two districts at once": two_districts,
    "A run made again from its folder": rerun,
}


def test_every_recipe_is_short_and_public() -> None:
    """One code block under each heading, of at most ten lines besides imports, none of them from within the package."""
    assert list(RECIPES) == re.findall(r"^## (.*)$", PAGE, re.MULTILINE) == list(CHECKS)
    for heading, code in RECIPES.items():
        lines = [line for line in code.splitlines() if line and not re.match(r"import |from ", line)]
        assert len(lines) <= LINES, heading
        assert re.findall(r"(?:from|import) (simulation\S*)", code) == ["simulation"], heading


@pytest.mark.slow
@pytest.mark.parametrize("heading", CHECKS)
def test_a_recipe_gives_what_it_says(heading: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as it stands, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    found: Names = {"__name__": "recipe"}
    exec(compile(RECIPES[heading], heading, "exec"), found)  # noqa: S102  code of this repository
    CHECKS[heading](found)
