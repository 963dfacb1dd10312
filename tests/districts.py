"""Small districts and scenarios for tests, and Hypothesis strategies for random ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from simulation.domain.distributions import Distribution, Fixed
from simulation.domain.intervention import PRIORITIES, Intervention
from simulation.domain.parameters import INTERVENTION_PRIOR, ParameterSet
from simulation.domain.status import LEVELS, UNKNOWN
from simulation.domain.target import Target
from simulation.domain.villages import Villages
from simulation.inputs.scenario import Scenario

ORIGIN = 2025
RISE = (0.0502, 0.0911, 0.3543)
"""expit(−2.94), expit(−2.30), expit(−0.60), rounded: the medians of the default priors."""

NEUTRAL: dict[str, Distribution] = {
    **{f"rise.{level}": Fixed(chance) for level, chance in zip(LEVELS, RISE, strict=False)},
    "fall": Fixed(0.02),
    "skip.berkembang": Fixed(0.1),
    "skip.mandiri": Fixed(0.7),
    "village_sd": Fixed(0.0),
    "year_sd": Fixed(0.0),
    "subdistrict_sd": Fixed(0.0),
    "district_sd": Fixed(0.0),
    "peer_odds_ratio": Fixed(1.0),
    "campaign.probability": Fixed(0.0),
    "campaign.odds_ratio": Fixed(1.0),
}
"""Everything fixed; villages alike, independent, without shocks."""


def make_villages(
    sizes: Sequence[int],
    status: Sequence[int] | None = None,
    counts: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    columns: Mapping[str, list[float] | list[str]] | None = None,
    code: str = "63.99",
    **settings: Any,
) -> Villages:
    """Return a district with one kecamatan for each of `sizes`, villages numbered through."""
    total = sum(sizes)
    if isinstance(counts, Mapping):
        placed: Any = {name: np.array(part) for name, part in counts.items()}
    else:
        placed = None if counts is None else np.array(counts)
    return Villages.arrange(
        code,
        "Kabupaten Contoh",
        [f"{code}.{i:04d}" for i in range(total)],
        [f"Desa {i}" for i in range(total)],
        [f"Kecamatan {k}" for k, size in enumerate(sizes) for _ in range(size)],
        status=None if status is None else list(status),
        status_counts=placed,
        columns=columns,
        **settings,
    )


def make_scenario(
    villages: Villages,
    scalars: Mapping[str, Distribution | float] | None = None,
    interventions: Sequence[Intervention] = (),
    effects: Mapping[str, Distribution | float] | None = None,
    covariates: Mapping[str, Distribution | float] | None = None,
    priors: Mapping[str, Distribution] = NEUTRAL,
    matrix: tuple[tuple[float, ...], ...] | None = None,
    **settings: Any,
) -> Scenario:
    """Return a scenario: `priors`, overridden by `scalars`; effects by ``NAME.odds_ratio_rise`` or ``_fall``."""
    values: dict[str, Distribution | float] = dict(priors)
    for plan in interventions:
        values[f"{plan.name}.odds_ratio_rise"] = INTERVENTION_PRIOR
        values[f"{plan.name}.odds_ratio_fall"] = 1.0
    values |= {f"covariates.{name}": ratio for name, ratio in (covariates or {}).items()}
    values |= {**(scalars or {}), **(effects or {})}
    parameters = ParameterSet(
        {name: value if not isinstance(value, int | float) else Fixed(float(value)) for name, value in values.items()},
        matrix=matrix,
        interventions=tuple(plan.name for plan in interventions),
        covariates=tuple(covariates or ()),
    )
    settings.setdefault("horizon", 5)
    return Scenario(
        name="test",
        origin=ORIGIN,
        districts=(villages,),
        parameters=parameters,
        interventions=tuple(interventions),
        **settings,
    )


def everything_on(**settings: Any) -> Scenario:
    """Return a fixed scenario in which every feature of the law is at work."""
    sizes = (7, 5, 1, 9, 4)
    total = sum(sizes)
    villages = make_villages(
        sizes,
        status=[i * 7 % 4 % 3 if i % 9 else 3 for i in range(total)],
        columns={"remote": [i % 5.0 for i in range(total)]},
    )
    plans = (
        Intervention(
            "pokja", ORIGIN + 1, ends=ORIGIN + 3, coverage=Fraction("0.3"), years_per_village=2, ramp_years=2,
            fades_over_years=2, priority="largest_gain",
        ),
        Intervention("data", ORIGIN + 2, capacity=4, eligible_status=("dasar", "paripurna")),
        Intervention("media", ORIGIN + 1, capacity=5, priority="column:remote"),
    )  # fmt: skip
    return make_scenario(
        villages,
        {
            "fall": 0.08, "fall_skip.berkembang": 0.3, "fall_skip.mandiri": 0.4, "village_sd": 0.6, "year_sd": 0.5,
            "subdistrict_sd": 0.3, "district_sd": 0.4, "peer_odds_ratio": 1.8,
            "campaign.probability": 0.15, "campaign.odds_ratio": 8.0,
        },
        plans,
        {
            "pokja.odds_ratio_rise": 2.2, "pokja.odds_ratio_fall": 0.5, "data.odds_ratio_rise": 1.7,
            "media.odds_ratio_rise": 0.8, "media.odds_ratio_fall": 1.3,
        },
        {"remote": 0.9},
        **{"min_years": 1, **settings},
    )  # fmt: skip


@st.composite
def interventions(draw: st.DrawFn, name: str, villages: Villages) -> Intervention:
    """Return a random intervention of a five-year scenario with these villages."""
    starts = draw(st.integers(ORIGIN + 1, ORIGIN + 4))
    by_coverage = draw(st.booleans())
    priorities: tuple[str | tuple[str, ...], ...] = (*PRIORITIES, "column:remote", villages.ever.codes[:-3:-1])
    kecamatan = st.lists(st.sampled_from(villages.ever.subdistricts[:3]), min_size=1, unique=True)
    return Intervention(
        name=name,
        starts=starts,
        ends=draw(st.none() | st.integers(starts, ORIGIN + 5)),
        eligible_status=tuple(draw(st.lists(st.sampled_from(LEVELS), min_size=1, unique=True))),
        eligible_subdistricts=draw(st.none() | st.none() | kecamatan.map(tuple)),
        eligible_where=draw(st.just({}) | st.just({}) | st.just({"road": str(villages.columns["road"][0])})),
        coverage=draw(st.fractions(0, 1, max_denominator=20)) if by_coverage else None,
        capacity=None if by_coverage else draw(st.integers(0, 9)),
        priority=draw(st.sampled_from(priorities)),
        years_per_village=draw(st.integers(1, 3)),
        ramp_years=draw(st.integers(0, 3)),
        fades_over_years=draw(st.integers(0, 3)),
    )


@st.composite
def matrices(draw: st.DrawFn) -> tuple[tuple[float, ...], ...]:
    """Return a random transition matrix; a level may be a trap, and may be left for certain."""
    weights = st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any)
    return tuple(tuple(weight / sum(row) for weight in row) for row in draw(st.tuples(*[weights] * 4)))


@st.composite
def scenarios(draw: st.DrawFn, *, known_status: bool | None = None, gentle: bool = False) -> Scenario:
    """Return a random scenario of five years with anything on or off.

    Unless `gentle`, chances come close to 0 and 1, and covariates are so large that their odds overflow.
    """
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    total = sum(sizes)
    status = draw(st.lists(st.integers(0, 3), min_size=total, max_size=total))
    how = draw(st.sampled_from(["known", "some", "counts"])) if known_status is None else "known"
    year = st.sampled_from([0, 0, 0, *range(ORIGIN + 1, ORIGIN + 7)])
    joins = [0, *draw(st.just([0] * (total - 1)) | st.lists(year, min_size=total - 1, max_size=total - 1))]
    here = [level for level, later in zip(status, joins, strict=True) if not later]
    counts = None if how == "known" else np.bincount(here, minlength=4).tolist()
    if how == "some":
        status = [draw(st.sampled_from([level, UNKNOWN])) for level in status]
    cell = st.floats(-3, 3, width=16)
    cell = cell if gentle else cell | st.floats(-1e5, 1e5)
    villages = make_villages(
        sizes,
        status=None if how == "counts" else status,
        counts=counts,
        columns={
            "remote": draw(st.lists(cell, min_size=total, max_size=total)),
            "road": draw(st.lists(st.sampled_from(["tanah", "aspal"]), min_size=total, max_size=total)),
        },
        joins=joins,
    )
    plans = [draw(interventions(f"plan{j}", villages)) for j in range(draw(st.integers(0, 3)))]
    share = st.sampled_from([0.0, 1.0]) | st.floats(0.01, 0.99) if gentle else st.floats(0, 1)
    spread = st.just(0.0) | st.floats(0, 2)
    ratio = st.just(1.0) | st.floats(0.2, 5)
    scalars: dict[str, Distribution | float] = {
        **{f"rise.{level}": draw(share) for level in LEVELS[:3]},
        "fall": draw(share),
        "skip.berkembang": draw(share),
        "skip.mandiri": draw(share),
        "fall_skip.berkembang": draw(share),
        "fall_skip.mandiri": draw(share),
        **{name: draw(spread) for name in ("village_sd", "year_sd", "subdistrict_sd", "district_sd")},
        "peer_odds_ratio": draw(ratio),
        "campaign.probability": draw(share),
        "campaign.odds_ratio": draw(ratio),
        **draw(st.just({}) | st.fixed_dictionaries({"reporting.yearly": share})),
    }
    effects = {f"{plan.name}.odds_ratio_{way}": draw(ratio) for plan in plans for way in ("rise", "fall")}
    return make_scenario(
        villages,
        scalars,
        plans,
        effects,
        {"remote": draw(ratio)} if draw(st.booleans()) else None,
        matrix=draw(st.none() | matrices()),
        min_years=draw(st.integers(0, 2)),
        overlap=draw(st.sampled_from(["multiply", "strongest", "diminishing"])),
        target=Target(reading=draw(st.sampled_from(["rises", "entries", "stock"]))),
    )
