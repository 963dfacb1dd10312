"""What a scenario says of a parameter becomes that number or distribution, what it leaves out the default prior."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scenario_desk import Desk, words

from simulation.domain.distributions import (
    Beta,
    Dirichlet,
    Distribution,
    Empirical,
    Exponentiated,
    Fixed,
    HalfNormal,
    LogitNormal,
    Normal,
    lognormal_from_interval,
)
from simulation.domain.messages import DataError
from simulation.domain.parameters import DEFAULT_PRIORS, INTERVENTION_PRIOR
from simulation.inputs.scenario import Scenario

POKJA = "interventions: [{name: pokja, starts: 2026, capacity: 2}]"


def test_what_is_left_out_keeps_its_default_prior(desk: Desk) -> None:
    """A scenario without `transition` has every default prior, and says so."""
    scenario = desk.load(interventions=POKJA)
    expected = {**DEFAULT_PRIORS, "pokja.odds_ratio_rise": INTERVENTION_PRIOR, "pokja.odds_ratio_fall": Fixed(1.0)}
    assert scenario.parameters.scalars == expected
    assert scenario.parameters.defaulted == frozenset(expected) - {"pokja.odds_ratio_fall"}
    assert scenario.sources["transition.fall"] == "assumed; default prior, see MODEL.md"


@pytest.mark.parametrize(
    ("given", "name", "expected"),
    [
        ("{rise: {dasar: 0.07}}", "rise.dasar", Fixed(0.07)),
        ("{rise: {mandiri: {logit_normal: {mean: -1, sd: 0.5}}}}", "rise.mandiri", LogitNormal(-1, 0.5)),
        ("{fall: {beta: {alpha: 2, beta: 50}}}", "fall", Beta(2, 50)),
        ("{skip: {mandiri: 0.7}}", "skip.mandiri", Fixed(0.7)),
        ("{year_sd: 0}", "year_sd", Fixed(0.0)),
        ("{year_sd: {half_normal: {sd: 0.3}}}", "year_sd", HalfNormal(0.3)),
        ("{village_sd: {median: 0.6, interval90: [0.2, 1.8]}}", "village_sd", lognormal_from_interval(0.6, 0.2, 1.8)),
        ("{peer_odds_ratio: 1.5}", "peer_odds_ratio", Fixed(1.5)),
        ("{peer_odds_ratio: {half_normal: {sd: 0.3}}}", "peer_odds_ratio", Exponentiated(HalfNormal(0.3))),
        (
            "{campaign: {odds_ratio: {normal: {mean: 2, sd: 0.3}}}}",
            "campaign.odds_ratio",
            Exponentiated(Normal(2, 0.3)),
        ),
        ("{campaign: {probability: 0.1}}", "campaign.probability", Fixed(0.1)),
        ("{covariates: {remoteness: 0.8}}", "covariates.remoteness", Fixed(0.8)),
    ],
)
def test_each_notation_becomes_its_distribution(desk: Desk, given: str, name: str, expected: Distribution) -> None:
    """Numbers are fixed; on an odds-ratio key normal and half-normal describe the logarithm."""
    parameters = desk.load(transition=f"transition: {given}").parameters
    assert parameters.scalars[name] == expected
    assert name not in parameters.defaulted


def test_one_skip_holds_past_both_levels(desk: Desk) -> None:
    """A single skip is one parameter: the chance past berkembang and past mandiri, with no prior left over."""
    parameters = desk.load(transition="transition: {skip: 0.4}").parameters
    assert parameters.scalars["skip"] == Fixed(0.4)
    assert [name for name in parameters.scalars if name.startswith("skip.")] == []
    drawn = parameters.draw(seed=1, draws=3)
    assert drawn.rise_reaches[:, 0, 2].tolist() == drawn.rise_reaches[:, 1, 3].tolist() == [0.4] * 3


def test_a_distribution_on_a_single_skip_is_drawn_once_for_both_levels(desk: Desk) -> None:
    """In every draw the chance past berkembang is the chance past mandiri, and draws differ."""
    drawn = desk.load(transition="transition: {skip: {beta: {alpha: 2, beta: 3}}}").parameters.draw(seed=1, draws=50)
    np.testing.assert_array_equal(drawn.rise_reaches[:, 0, 2], drawn.rise_reaches[:, 1, 3])
    assert len(set(drawn.rise_reaches[:, 0, 2].tolist())) == 50


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"skip": [0.2, 0.3]}, ["skip"]),
        ({"skip.mandiri": [0.6, 0.7]}, ["skip.berkembang", "skip.mandiri"]),
    ],
)
def test_draws_hold_skip_in_either_form(desk: Desk, columns: dict[str, Any], names: list[str]) -> None:
    """A file of draws has one skip, or one per level beside which the other level keeps its prior."""
    write_draws(desk, columns)
    parameters = desk.load(transition=FROM).parameters
    assert [name for name in parameters.scalars if name.startswith("skip")] == names
    assert parameters.draw(seed=1, draws=4).rise_reaches.shape == (4, 4, 4)


def test_fall_per_level_replaces_the_common_one(desk: Desk) -> None:
    """Where fall is given per level there is no common fall; levels left out keep its prior."""
    parameters = desk.load(transition="transition: {fall: {mandiri: 0.1}}").parameters
    assert "fall" not in parameters.scalars
    assert parameters.scalars["fall.mandiri"] == Fixed(0.1)
    assert parameters.scalars["fall.paripurna"] == DEFAULT_PRIORS["fall"]
    assert "fall.berkembang" in parameters.defaulted


FALLS = {
    "fall: 0.1": "fall_skip: 0",
    "fall: {mandiri: 0.1}": "fall_skip: 0",
    "fall: 0.1, fall_skip: {mandiri: 0.3}": "fall_skip.berkembang: prior, fall_skip.mandiri: 0.3",
    "fall: 0.1, fall_skip: {beta: {alpha: 1, beta: 4}}": "fall_skip: prior",
    "fall_skip: 0": "fall_skip: 0",
    "fall_skip: {berkembang: 0.2}": "fall_skip.berkembang: 0.2, fall_skip.mandiri: prior",
    "year_sd: 0": "fall_skip.berkembang: prior, fall_skip.mandiri: prior",
}


@pytest.mark.parametrize("given", FALLS)
def test_falls_go_on_past_a_level_unless_they_are_given_alone(desk: Desk, given: str) -> None:
    """Where fall is given and fall_skip is not, falls are of one level: assumed, not a prior; written out, it reads."""
    scenario = desk.load(transition=f"transition: {{{given}}}")
    found = {key: value for key, value in scenario.parameters.scalars.items() if key.kind == "fall_skip"}
    said = {key: "prior" if value == Beta(1, 4) else f"{value.value:g}" for key, value in found.items()}
    assert ", ".join(f"{key}: {value}" for key, value in said.items()) == FALLS[given]
    silent = {key for key, value in found.items() if value == Beta(1, 4) and "fall:" not in given}
    assert {key for key in scenario.parameters.defaulted if key.kind == "fall_skip"} == silent
    assert {key for key in found if scenario.sources[key.scenario_key] == "assumed"} == found.keys() - silent
    again = Scenario.from_dict({**scenario.document, "villages": desk.load().document["villages"]}, desk.folder)
    assert again.parameters.scalars == scenario.parameters.scalars
    assert again.parameters.defaulted == scenario.parameters.defaulted


def test_old_draws_of_falls_keep_the_law_that_they_were_learned_under(desk: Desk) -> None:
    """Draws of fall without draws of fall_skip are of a law with falls of one level."""
    write_draws(desk, {"fall": [0.01, 0.02]})
    assert desk.load(transition=FROM).parameters.scalars["fall_skip"] == Fixed(0.0)
    write_draws(desk, {"fall": [0.01, 0.02], "fall_skip.mandiri": [0.1, 0.2], "fall_skip.berkembang": [0.1, 0.2]})
    parameters = desk.load(transition=FROM).parameters
    assert [key for key in parameters.scalars if key.kind == "fall_skip"] == [
        "fall_skip.berkembang", "fall_skip.mandiri",
    ]  # fmt: skip


def test_a_matrix_gives_four_rows_known_or_dirichlet(desk: Desk) -> None:
    """Omitted destinations are 0, a row with effective_n is uncertain, and no shorthand is left."""
    parameters = desk.load(
        transition="transition:\n  matrix:\n    dasar: {dasar: 0.9, berkembang: 0.1, effective_n: 40}\n"
        "    berkembang: {berkembang: 0.7, berkelanjutan: 0.3}\n    mandiri: {mandiri: 1}\n"
        "    paripurna: {paripurna: 1}\n"
    ).parameters
    assert parameters.matrix is not None
    assert parameters.matrix[0] == Dirichlet((0.9, 0.1, 0, 0), 40)
    assert parameters.matrix[1] == (0, 0.7, 0, 0.3)
    shorthand = {"rise", "fall", "skip", "fall_skip"}
    assert set(parameters.scalars) == {n for n in DEFAULT_PRIORS if n.split(".")[0] not in shorthand}


def test_every_number_fixed_makes_a_fixed_scenario(desk: Desk) -> None:
    """With all parameters given as numbers, one draw says all."""
    scenario = desk.load(
        transition="transition: {rise: {dasar: 0.1, berkembang: 0.2, mandiri: 0.3}, fall: 0, skip: 0, village_sd: 0, "
        "year_sd: 0.5, subdistrict_sd: 0, peer_odds_ratio: 1, campaign: {probability: 0, odds_ratio: 1}}"
    )
    assert scenario.fixed
    assert not desk.load().fixed


def test_shares_are_exact_fractions_of_their_digits(desk: Desk) -> None:
    """A share is the fraction its digits say, not the nearest binary number."""
    scenario = desk.load(
        target="target: {share: 0.07}", interventions="interventions: [{name: a, starts: 2026, coverage: 0.35}]"
    )
    assert scenario.target.share == Fraction(7, 100)
    assert scenario.interventions[0].coverage == Fraction(7, 20)


def test_an_intervention_keeps_everything_it_says(desk: Desk) -> None:
    """Each key of an intervention reaches the engines."""
    (plan,) = desk.load(
        interventions="interventions:\n  - name: pokja\n    sector: DP3AP2KB\n    starts: 2027\n    ends: 2028\n"
        "    eligible: {status: [Dasar, berkelanjutan], subdistrict: [Jorong], where: {kind: desa, remoteness: 4}}\n"
        "    capacity: 2\n    priority: [63.01.02.2004]\n    years_per_village: 2\n    ramp_years: 3\n"
        "    fades_over_years: 4\n    cost_idr_million: 25\n"
    ).interventions
    assert (plan.sector, plan.starts, plan.ends, plan.capacity) == ("DP3AP2KB", 2027, 2028, 2)
    assert plan.eligible_status == ("dasar", "paripurna")
    assert plan.eligible_subdistricts == ("Jorong",)
    assert plan.eligible_where == {"kind": "desa", "remoteness": 4.0}
    assert plan.priority == ("63.01.02.2004",)
    assert (plan.years_per_village, plan.ramp_years, plan.fades_over_years, plan.cost_idr_million) == (2, 3, 4, 25)


def write_draws(desk: Desk, columns: dict[str, Any], basis: object = None) -> None:
    """Write a Parquet file of draws."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    if basis is not None:
        table = table.replace_schema_metadata({b"kampungkb": json.dumps({"basis": basis}).encode()})
    pq.write_table(table, desk.folder / "posterior.parquet")


