"""The parameters of the law: their keys, their default priors and their addressed draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self, get_args

import numpy as np
from annotated_types import Ge, Le

from .arrays import Floats, Ints
from .constraints import Finding, Probability, Ratio, Spread, checked, problem_at, refuse, settled, within
from .distributions import (
    Beta,
    Dirichlet,
    Distribution,
    Empirical,
    Exponentiated,
    Fixed,
    HalfNormal,
    LogitNormal,
    Normal,
)
from .messages import Message, Problem, ScenarioError, listed, nearest
from .past import Past
from .randomness import parameter_uniforms, row_order
from .status import LEVELS, TOP

Kind = Literal[
    "rise", "fall", "skip", "fall_skip", "matrix",
    "village_sd", "year_sd", "subdistrict_sd", "district_sd",
    "peer_odds_ratio", "campaign.probability", "campaign.odds_ratio", "covariate",
    "odds_ratio_rise", "odds_ratio_fall", "reporting.yearly", "village_effect", "village_level", "village_order",
    "village_status", "district_effect", "mechanism",
]  # fmt: skip
Scale = Literal["probability", "spread", "odds ratio", "level", "number"]
Direction = Literal["rise", "fall"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

_LEVELS_OF: dict[str, tuple[str, ...]] = {
    "rise": LEVELS[:-1],
    "fall": ("", *LEVELS[1:]),
    "skip": ("", *LEVELS[1:-1]),
    "fall_skip": ("", *LEVELS[1:-1]),
    "matrix": LEVELS,
}
"""The levels at which a kind is given; the empty one stands for all of them together."""
OF_THE_MATRIX: tuple[Kind, ...] = ("rise", "fall", "skip", "fall_skip")
"""Kinds that together say what a matrix says."""
BOTH_FORMS: tuple[Kind, ...] = ("fall", "skip", "fall_skip")
"""Kinds that are given either once for all levels or per level."""
OF_PLACES: tuple[Kind, ...] = (
    "village_effect", "village_level", "village_order", "village_status", "district_effect",
)  # fmt: skip
"""Kinds that hold what was learned of one village or district, of which a calibration draws one each."""
_NAMED: tuple[Kind, ...] = ("covariate", "odds_ratio_rise", "odds_ratio_fall", "mechanism", *OF_PLACES)
"""Kinds that belong to a covariate, an intervention, a mechanism or a place, whose names are the scenario's own."""


@dataclass(frozen=True)
class _Meaning:
    """What the numbers of a kind mean.

    Attributes
    ----------
    scale
        Probabilities in [0, 1], spreads and levels from 0 on, odds ratios above 0; of mechanisms any number.
    neutral
        The number that changes nothing.
    section
        How its keys begin in a scenario file.
    needed
        Whether every law has it.
    """

    scale: Scale
    neutral: float = 0.0
    section: str = "transition."
    needed: bool = True


_OF_EFFECTS = _Meaning("odds ratio", 1.0, "interventions.")
_MEANINGS: dict[Kind, _Meaning] = {
    **dict.fromkeys(get_args(Kind), _Meaning("odds ratio", 1.0)),
    **dict.fromkeys((*OF_THE_MATRIX, "matrix", "campaign.probability", "village_order"), _Meaning("probability")),
    **dict.fromkeys(("village_sd", "year_sd", "subdistrict_sd", "district_sd"), _Meaning("spread")),
    **dict.fromkeys(("odds_ratio_rise", "odds_ratio_fall"), _OF_EFFECTS),
    **dict.fromkeys(("village_level", "village_status"), _Meaning("level")),
    "reporting.yearly": _Meaning("probability", 1.0, "", needed=False),
    "mechanism": _Meaning("number", section="mechanisms.", needed=False),
}

_OF_MECHANISMS = "mechanisms."
_PREFIX: dict[Kind, str] = {"covariate": "covariates.", "mechanism": "", **{kind: f"{kind}." for kind in OF_PLACES}}
"""How the keys of a kind begin that do not end with its name."""


