"""The log odds of rising: a list of terms that add up.

    log odds = base of the level + terms of the list + joint effect of the interventions

A term is a coefficient, one number a parameter draw, times a regressor: either something that can be seen of a
village or of its neighbours, and that a planner can therefore foresee, or luck, which nobody can. Both engines, the
explanation of a village, the closed forms, calibration and the back-test take the terms from here: one that is added
to the list acts in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from operator import methodcaller
from typing import Literal

import numpy as np

from .arrays import Floats, Ints, Statuses, Words
from .distributions import Distribution, Fixed
from .elementary import normal_quantile
from .parameters import Kind, ParameterKey, Parameters
from .randomness import Process, Trajectories, keyed_uniforms, philox_key, uniforms
from .status import TOP
from .transition import factor, share_above
from .villages import Villages, count_levels, places

SharedBy = Literal["district", "subdistrict", "village"]


@dataclass(frozen=True)
class OfVillage:
    """What is seen of a village and lasts: `value` gives it for every village, shape (V,)."""

    value: Callable[[Villages], Floats]


@dataclass(frozen=True)
class OfNeighbours:
    """What is seen at the start of a year in a kecamatan, level by level.

    `value` takes the villages and how many stand where, shape (K, 4, T), and gives a number for a village at each
    level of each kecamatan, of the same shape.

    Attributes
    ----------
    by_number_above
        Whether that number follows from how many villages the kecamatan has and how many of them stand above the
        level; it can then be looked up (`neighbours_by_number_above`).
    """

    value: Callable[[Villages, Ints], Floats]
    by_number_above: bool = False


@dataclass(frozen=True)
class Luck:
    """What chance decides, looked up at an address: a standard normal, or a coin.

    Attributes
    ----------
    process
        Part of the address.
    shared_by
        What has one draw in common.
    lasting
        Whether it is drawn once for all years, rather than anew in each.
    coin
        Where it is a coin, the parameter that holds its chance of being 1 rather than 0.
    """

    process: Process
    shared_by: SharedBy
    lasting: bool = False
    coin: ParameterKey | None = None


@dataclass(frozen=True)
class Term:
    """One term of the log odds of rising, known by its name and the parameter behind it.

    Attributes
    ----------
    key
        The parameter behind its coefficient: a spread, or an odds ratio per unit of the regressor.
    regressor
        What the coefficient is multiplied by.
    """

    name: str
    key: ParameterKey
    regressor: OfVillage | OfNeighbours | Luck = field(compare=False)

    @property
    def luck(self) -> Luck | None:
        """The regressor where chance decides it, so that no planner can see it at the start of a year."""
        return self.regressor if isinstance(self.regressor, Luck) else None

    @property
    def coin(self) -> ParameterKey | None:
        """The parameter that holds the chance of a coin; None where the term is none."""
        return None if self.luck is None else self.luck.coin

    @property
    def switch(self) -> ParameterKey:
        """The parameter that takes the term out of the law where it is neutral."""
        return self.coin or self.key

    @property
    def off(self) -> Distribution:
        """What `switch` is where the term is out of the law."""
        return Fixed(self.switch.neutral)

    @property
    def needs_subdistricts(self) -> bool:
        """Whether it depends on which villages lie in one kecamatan."""
        seen = isinstance(self.regressor, OfNeighbours)
        return seen or (self.luck is not None and self.luck.shared_by == "subdistrict")

    def coefficient(self, parameters: Parameters) -> Floats:
        """Return what multiplies the regressor, shape (D,)."""
        return parameters.scales[self.key]

    def of_uniform(self, parameters: Parameters, draw: Ints, uniform: Floats) -> Floats:
        """Return the term where it is luck, from uniforms of shape (unit, T); `draw` is that of each trajectory."""
        coefficient = self.coefficient(parameters)[draw]
        if self.coin is not None:
            return np.where(uniform < parameters.scales[self.coin][draw], coefficient, 0.0)
        return coefficient * normal_quantile(uniform)


PEERS = Term(
    "peers",
    ParameterKey("peer_odds_ratio"),
    OfNeighbours(lambda _, levels: share_above(levels), by_number_above=True),
)
VILLAGE = Term("village", ParameterKey("village_sd"), Luck(Process.VILLAGE_EFFECT, "village", lasting=True))
DISTRICT = Term("district", ParameterKey("district_sd"), Luck(Process.DISTRICT_EFFECT, "district", lasting=True))
YEAR = Term("year", ParameterKey("year_sd"), Luck(Process.YEAR_SHOCK, "district"))
SUBDISTRICT = Term("subdistrict", ParameterKey("subdistrict_sd"), Luck(Process.SUBDISTRICT_SHOCK, "subdistrict"))
CAMPAIGN = Term(
    "campaign",
    ParameterKey("campaign.odds_ratio"),
    Luck(Process.CAMPAIGN, "district", coin=ParameterKey("campaign.probability")),
)

TERMS: tuple[Term, ...] = (PEERS, VILLAGE, DISTRICT, YEAR, SUBDISTRICT, CAMPAIGN)
"""Every term but those of covariates, which a scenario names (`terms_of`)."""


def covariate(name: str) -> Term:
    """Return the term of a numeric column of the village table, centred on the mean of the district."""
    return Term("covariate", ParameterKey("covariate", name), OfVillage(methodcaller("covariate", name)))


def terms_of(parameters: Parameters) -> tuple[Term, ...]:
    """Return the terms of the law under some parameters: those of covariates, then `TERMS`."""
    return (*(covariate(key.of) for key in parameters.scales if key.kind == "covariate"), *TERMS)


def acting(parameters: Parameters) -> Iterator[Term]:
    """Yield the terms whose coefficient is not 0 in every draw."""
    return (term for term in terms_of(parameters) if term.coefficient(parameters).any())


def luck_among(terms: Iterable[Term], shared_by: SharedBy | None = None, *, lasting: bool) -> list[Term]:
    """Return the terms that are luck for good (`lasting`) or of a year, and shared by what is told, or by anything."""
    found = ((term, term.luck) for term in terms)
    return [
        term
        for term, luck in found
        if luck is not None and luck.lasting == lasting and shared_by in {None, luck.shared_by}
    ]


@cache
def _normal_points(nodes: int) -> tuple[Floats, Floats]:
    """Return points and weights of Gauss-Hermite, shape (N,) each."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return points, weights