DRAWS = {"rise.dasar": [0.05, 0.06, 0.04], "pokja.odds_ratio_rise": [1.2, 1.4, 1.1], "year_sd": [0.4, 0.5, 0.3]}
FROM = "transition: {parameters_from: posterior.parquet, village_sd: 0.2}"


def test_draws_of_a_calibration_are_taken_as_they_are(desk: Desk) -> None:
    """Columns of the file become draws, the rest keeps what the scenario gives or the prior."""
    write_draws(desk, DRAWS, ["panel", "counts"])
    scenario = desk.load(transition=FROM, interventions=POKJA)
    rise = scenario.parameters.scalars["rise.dasar"]
    assert isinstance(rise, Empirical)
    assert rise.values.tolist() == DRAWS["rise.dasar"]
    assert scenario.parameters.scalars["village_sd"] == Fixed(0.2)
    assert scenario.parameters.scalars["fall"] == DEFAULT_PRIORS["fall"]
    assert scenario.parameters.blocks == ("panel", "counts")
    assert "rise.dasar" not in scenario.parameters.defaulted
    assert "rise" not in scenario.document["transition"] or "dasar" not in scenario.document["transition"]["rise"]
    assert scenario.sources["transition.rise.dasar"].startswith("estimated")
    assert "posterior.parquet" in scenario.provenance.files