class ParameterKey(str):
    """Which parameter of the law: its kind, and the level, covariate, intervention or place that it belongs to.

    As text it is the dotted name of the scenario file (``rise.dasar``, ``year_sd``, ``covariates.remote``,
    ``pokja.odds_ratio_rise``), which is also the address of its draws; it equals that text, so that draws and
    distributions can be looked up by it. What a key means is never read off the text but by `parse`.

    Parameters
    ----------
    kind
        One of a closed set.
    of
        A level, or empty where one number holds at all levels; the name of a covariate or an intervention; of a
        mechanism its name and that of the parameter (``saturating.most``).

    Raises
    ------
    ValueError
        Where the kind has no such level, or needs a name.

    Examples
    --------
    >>> ParameterKey("fall", "mandiri") == "fall.mandiri"
    True
    >>> ParameterKey.parse("fall.odds_ratio_rise").of  # an effect of an intervention called fall
    'fall'
    """

    kind: Final[Kind]
    of: Final[str]

    def __new__(cls, kind: Kind, of: str = "") -> Self:
        """Make the text of the key."""
        if (not of) if kind in _NAMED else of not in _LEVELS_OF.get(kind, ("",)):
            raise ValueError(f"{kind} is no parameter of {of or 'nothing'}")
        if kind in _PREFIX:
            text = f"{_PREFIX[kind]}{of}"
        elif kind in _NAMED:
            text = f"{of}.{kind}"
        else:
            text = f"{kind}.{of}" if of else kind
        return str.__new__(cls, text)

    def __init__(self, kind: Kind, of: str = "") -> None:
        self.kind = kind
        self.of = of

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Return what makes the key again, for pickle and copy."""
        return self.kind, self.of

    @classmethod
    def effect(cls, intervention: str, direction: Direction) -> ParameterKey:
        """Return the key of an intervention's odds ratio of rising or falling."""
        return cls("odds_ratio_rise" if direction == "rise" else "odds_ratio_fall", intervention)

    @classmethod
    def parse(cls, text: str) -> ParameterKey:
        """Return the key that a file or a caller writes as `text`.

        The names of the law itself are closed; any other is a covariate's or an intervention's, so that an
        intervention may be called ``fall``, ``skip`` or ``campaign``.

        Raises
        ------
        ValueError
            Where no parameter can have this name.
        """
        if isinstance(text, ParameterKey):
            return text
        if text in OF_THE_LAW:
            return OF_THE_LAW[text]
        if text.startswith(_OF_MECHANISMS):
            return cls("mechanism", text.removeprefix(_OF_MECHANISMS))
        for prefixed, beginning in _PREFIX.items():
            if beginning and text.startswith(beginning):
                return cls(prefixed, text.removeprefix(beginning))
        owner, _, kind = text.rpartition(".")
        if owner and kind == "odds_ratio_rise":
            return cls("odds_ratio_rise", owner)
        if owner and kind == "odds_ratio_fall":
            return cls("odds_ratio_fall", owner)
        raise ValueError(f"{text} is no parameter of the law")

    @classmethod
    def told(cls, text: str) -> ParameterKey:
        """Return the key that an answer names: as `parse`, and a name that the law does not have is a mechanism's."""
        try:
            return cls.parse(text)
        except ValueError:
            if "." not in text:
                raise
            return cls("mechanism", text)

    @property
    def is_effect(self) -> bool:
        """Whether it is the effect of an intervention."""
        return _MEANINGS[self.kind] is _OF_EFFECTS

    @property
    def is_of_a_place(self) -> bool:
        """Whether it is what was learned of one village or district."""
        return self.kind in OF_PLACES

    @property
    def scale(self) -> Scale:
        """On what scale its numbers are: probabilities in [0, 1], spreads and levels from 0 on, odds ratios above 0.

        Those of a mechanism are any numbers.
        """
        return _MEANINGS[self.kind].scale

    @property
    def neutral(self) -> float:
        """The number that changes nothing."""
        return _MEANINGS[self.kind].neutral

    @property
    def scenario_key(self) -> str:
        """The key of the scenario file under which it stands, its section first."""
        return f"{_MEANINGS[self.kind].section}{self}"