def luck_of_one_village(
    parameters: Parameters, nodes: int, counts: Callable[[Luck], bool] = lambda _: True
) -> list[tuple[Floats, Floats]]:
    """Return values of the luck of one village in one year, and how probable each is, (D,) each.

    Parameters
    ----------
    nodes
        Where the sum of all normal luck is looked at (Gauss-Hermite); every coin falls and does not.
    counts
        Which luck is meant; by default all, what lasts included.
    """
    variance, coins = np.zeros(len(parameters.rise)), []
    for term in acting(parameters):
        if term.luck is None or not counts(term.luck):
            continue
        if term.coin is None:
            variance = variance + term.coefficient(parameters) ** 2
        else:
            coins.append((parameters.scales[term.coin], term.coefficient(parameters)))
    points, weights = _normal_points(nodes if variance.any() else 1)
    cases = [
        (np.sqrt(variance) * point, np.full(variance.size, weight))
        for point, weight in zip(points, weights / weights.sum(), strict=True)
    ]
    for chance, log_odds in coins:
        cases = [
            *((value, weight * (1 - chance)) for value, weight in cases),
            *((value + log_odds, weight * chance) for value, weight in cases),
        ]
    return cases


def seen_of_villages(villages: Villages, parameters: Parameters) -> Floats | None:
    """Return the sum of the terms of what is seen of a village and lasts, shape (V, D); None where there are none."""
    seen: Floats | None = None
    for term in acting(parameters):
        if isinstance(term.regressor, OfVillage):
            seen = _sum(seen, term.regressor.value(villages)[:, None] * term.coefficient(parameters))
    return seen


def lasting_log_odds(
    villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int
) -> tuple[Floats | None, Floats | None]:
    """Return what lasts: the sum of the terms that are seen and of those that are luck, each (V, T) or None."""
    seen = seen_of_villages(villages, parameters)
    luck: Floats | None = None
    for term in luck_among(acting(parameters), lasting=True):
        lasting = _lasting(term, villages, parameters, trajectories, seed)
        luck = _sum(luck, lasting[units_of(villages, _luck(term).shared_by)[1]])
    return None if seen is None else seen[:, trajectories.draw], luck


def _lasting(term: Term, villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int) -> Floats:
    """Return luck that lasts, shape (unit, T): what the past says of it or, where that is not known, chance."""
    luck = _luck(term)
    learned, units = learned_effects(term, villages, parameters), units_of(villages, luck.shared_by)[0]
    known = 0 if learned is None else len(learned)
    parts = [] if learned is None else [learned[:, trajectories.draw]]
    if known < len(units):
        uniform = uniforms(seed, luck.process, 0, units[known:], trajectories)
        parts.append(term.of_uniform(parameters, trajectories.draw, uniform))
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def luck_of_district(villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int) -> Floats:
    """Return the sum of what chance alone says of what sets a district apart for good, shape (T,)."""
    left = left_to_chance(villages, parameters)
    lasting = luck_among(acting(left), "district", lasting=True)
    parts = (_lasting(term, villages, left, trajectories, seed)[0] for term in lasting)
    return sum(parts, start=np.zeros(len(trajectories)))