@pytest.mark.parametrize("basis", [None, "panel", [], [1]])
def test_draws_that_do_not_name_their_data_claim_no_calibration(desk: Desk, basis: object) -> None:
    """Without a usable basis in the file the draws are told from priors, but no origin is claimed."""
    write_draws(desk, DRAWS, basis)
    assert desk.load(transition=FROM, interventions=POKJA).parameters.blocks == ("own_posterior",)


def test_draws_of_a_covariate_name_their_column(desk: Desk) -> None:
    """A column covariates.NAME is a covariate, and its column must be there."""
    write_draws(desk, {"covariates.remoteness": [0.9, 0.8]})
    assert desk.load(transition=FROM).parameters.covariates == ("remoteness",)
    write_draws(desk, {"covariates.distance": [0.9, 0.8]})
    assert [p.field for p in desk.problems(transition=FROM)] == ["transition.covariates.distance"]


@pytest.mark.parametrize(
    ("columns", "field", "says"),
    [
        ({"rise.dsar": [0.1]}, "rise.dsar", "did you mean rise.dasar?"),
        (
            {"rise.dasar": [0.1, 1.5]},
            "rise.dasar",
            "draws that do not fit this parameter: 1, the first in row 2",
        ),
        ({"rise.dasar": [0.1, float("nan")]}, "rise.dasar", "row 2"),
        ({"rise.dasar": [0.1, None]}, "rise.dasar", "row 2"),
        ({"year_sd": [-0.1]}, "year_sd", "row 1"),
        ({"peer_odds_ratio": [0.0]}, "peer_odds_ratio", "row 1"),
        ({"year_sd": ["a"]}, "year_sd", "something else than numbers"),
        ({"rise.dasar": []}, "", "no draws"),
        ({"fall": [0.1], "fall.mandiri": [0.1]}, "fall", "both for all statuses and per status"),
        (
            {"skip": [0.1], "skip.mandiri": [0.1]},
            "skip",
            "draws of skip are given both for all statuses and per status",
        ),
    ],
)
def test_draws_that_do_not_fit_are_told(desk: Desk, columns: dict[str, Any], field: str, says: str) -> None:
    """Unknown columns, values out of range, gaps and empty files of draws are errors of data."""
    write_draws(desk, columns)
    desk.write("scenario.yaml", desk.text(transition=FROM))
    error = desk.error()
    assert isinstance(error, DataError)
    (problem,) = error.problems
    assert problem.field == field
    assert says in words(problem)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all, but long enough to be one PAR1"])