OF_THE_LAW: dict[str, ParameterKey] = {
    str(key): key
    for kind in get_args(Kind)
    if kind not in _NAMED
    for key in (ParameterKey(kind, level) for level in _LEVELS_OF.get(kind, ("",)))
}

DEFAULT_PRIORS: dict[ParameterKey, Distribution] = {
    ParameterKey("rise", "dasar"): LogitNormal(-2.94, 0.8),
    ParameterKey("rise", "berkembang"): LogitNormal(-2.30, 0.8),
    ParameterKey("rise", "mandiri"): LogitNormal(-0.60, 1.2),
    ParameterKey("fall"): LogitNormal(-4.0, 1.0),
    ParameterKey("skip", "berkembang"): Beta(1, 9),
    ParameterKey("skip", "mandiri"): Beta(6, 2),
    ParameterKey("fall_skip", "berkembang"): Beta(1, 4),
    ParameterKey("fall_skip", "mandiri"): Beta(1, 4),
    ParameterKey("village_sd"): HalfNormal(0.7),
    ParameterKey("year_sd"): HalfNormal(0.7),
    ParameterKey("subdistrict_sd"): HalfNormal(0.4),
    ParameterKey("district_sd"): Fixed(0.0),
    ParameterKey("peer_odds_ratio"): Exponentiated(HalfNormal(0.5)),
    ParameterKey("campaign.probability"): Beta(1, 9),
    ParameterKey("campaign.odds_ratio"): Exponentiated(Normal(2.5, 0.7)),
}
"""Where a district has no data of its own (MODEL.md, "Input data")."""

ANALOGUE_PRIORS: dict[ParameterKey, Distribution] = {
    ParameterKey("rise", "dasar"): LogitNormal(-2.3, 1.1),
    ParameterKey("rise", "berkembang"): LogitNormal(-2.3, 1.1),
    ParameterKey("fall"): LogitNormal(-5.0, 1.2),
    ParameterKey("year_sd"): HalfNormal(0.9),
    ParameterKey("subdistrict_sd"): HalfNormal(0.8),
}
"""From other programmes that rank villages or districts, in place of those defaults (MODEL.md, "Input data")."""

INTERVENTION_PRIOR: Distribution = Exponentiated(Normal(0.25, 0.25))
"""Odds ratio of rising under an intervention at full dose: a placeholder for local elicitation."""

OWN_POSTERIOR = ("own_posterior",)
"""Stands for the data behind draws that do not say what they rest on: a posterior of the user's own."""


ROW_SUM_WITHIN = 1e-9
"""How near to 1 the chances of a row must sum."""


def default_prior(key: ParameterKey) -> Distribution | None:
    """Return the prior of a parameter that a scenario leaves out; None where it must be given."""
    if key.kind == "odds_ratio_rise":
        return INTERVENTION_PRIOR
    if key.kind == "odds_ratio_fall":
        return Fixed(1.0)
    return DEFAULT_PRIORS.get(ParameterKey("fall") if key.kind == "fall" else key)


def analogue_prior(key: ParameterKey) -> Distribution | None:
    """Return the prior of a parameter from other programmes; None where they tell nothing of it."""
    return ANALOGUE_PRIORS.get(ParameterKey("fall") if key.kind == "fall" else key)


def falls_by_one_level(given: AbstractSet[Kind]) -> bool:
    """Return whether falls end one level below, no more being said of them than how often they happen."""
    return "fall" in given and "fall_skip" not in given