def learned_effects(term: Term, villages: Villages, parameters: Parameters) -> Floats | None:
    """Return what the past says of luck that lasts, log odds of shape (unit, D); of villages that join later nothing.

    None where it is not known of every other unit: then chance decides, for all of them.
    """
    luck = term.luck
    if luck is None or not luck.lasting or not term.coefficient(parameters).any():
        return None
    if luck.shared_by == "village":
        return of_places("village_effect", villages.codes[: villages.at_origin], parameters)
    return of_places("district_effect", (villages.district_code,), parameters)


def of_places(kind: Kind, codes: Sequence[str], parameters: Parameters) -> Floats | None:
    """Return what the draws of a calibration say of some places, shape (place, D); None where of some nothing."""
    if not any(key.kind == kind for key in parameters.scales):
        return None
    keys = [ParameterKey(kind, code) for code in codes]
    if not all(key in parameters.scales for key in keys):
        return None
    return np.array([parameters.scales[key] for key in keys])


def learned_of_villages(villages: Villages, parameters: Parameters) -> Floats | None:
    """Return the sum of all that the past says of what lasts, log odds of shape (V, D); None where it says nothing.

    Of villages that are there at the origin.
    """
    total: Floats | None = None
    for term in acting(parameters):
        learned = learned_effects(term, villages, parameters)
        if learned is not None and (luck := term.luck) is not None:
            total = _sum(total, learned[units_of(villages, luck.shared_by)[1][: villages.at_origin]])
    return total


def left_to_chance(villages: Villages, parameters: Parameters) -> Parameters:
    """Return the parameters with the spread of every effect that the past says set to 0."""
    known = [term for term in acting(parameters) if learned_effects(term, villages, parameters) is not None]
    off = {term.key: np.zeros_like(parameters.scales[term.key]) for term in known}
    return replace(parameters, scales={**parameters.scales, **off}) if off else parameters


def luck_of_years(
    villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int, years: range
) -> Floats:
    """Return the sum of the terms that are luck of a year and shared in a district or a kecamatan, shape (Y, K, T).

    All years are looked up together: a call for a few rows costs as much as one for a hundred.
    """
    terms = luck_among(acting(parameters), lasting=False)
    total = np.zeros((len(years), len(villages.subdistricts), len(trajectories)))
    if not terms:
        return total
    lucks = [luck for term in terms if (luck := term.luck) is not None]
    units = [units_of(villages, luck.shared_by)[0] for luck in lucks]
    keys = np.array([philox_key(seed, luck.process, year) for year in years for luck in lucks], dtype=np.uint64)
    first, second = np.repeat(keys, [part.size for part in units] * len(years), axis=0).T[:, :, None]
    uniform = keyed_uniforms((first, second), np.tile(np.concatenate(units), len(years)), trajectories)
    uniform = uniform.reshape(len(years), -1, len(trajectories))
    parts = np.split(uniform, np.cumsum([part.size for part in units])[:-1], axis=1)
    for term, part in zip(terms, parts, strict=True):
        total += term.of_uniform(parameters, trajectories.draw, part)
    return total


def neighbours_factor(villages: Villages, parameters: Parameters, draw: Ints) -> Callable[[Ints], Floats] | None:
    """Return what tells by how much neighbours multiply the odds of rising; None where no term is seen of them.

    It takes how many villages stand where, shape (K, 4, T), and gives a factor in that shape; `draw` is that of each
    trajectory. Factors are looked up in a table where that takes less work.
    """
    terms = [
        (term.coefficient(parameters)[draw], term.regressor.value)
        for term in acting(parameters)
        if isinstance(term.regressor, OfNeighbours)
    ]
    if not terms:
        return None
    return _neighbours_looked_up(villages, parameters, draw) or (
        lambda levels: factor(reduce(np.add, (coefficient * value(villages, levels) for coefficient, value in terms)))
    )