def test_a_file_that_holds_no_draws_is_told(desk: Desk, content: bytes) -> None:
    """Anything but Parquet is one problem."""
    desk.write("posterior.parquet", content)
    (problem,) = desk.problems(transition=FROM)
    assert "not a Parquet file" in str(problem)


@pytest.mark.parametrize(
    ("column", "given", "field"),
    [
        ("skip", "{skip: 0.1}", "transition.skip"),
        ("skip", "{skip: {mandiri: 0.1}}", "transition.skip"),
        ("skip.mandiri", "{skip: 0.1}", "transition.skip.mandiri"),
        ("fall.mandiri", "{fall: 0.1}", "transition.fall.mandiri"),
    ],
)
def test_what_is_given_in_the_other_form_clashes_with_draws(desk: Desk, column: str, given: str, field: str) -> None:
    """A parameter for all levels and one for a single level are the same parameter twice."""
    write_draws(desk, {column: [0.1, 0.2]})
    (problem,) = desk.problems(transition=f"transition: {given[:-1]}, parameters_from: posterior.parquet}}")
    assert problem.field == field


def test_levels_may_be_shared_between_scenario_and_draws(desk: Desk) -> None:
    """One level of skip or fall may come from the scenario and another from the file."""
    write_draws(desk, {"skip.mandiri": [0.6], "fall.mandiri": [0.1]})
    scalars = desk.load(
        transition="transition: {skip: {berkembang: 0.1}, fall: {paripurna: 0}, parameters_from: posterior.parquet}"
    ).parameters.scalars
    assert scalars["skip.berkembang"] == Fixed(0.1)
    assert scalars["fall.paripurna"] == Fixed(0.0)
    assert isinstance(scalars["skip.mandiri"], Empirical)
    assert isinstance(scalars["fall.mandiri"], Empirical)


def test_a_parameter_cannot_be_given_and_calibrated(desk: Desk) -> None:
    """What is among the draws may not stand in the scenario as well."""
    write_draws(desk, {**DRAWS, "fall": [0.01, 0.02, 0.03]})
    problems = desk.problems(
        transition="transition:\n  parameters_from: posterior.parquet\n  year_sd: 0.4\n  fall: {mandiri: 0.1}",
        interventions="interventions:\n  - {name: pokja, starts: 2026, capacity: 2, odds_ratio_rise: 1.3}",
    )
    assert [(p.line, p.field) for p in problems] == [
        (9, "transition.year_sd"),
        (10, "transition.fall"),
        (12, "interventions.pokja.odds_ratio_rise"),
    ]
    assert np.all(["comes from parameters_from already" in str(p) for p in problems])