@dataclass(frozen=True, eq=False)
class Parameters:
    """Values of every parameter for D draws; the leading axis is the draw.

    Attributes
    ----------
    rise, fall
        Shape (D, 4): chance of rising, and of falling given no rise, of a typical village in a
        typical year at each level; ``rise`` is 0 at the top, ``fall`` 0 at the bottom.
    rise_reaches
        Shape (D, 4, 4): ``[:, s, d]`` = chance that a rise from s ends at d or above.
    fall_reaches
        Shape (D, 4, 4): ``[:, s, d]`` = chance that a fall from s ends at d or below.
    scales
        Key -> shape (D,), for every other parameter but effects of interventions: the logarithm of an odds ratio,
        a spread, a probability.
    rise_log_odds_ratio, fall_log_odds_ratio
        Shape (D, J): interventions at full dose, in the order of the scenario.
    """

    rise: Floats
    fall: Floats
    rise_reaches: Floats
    fall_reaches: Floats
    scales: Mapping[ParameterKey, Floats]
    rise_log_odds_ratio: Floats
    fall_log_odds_ratio: Floats

    @property
    def matrix(self) -> Floats:
        """Shape (D, 4, 4): the yearly transition matrix of a typical village in a typical year."""
        return transition_matrix(self.rise, self.fall, self.rise_reaches, self.fall_reaches)

    def take(self, draws: Ints | slice) -> Parameters:
        """Return some of the draws."""
        values = {name: value for name, value in vars(self).items() if name != "scales"}
        scales = {key: value[draws] for key, value in self.scales.items()}
        return Parameters(scales=scales, **{name: value[draws] for name, value in values.items()})


@dataclass(frozen=True, order=True)
class Rows:
    """The rows of a file of draws, which are taken again from the first on once all were taken.

    Attributes
    ----------
    number
        How many there are: draw d + `number` takes the row of draw d again.
    worth
        How many independent draws they are worth, at most `number`: rows of a calibration resemble each other.
    """

    number: int
    worth: float

    def independent(self, draws: int) -> float:
        """Return how many independent draws the first `draws` are worth, at most `worth`.

        Rows of which any two correlate alike, ρ ≈ 1/worth − 1/number, leave the mean of n of them the variance
        σ²(1/n + ρ), that of n / (1 + nρ) independent ones.
        """
        taken = min(draws, self.number)
        return taken / (1 + taken * (1 / self.worth - 1 / self.number))