def _neighbours_looked_up(villages: Villages, parameters: Parameters, draw: Ints) -> Callable[[Ints], Floats] | None:
    """Return what `neighbours_factor` does, from a table; None where there is none, or none that is worth it."""
    if villages.joins is not None or draw.size == 1:
        return None
    drawn, of_draw = np.unique(draw, return_inverse=True)
    sizes, of_size = np.unique(villages.subdistrict_sizes, return_inverse=True)
    entries = sizes.size * (sizes[-1] + 1) * drawn.size
    if entries > of_size.size * (TOP + 1) * draw.size:
        return None
    log_odds = neighbours_by_number_above(villages, parameters.take(drawn), sizes)
    if log_odds is None:
        return None
    table = factor(log_odds)
    begin = of_size[:, None] * table[0].size + of_draw

    def looked_up(levels: Ints) -> Floats:
        place = np.zeros(levels.shape, np.int64)
        for level in range(TOP - 1, -1, -1):
            np.add(place[:, level + 1], levels[:, level + 1], out=place[:, level])
        place *= drawn.size
        place += begin[:, None]
        return table.take(place)

    return looked_up


def neighbours_by_number_above(villages: Villages, parameters: Parameters, sizes: Ints) -> Floats | None:
    """Return what is seen of neighbours by their number: log odds, shape (S, M + 1, D), M the largest of the sizes.

    Entry (i, m) is for a village of a kecamatan of ``sizes[i]`` villages, m of which stand above its level.
    None where a term asks for more than these numbers.
    """
    terms = [(term, term.regressor) for term in acting(parameters) if isinstance(term.regressor, OfNeighbours)]
    if not all(regressor.by_number_above for _, regressor in terms):
        return None
    above = np.arange(sizes.max() + 1)
    levels = np.zeros((sizes.size, 4, above.size), dtype=np.int64)
    levels[:, 3] = above
    levels[:, 0] = np.maximum(sizes[:, None] - above, 0)
    parts = (
        regressor.value(villages, levels)[:, 0, :, None] * term.coefficient(parameters) for term, regressor in terms
    )
    return reduce(np.add, parts, np.zeros(1))


def seen_at(villages: Villages, parameters: Parameters, status: Statuses | None) -> list[tuple[Term, Floats]]:
    """Return the terms that can be foreseen where villages stand at `status`, with their regressors, shape (V,).

    Parameters
    ----------
    status
        Shape (V,); None where single statuses are unknown, which leaves out what is seen of neighbours.
    """
    found = []
    for term in acting(parameters):
        match term.regressor:
            case OfVillage(value):
                found.append((term, value(villages)))
            case OfNeighbours(value) if status is not None:
                levels = count_levels(places(status[:, None], villages.subdistrict_index), villages)
                found.append((term, value(villages, levels)[villages.subdistrict_index, status, 0]))
    return found


def village_terms(
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    year: int,
    village: int,
    levels: Ints,
    level: Ints,
) -> dict[Term, Floats]:
    """Return every term of one village at the start of a year, in the order of the list, shape (T,) each.

    Parameters
    ----------
    village
        Its row.
    levels
        Shape (K, 4, T): how many villages stand where.
    level
        Shape (T,): where it stands itself.
    """
    draw, k = trajectories.draw, villages.subdistrict_index[village]
    found: dict[Term, Floats] = {}
    for term in terms_of(parameters):
        match term.regressor:
            case OfVillage(value):
                found[term] = value(villages)[village] * term.coefficient(parameters)[draw]
            case OfNeighbours(value):
                regressor = value(villages, levels)[k, level, np.arange(draw.size)]
                found[term] = term.coefficient(parameters)[draw] * regressor
            case Luck(process, shared_by, lasting):
                units, of_village = units_of(villages, shared_by)
                row = of_village[village : village + 1]
                learned = learned_effects(term, villages, parameters)
                if learned is not None and row[0] < len(learned):
                    found[term] = learned[row[0], draw]
                else:
                    uniform = uniforms(seed, process, 0 if lasting else year, units[row], trajectories)
                    found[term] = term.of_uniform(parameters, draw, uniform)[0]
    return found


def units_of(villages: Villages, shared_by: SharedBy) -> tuple[Words, Ints]:
    """Return the addresses of what has draws of its own, and which of them is each village's, shape (V,)."""
    match shared_by:
        case "village":
            return villages.units, np.arange(len(villages))
        case "subdistrict":
            return villages.subdistrict_units, villages.subdistrict_index
        case "district":
            return villages.district_unit, np.zeros(len(villages), dtype=np.int64)


def _luck(term: Term) -> Luck:
    if term.luck is None:
        raise TypeError(term)
    return term.luck


def _sum(total: Floats | None, part: Floats) -> Floats:
    return part if total is None else total + part
