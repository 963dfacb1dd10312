"""Which scenarios can be compared pair by pair."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from districts import ORIGIN, make_scenario, make_villages

from simulation.decision import pairing
from simulation.decision.pairing import other_assumptions, refuse_unpaired, same_law
from simulation.domain.distributions import Fixed, LogitNormal
from simulation.domain.intervention import Intervention
from simulation.domain.messages import Message, Refusal
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.inputs.scenario import Scenario

STATUS = [0, 1, 0, 2, 0, 1, 3]
POKJA = Intervention("pokja", ORIGIN + 1, capacity=3)


def scenario(villages: Villages | None = None, **settings: Any) -> Scenario:
    """Return a small scenario of known statuses."""
    return make_scenario(villages or make_villages([4, 3], status=STATUS), **settings)


def with_law(scalars: dict[str, Any] | None = None, **settings: Any) -> Scenario:
    """Return the small scenario with other parameters."""
    return scenario(scalars=scalars, **settings)


COUNTS = make_villages([4, 3], counts=[3, 2, 1, 1])
UNPAIRED: dict[str, tuple[Scenario, Scenario, Message]] = {
    "another origin": (scenario(), replace(scenario(), origin=ORIGIN - 2), pairing.OTHER_ORIGIN),
    "another horizon": (scenario(), scenario(horizon=3), pairing.OTHER_HORIZON),
    "another target": (scenario(), scenario(target=Target(Fraction("0.1"))), pairing.OTHER_TARGET),
    "another district": (scenario(), scenario(make_villages([4, 3], STATUS, code="63.98")), pairing.OTHER_DISTRICT),
    "a village more": (scenario(), scenario(make_villages([4, 4], [*STATUS, 0])), pairing.OTHER_VILLAGES),
    "another kecamatan": (scenario(), scenario(make_villages([3, 4], STATUS)), pairing.OTHER_VILLAGES),
    "another status": (scenario(), scenario(make_villages([4, 3], [1, *STATUS[1:]])), pairing.OTHER_STATUSES),
    "statuses in one only": (scenario(), scenario(COUNTS), pairing.OTHER_STATUSES),
    "other counts": (
        scenario(COUNTS), scenario(make_villages([4, 3], counts=[4, 1, 1, 1])), pairing.OTHER_STATUSES
    ),
    "counts made up in one": (scenario(COUNTS), scenario(make_villages([4, 3])),
                              pairing.OTHER_STATUSES),
    "several districts": (
        scenario(),
        replace(scenario(), districts=(COUNTS, make_villages([1], [0], code="1"))),
        pairing.SEVERAL_DISTRICTS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNPAIRED)
def test_what_shares_no_luck_is_refused_with_the_reason(name: str) -> None:
    """One reason, naming the scenario."""
    baseline, other, expected = UNPAIRED[name]
    with pytest.raises(Refusal) as refused:
        refuse_unpaired(replace(baseline, name="acuan"), [replace(other, name="lain")])
    (reason,) = refused.value.reasons
    assert reason.template == expected.template
    assert "lain" in str(reason)
    assert "{" not in str(reason)


def test_every_reason_of_every_scenario_is_told_once() -> None:
    """Two scenarios with two reasons give three where one is shared."""
    early, short = replace(scenario(), origin=ORIGIN - 2, horizon=3, name="a"), scenario(horizon=3)
    with pytest.raises(Refusal) as refused:
        refuse_unpaired(scenario(), [early, short, short])
    assert [reason.template for reason in refused.value.reasons] == [
        pairing.OTHER_ORIGIN.template, pairing.OTHER_HORIZON.template, pairing.OTHER_HORIZON.template,
    ]  # fmt: skip


def test_what_an_overlay_may_change_is_no_hindrance() -> None:
    """Programmes, parameters, columns and the order of rows."""
    rows = np.random.default_rng(1).permutation(7)
    known = scenario().districts[0]
    shuffled = Villages.arrange(
        known.district_code, known.district, [known.codes[i] for i in rows], [known.names[i] for i in rows],
        [known.subdistricts[known.subdistrict_index[i]] for i in rows], status=[STATUS[i] for i in rows],
        columns={"remote": rows.astype(float).tolist()},
    )  # fmt: skip
    refuse_unpaired(scenario(), [scenario(shuffled, interventions=[POKJA]), with_law({"fall": 0.3})])


@pytest.mark.parametrize(
    ("change", "alike"),
    [
        ({"interventions": [replace(POKJA, cost_idr_million=30.0, sector="X")]}, True),
        ({"interventions": [replace(POKJA, capacity=4)]}, False),
        ({"interventions": []}, False),
        ({"effects": {"pokja.odds_ratio_rise": 2.0}}, False),
        ({"scalars": {"fall": 0.03}}, False),
        ({"min_years": 1}, False),
    ],
)
def test_costs_and_sectors_move_nobody(change: dict[str, Any], alike: bool) -> None:
    """Whatever else differs may move somebody."""
    one = scenario(interventions=[POKJA])
    other = scenario(**{"interventions": [POKJA], **change})
    drawn = one.parameters.draw(3, 5), other.parameters.draw(3, 5)
    assert same_law(one, other, drawn) is alike


def test_assumptions_that_differ_beside_the_programme_are_named() -> None:
    """Parameters of the law by their names; effects of interventions are the programme."""
    uncertain = LogitNormal(-2.0, 0.4)
    one = scenario(interventions=[POKJA], scalars={"rise.dasar": uncertain})
    other = scenario(
        make_villages([4, 3], status=STATUS, columns={"remote": [1.0, 2, 3, 4, 5, 6, 7]}),
        interventions=[POKJA], scalars={"rise.dasar": LogitNormal(-2.0, 0.4), "fall": Fixed(0.3)},
        effects={"pokja.odds_ratio_rise": 2.5}, covariates={"remote": 0.9}, min_years=2, overlap="multiply",
    )  # fmt: skip
    assert other_assumptions(one, other) == ("fall", "covariates.remote", "min_years")
    assert other_assumptions(one, one) == ()
    plans = [POKJA, replace(POKJA, name="data")]
    assert other_assumptions(scenario(interventions=plans), scenario(interventions=plans, overlap="multiply")) == (
        "overlap",
    )