@dataclass(frozen=True, eq=False)
class ParameterSet:
    """What is known of every parameter: a number or a distribution for each key.

    Attributes
    ----------
    scalars
        Key -> distribution, on the scale of the key, read-only; a caller may write keys as text (``fall.mandiri``).
        Keys of one level win over one for all levels. Where ``fall`` is given without ``fall_skip``, that is 0, and
        ``district_sd`` is 0 where it is left out.
    matrix
        One row a level, each four numbers summing to 1 or a Dirichlet; None where the law is given
        by ``rise``, ``fall``, ``skip`` and ``fall_skip``.
    interventions, covariates
        Names, in the order of the scenario.
    defaulted
        Keys that the scenario left to their default prior: nothing is stated of them, no source either.
    blocks
        The data blocks behind calibrated draws, e.g. ``("panel",)``; `OWN_POSTERIOR` where draws name none; empty
        without draws.
    past
        What these data observed, and what the fitted law says of it; None without draws, or where it is not told.
    points, matrices
        Where draws are given instead of random (`at`): key -> shape (D,), and shape (D, 4, 4).

    Raises
    ------
    ScenarioError
        With every key that is not a parameter of the law, is missing, or has a value that it cannot have.
    """

    scalars: Mapping[ParameterKey, Distribution]
    matrix: tuple[tuple[float, ...] | Dirichlet, ...] | None = None
    interventions: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    defaulted: frozenset[ParameterKey] = frozenset()
    blocks: tuple[str, ...] = ()
    past: Past | None = None
    points: Mapping[ParameterKey, Floats] | None = None
    matrices: Floats | None = None

    def __repr__(self) -> str:
        """Return one line: how many numbers there are, how many are uncertain, and how many were left to priors."""
        draws = f", learned from {', '.join(self.blocks)}" if self.blocks else ""
        number = f"{len(self.scalars)} parameters, {len(self.uncertain)} uncertain"
        return f"<ParameterSet: {number}, {len(self.defaulted)} left to default priors{draws}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled and copied: a read-only mapping could not be."""
        return {**vars(self), "scalars": dict(self.scalars)}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take what was pickled or copied, read-only again."""
        vars(self).update(state, scalars=MappingProxyType(state["scalars"]))

    def __post_init__(self) -> None:
        """Read keys that are given as text and plain numbers; keep what is said of values only where it is true."""
        refuse(checked(self, "transition."))
        scalars = {(key := _key(text)): distribution_of(key, value) for text, value in self.scalars.items()}
        if falls_by_one_level({key.kind for key in scalars}):
            # Where a scenario file has it, so that a run is written alike however its parameters were made.
            rates = {key: value for key, value in scalars.items() if key.kind in {"rise", "fall", "skip"}}
            scalars = {**rates, ParameterKey("fall_skip"): Fixed(0.0), **scalars}
        alike = {ParameterKey("district_sd")} - scalars.keys()
        whole = {**scalars, **{key: DEFAULT_PRIORS[key] for key in alike}}
        object.__setattr__(self, "scalars", MappingProxyType(whole))
        refuse(self._problems())
        silent = {*map(ParameterKey.parse, self.defaulted), *alike}
        left = {key for key in silent if self.scalars.get(key) == default_prior(key)}
        if any(key.kind == "fall" and key not in left for key in scalars):
            left = {key for key in left if key.kind != "fall_skip"}
        object.__setattr__(self, "defaulted", frozenset(left))
        drawn = any(isinstance(value, Empirical) for value in self.scalars.values())
        object.__setattr__(self, "blocks", (self.blocks or OWN_POSTERIOR) if drawn else ())
        object.__setattr__(self, "past", self.past if drawn else None)

    def _problems(self) -> Iterator[Problem]:
        known = self._known_keys()
        for key, value in self.scalars.items():
            if key not in known and not key.is_of_a_place and key.kind != "mechanism":
                message = Message("no parameter of this scenario has this name")
                names = sorted(known)
                finding = (message, Message("one of: {names}", {"names": listed(names, 30)}), nearest(key, names))
                yield problem_at(f"transition.{key}", key, finding)
            else:
                yield from value_problems(key, value)
        yearly = ParameterKey("reporting.yearly")
        if yearly not in self.scalars and any(key.kind == "village_level" for key in self.scalars):
            message = Message("the draws hold statuses that a list did not show, and here every list shows the truth")
            fix = Message("state {key} as the calibration had it", {"key": yearly})
            yield problem_at(yearly, "", (message, None, fix))
        for level, row in zip(LEVELS, self.matrix or (), strict=False):
            yield from _row_problems(f"transition.matrix.{level}", row)
        if self.matrix is not None and len(self.matrix) != len(LEVELS):
            rows = Message("a matrix has one row for each status"), Message("four rows")
            yield problem_at("transition.matrix", len(self.matrix), rows)
        lengths = {value.values.size for value in self.scalars.values() if isinstance(value, Empirical)}
        if len(lengths) > 1:
            counts = {"counts": ", ".join(map(str, sorted(lengths)))}
            message = Message("draws that are taken together must be equally many; found {counts}", counts)
            yield problem_at("transition.parameters_from", "", (message, None, Message("give as many draws for each")))

    def _known_keys(self) -> dict[str, None]:
        """Return the names that parameters of these interventions, covariates and this form of the law may have."""
        of_the_law = (key for key in OF_THE_LAW.values() if key.kind != "matrix")
        effects = (ParameterKey.effect(name, direction) for name in self.interventions for direction in DIRECTIONS)
        covariates = (ParameterKey("covariate", name) for name in self.covariates)
        return dict.fromkeys(map(str, (*of_the_law, *covariates, *effects)))

    def missing(self) -> Iterator[Problem]:
        """Yield the parameters that a law with these interventions and covariates needs and that are not there."""
        for text in self._known_keys():
            key = ParameterKey.parse(text)
            if key.kind in OF_THE_MATRIX:
                common = ParameterKey(key.kind) if key.kind in BOTH_FORMS else key
                needed = self.matrix is None and key.of and common not in self.scalars
            else:
                needed = _MEANINGS[key.kind].needed
            if needed and key not in self.scalars:
                message = Message("the parameter {name} is missing", {"name": str(key)})
                yield problem_at(key.scenario_key, "", (message, Message("a number or a distribution"), None))

    @cached_property
    def uncertain(self) -> tuple[ParameterKey, ...]:
        """Keys of the parameters that differ from draw to draw."""
        rows = zip(LEVELS, self.matrix or (), strict=False)
        dirichlet = [ParameterKey("matrix", level) for level, row in rows if isinstance(row, Dirichlet)]
        return (*dirichlet, *(key for key, value in self.scalars.items() if not value.fixed))

    @cached_property
    def analogue(self) -> frozenset[ParameterKey]:
        """Keys of the parameters that have their prior from other programmes, chances of rising among them."""
        alike = frozenset(key for key, value in self.scalars.items() if value == analogue_prior(key))
        return alike if any(key.kind == "rise" for key in alike) else frozenset()

    @property
    def rows(self) -> Rows | None:
        """Those of the file of draws; None without."""
        files = (value for value in self.scalars.values() if isinstance(value, Empirical) and not value.fixed)
        number = next((value.values.size for value in files), None)
        if number is None or self.points is not None:
            return None
        worth = None if self.past is None else self.past.effective_sample_size
        return Rows(number, number if worth is None else min(worth, number))

    def at(self, points: Mapping[ParameterKey, Floats], matrices: Floats | None = None) -> ParameterSet:
        """Return the same parameters at given points: draw d is point d, whatever the seed.

        Parameters
        ----------
        points
            Every scalar parameter, shape (D,) each.
        matrices
            Shape (D, 4, 4), where there is a matrix.
        """
        # A sampler asks thousands of times, and what is checked does not change.
        found = copy(self)
        object.__setattr__(found, "points", points)
        object.__setattr__(found, "matrices", matrices)
        return found

    def sample(self, seed: int, draws: int) -> dict[ParameterKey, Floats]:
        """Return the draws of every scalar parameter, key -> shape (draws,).

        Rows of a posterior of the user's own are taken in their order, those of a calibration in an addressed random
        order; both again from the first where there are fewer than `draws`.
        """
        if self.points is not None:
            return {key: values[:draws] for key, values in self.points.items()}
        random = tuple(key for key, value in self.scalars.items() if not isinstance(value, Empirical))
        uniform = dict(zip(random, parameter_uniforms(seed, random, range(draws)), strict=True))
        in_order = self.blocks == OWN_POSTERIOR
        return {
            key: np.resize(value.values if in_order else value.values[row_order(seed, value.values.size)], draws)
            if isinstance(value, Empirical)
            else value.quantile(uniform[key])
            for key, value in self.scalars.items()
        }

    def draw(self, seed: int, draws: int) -> Parameters:
        """Return the first `draws` draws of the whole set; draw d is the same for every number of draws."""
        values = self.sample(seed, draws)
        if self.matrix is None:
            rise, fall, rise_reaches, fall_reaches = from_shorthand(values, draws)
        else:
            rise, fall, rise_reaches, fall_reaches = split_matrix(self.sample_matrix(seed, draws))
        log_ratios = {
            direction: np.log(
                np.array([values[ParameterKey.effect(name, direction)] for name in self.interventions])
                .reshape(len(self.interventions), draws)
                .T
            )
            for direction in DIRECTIONS
        }
        in_terms = [key for key in values if not (key.is_effect or key.kind in (*OF_THE_MATRIX, "covariate"))]
        in_terms += [ParameterKey("covariate", name) for name in self.covariates]
        return Parameters(
            rise=rise,
            fall=fall,
            rise_reaches=rise_reaches,
            fall_reaches=fall_reaches,
            scales={key: np.log(values[key]) if key.scale == "odds ratio" else values[key] for key in in_terms},
            rise_log_odds_ratio=log_ratios["rise"],
            fall_log_odds_ratio=log_ratios["fall"],
        )

    def sample_matrix(self, seed: int, draws: int) -> Floats:
        """Return the matrix of every draw, shape (draws, 4, 4); only where there is one."""
        if self.matrices is not None:
            return self.matrices[:draws]
        matrix = np.empty((draws, 4, 4))
        for s, row in enumerate(self.matrix or ()):
            if isinstance(row, Dirichlet):
                names = tuple(f"matrix.{LEVELS[s]}.{level}" for level in LEVELS)
                matrix[:, s] = row.quantile(parameter_uniforms(seed, names, range(draws)).T)
            else:
                matrix[:, s] = row
        return matrix


def _key(text: str) -> ParameterKey:
    """Return the key that a caller writes as text.

    Raises
    ------
    ScenarioError
        Where no parameter can have this name.
    """
    try:
        return ParameterKey.parse(text)
    except ValueError:
        allowed = Message("one of: {names}", {"names": listed(OF_THE_LAW, 30)})
        message = Message("no parameter of this scenario has this name")
        finding = (message, allowed, nearest(str(text), OF_THE_LAW))
        raise ScenarioError([problem_at(f"transition.{text}", str(text), finding)]) from None


def distribution_of(key: ParameterKey, value: Distribution | float) -> Distribution:
    """Return a plain number as the distribution that it is."""
    if not isinstance(value, int | float | np.number | Fraction):
        return value
    refuse(within(value, float, key.scenario_key))
    return Fixed(settled(value, float)[0])


_FORMS: dict[Scale, tuple[type, ...]] = {
    "probability": (Fixed, LogitNormal, Beta, Empirical),
    "spread": (Fixed, HalfNormal, Exponentiated, Empirical),
    "odds ratio": (Fixed, Exponentiated, Empirical),
    "level": (Empirical,),
    "number": (Fixed, Normal, LogitNormal, Beta, HalfNormal, Exponentiated, Empirical),
}
"""The distributions that a scenario file can state for a parameter."""
NUMBERS: dict[Scale, Any] = {
    "probability": Probability, "spread": Spread, "odds ratio": Ratio, "level": Annotated[float, Ge(0), Le(TOP)],
    "number": float,
}  # fmt: skip


def value_problems(key: ParameterKey, value: Distribution) -> Iterator[Problem]:
    """Yield why a parameter cannot have a value: its distribution, its bounds, a draw beyond them."""
    if not isinstance(value, _FORMS[key.scale]):
        message = Message("this parameter cannot have a distribution of this kind")
        allowed = Message(
            "a number or one of: {names}", {"names": ", ".join(form.__name__ for form in _FORMS[key.scale])}
        )
        yield problem_at(key.scenario_key, type(value).__name__, (message, allowed, None))
    elif isinstance(value, Fixed):
        yield from within(value.value, NUMBERS[key.scale], key.scenario_key)
    elif isinstance(value, Empirical):
        ends = float(value.values.min()), float(value.values.max())
        beyond = (within(end, NUMBERS[key.scale], key.scenario_key) for end in ends)
        yield from next(filter(None, beyond), ())
    elif isinstance(value, Exponentiated) and value.interval is None and key.scale in {"spread", "number"}:
        message = Message("this lognormal is given by its median and 90% interval")
        fix = Message("use lognormal_from_interval")
        yield problem_at(key.scenario_key, type(value).__name__, (message, None, fix))


def _row_problems(field: str, row: tuple[float, ...] | Dirichlet) -> Iterator[Problem]:
    chances = row.mean if isinstance(row, Dirichlet) else row
    if len(chances) != len(LEVELS):
        yield problem_at(field, chances, (Message("a row has one chance for each status"), Message("four chances")))
        return
    for level, chance in zip(LEVELS, chances, strict=True):
        yield from within(chance, Probability, f"{field}.{level}")
    if (finding := row_finding(chances)) is not None:
        yield problem_at(field, chances, finding)


def row_finding(chances: Iterable[float]) -> Finding | None:
    """Return that the chances of a row do not sum to 1, and what would make them; None where they do."""
    total = sum(chances)
    if abs(total - 1) <= ROW_SUM_WITHIN:
        return None
    message = Message("the row sums to {total:,}, not to 1", {"total": float(f"{total:.10g}")})
    fix = Message("add {number} to one of the chances", {"number": f"{1 - total:.10g}"})
    if total > 1:
        fix = Message("take {number} off one of the chances", {"number": f"{total - 1:.10g}"})
    return message, Message("four chances that sum to 1; those left out are 0"), fix


def from_shorthand(values: Mapping[ParameterKey, Floats], draws: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Turn ``rise``, ``fall``, ``skip`` and ``fall_skip`` into the law's four arrays (MODEL.md, "Transition")."""

    def at(kind: Kind, level: str) -> Floats:
        """Return the values of one level: its own, else those for all levels."""
        own = ParameterKey(kind, level)
        return values[own] if own in values else values[ParameterKey(kind)]

    rise, fall = np.zeros((draws, 4)), np.zeros((draws, 4))
    for s, level in enumerate(LEVELS):
        if s < 3:
            rise[:, s] = at("rise", level)
        if s > 0:
            fall[:, s] = at("fall", level)
    rise_reaches, fall_reaches = np.zeros((draws, 4, 4)), np.zeros((draws, 4, 4))
    rise_reaches[:, range(3), range(1, 4)] = fall_reaches[:, range(1, 4), range(3)] = 1
    past_berkembang, past_mandiri = (at("skip", level) for level in LEVELS[1:3])
    rise_reaches[:, 0, 2] = past_berkembang
    rise_reaches[:, 0, 3] = past_berkembang * past_mandiri
    rise_reaches[:, 1, 3] = past_mandiri
    past_berkembang, past_mandiri = (at("fall_skip", level) for level in LEVELS[1:3])
    fall_reaches[:, 3, 1] = past_mandiri
    fall_reaches[:, 3, 0] = past_mandiri * past_berkembang
    fall_reaches[:, 2, 0] = past_berkembang
    return rise, fall, rise_reaches, fall_reaches


def split_matrix(matrix: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Split transition matrices into rises, falls and where each leads.

    Parameters
    ----------
    matrix
        Shape (D, 4, 4), rows = current level, summing to 1.

    Returns
    -------
    rise, fall, rise_reaches, fall_reaches
        As in `Parameters`. Where nothing can rise (fall), the shares are 0.
    """
    above = np.triu(matrix, 1)
    below = np.tril(matrix, -1)
    rise = np.clip(above.sum(axis=2), 0, 1)
    falling = below.sum(axis=2)
    at_or_above = np.flip(np.cumsum(np.flip(above, 2), axis=2), 2) * (above_mask := np.triu(np.ones((4, 4)), 1))
    at_or_below = np.cumsum(below, axis=2) * above_mask.T
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = np.where(rise < 1, falling / (1 - rise), 0.0)
        rise_reaches = np.where(rise[..., None] > 0, at_or_above / rise[..., None], 0.0)
        fall_reaches = np.where(falling[..., None] > 0, at_or_below / falling[..., None], 0.0)
    return rise, np.clip(fall, 0, 1), rise_reaches, fall_reaches


def transition_matrix(rise: Floats, fall: Floats, rise_reaches: Floats, fall_reaches: Floats) -> Floats:
    """Put a matrix together again, shape (…, 4, 4): the inverse of `split_matrix`.

    `rise` and `fall` have shape (…, 4), the others (…, 4, 4).
    """
    lands_up = rise_reaches - np.concatenate([rise_reaches[..., 1:], np.zeros_like(rise_reaches[..., :1])], axis=-1)
    lands_down = fall_reaches - np.concatenate([np.zeros_like(fall_reaches[..., :1]), fall_reaches[..., :-1]], axis=-1)
    upper = np.triu(np.ones((4, 4)), 1)
    falls = (1 - rise) * fall
    matrix = rise[..., None] * lands_up * upper + falls[..., None] * lands_down * upper.T
    stay = (1 - rise) * (1 - fall)
    return np.asarray(matrix + stay[..., None] * np.eye(4))


DEFAULTS = ParameterSet(DEFAULT_PRIORS, defaulted=frozenset(DEFAULT_PRIORS))
"""What is known of the law where nothing is stated: its default priors, without interventions and covariates."""
