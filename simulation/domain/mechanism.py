"""A researcher's own part of the law: a mechanism with its parameters, its random numbers, and what it records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from .arrays import Bools, Floats, Ints, Statuses
from .constraints import problem_at
from .distributions import Distribution
from .intervention import Programme
from .law import SharedBy
from .messages import Message, Problem, listed, nearest
from .parameters import OF_THE_LAW, ParameterKey, distribution_of, value_problems
from .status import LEVELS, TOP
from .target import Target, YearCounts
from .villages import Villages

FORMS = ("log_odds", "rise_odds", "fall_chance", "record")
"""What a mechanism may do in a year, by the method that says it of one village; ``…_of_all`` says it of all."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_OF_EFFECTS = ("odds_ratio_rise", "odds_ratio_fall")


@dataclass(frozen=True, eq=False)
class Year:
    """A year as mechanisms see it: V villages in T trajectories; those that join later wait at the lowest level.

    A village (`simulation.VillageAgent`) has the same names, for itself: ``village.rose``, ``village.dose("pokja")``;
    ``village.neighbours`` are the villages themselves. What is of the whole district (`villages`, `counts`, `levels`,
    `rises`, `falls`, `entries`, `needed`, `target`, `programmes`) is in ``village.model.now``, a `Year` with T = 1.

    Attributes
    ----------
    year
        Which one.
    villages
        The district.
    status, listed
        Shape (V, T): level, dasar = 0 … paripurna = 3, and what the list shows of it; at the start of the year or, in
        `Mechanism.record` and `Mechanism.met`, at its end.
    before, listed_before
        Shape (V, T): the same at the start of the year that ended last, which in `Mechanism.record` and `Mechanism.met`
        is the year that is judged: ``(listed_before == 0) & (listed > 0)`` are those that left dasar in it. In the
        first year as at the origin.
    there
        Shape (V,): which villages have joined.
    rose
        Shape (V, T): who rose in the year that ended last.
    counts
        What the list shows of the year that ended last, shape (T, 1) each; None in the first year.
    target
        That of the scenario.
    programmes
        Its interventions at work.
    """

    year: int
    villages: Villages
    status: Statuses
    listed: Statuses
    before: Statuses
    listed_before: Statuses
    there: Bools
    rose: Bools
    counts: YearCounts | None
    target: Target
    programmes: Sequence[Programme] = ()
    _doses: dict[str, Floats] = field(default_factory=dict)

    def of(self, array: Floats) -> Floats:
        """Return an array of all villages as it is."""
        return array

    def dose(self, intervention: str) -> Floats:
        """Return how far an intervention is at its full effect, from 0 to 1, shape (V, T); 0 where there is none."""
        if intervention not in self._doses:
            programme = self._programme(intervention)
            doses = None if programme is None else programme.doses()
            self._doses[intervention] = np.zeros(self.status.shape) if doses is None else doses
        return self._doses[intervention]

    def assisted(self, intervention: str) -> Bools:
        """Return whom an intervention assists this year, shape (V, T)."""
        programme = self._programme(intervention)
        return np.zeros(self.status.shape, dtype=bool) if programme is None else programme.assisted

    def column(self, name: str) -> Any:
        """Return a column of the village table, shape (V, 1)."""
        return self.villages.columns[name][:, None]

    def of_neighbours(self, values: Any) -> Floats:
        """Return the sum over the neighbours of each village, shape (V, T) as the values, times their weights.

        Neighbours are those of the network (`Villages.network`) or, without one, the other villages of the kecamatan,
        each with the weight 1; those that have joined.
        """
        values = np.asarray(values, dtype=np.float64) * self.there[:, None]
        network = self.villages.network
        if network is not None:
            return np.asarray(network.matrix() @ values)
        index = self.villages.subdistrict_index
        return np.asarray((_membership(index) @ values)[index] - values)

    @cached_property
    def neighbours(self) -> Floats:
        """How many neighbours each village has, added up by their weights, shape (V, 1)."""
        return self.of_neighbours(np.ones((len(self.villages), 1)))

    @cached_property
    def levels(self) -> Ints:
        """Villages of each level on the list, shape (4, T)."""
        return np.array([((self.listed == level) & self.there[:, None]).sum(axis=0) for level in range(len(LEVELS))])

    @property
    def rises(self) -> Ints:
        """How many villages rose in the year that ended last, by the list, shape (T,)."""
        return self._count("rises")

    @property
    def falls(self) -> Ints:
        """How many fell, shape (T,)."""
        return self._count("falls")

    @property
    def entries(self) -> Ints:
        """How many rose into the levels of the target, shape (T,)."""
        return self._count("entries")

    @property
    def needed(self) -> Ints:
        """The number that the target of the scenario asked for in the year that ended last, shape (T,)."""
        if self.counts is None:
            return np.zeros(self.status.shape[1], dtype=np.int64)
        return self.counts.needed(self.target)[..., 0]

    @property
    def may_rise(self) -> Bools:
        """Who is there and below the top, shape (V, T)."""
        return np.asarray((self.status < TOP) & self.there[:, None])

    def _count(self, name: str) -> Ints:
        if self.counts is None:
            return np.zeros(self.status.shape[1], dtype=np.int64)
        return np.asarray(getattr(self.counts, name)[..., 0])

    def _programme(self, name: str) -> Programme | None:
        """Return an intervention at work, None where the scenario has none of this name.

        Raises
        ------
        ValueError
            Where the name looks like a misspelt one of the scenario's.
        """
        known = {programme.intervention.name: programme for programme in self.programmes}
        if name not in known and (meant := nearest(name, known)) is not None:
            raise ValueError(f"the scenario has no intervention {name}; it has {listed(known)}: {meant}?")
        return known.get(name)


@dataclass(frozen=True)
class Uniform:
    """A random number of a mechanism's own: uniform in (0, 1), looked up at an address of its own.

    Whatever a mechanism draws, all other random numbers stay as they are.

    Attributes
    ----------
    shared_by
        What has one number in common: each ``village``, ``subdistrict`` or ``district``.
    lasting
        Whether it is drawn once for all years, rather than anew in each.
    """

    shared_by: SharedBy = "village"
    lasting: bool = False


def _membership(index: Ints) -> Any:
    """Return which village is in which kecamatan, a sparse matrix of shape (K, V)."""
    from scipy import sparse

    ones = np.ones(index.size)
    return sparse.csr_array((ones, (index, np.arange(index.size))))


class Mechanism:
    """Something that moves villages beside the standard law, or instead of a part of it: derive from it.

    A scenario carries it (`Scenario.with_mechanism`), so that forecast, comparison, plan, sensitivity, robustness and
    back-test reckon with it. Say what it does in one or more of `log_odds`, `rise_odds`, `fall_chance`, `record` and
    `met`. Agents then run, one village after the other. Where each of the first four that is there has its twin
    ``…_of_all``, which says the same of all villages of many trajectories at once, arrays run instead, after both were
    compared on a few trajectories.

    In all of these methods every parameter is an attribute of ``self``: a number for a village, an array of shape
    (T,), one entry a trajectory, for all of them.

    Attributes
    ----------
    name
        What it is called in keys (``saturating.most``) and on every answer: a-z, 0-9, - and _.
    parameters
        Name -> its prior, a distribution or a number; drawn once a draw, as all parameters of the law are. A scenario
        may state another under ``mechanisms:``, or with ``scenario.with_(**{"saturating.most": 0.5})``.
    sources
        Name of a parameter -> where its number comes from, as ``"assumed; …"``; that by default.
    uniforms
        Name -> `Uniform`: its own random numbers, looked up with `uniform`.
    records
        Names of what `record` keeps of every village and year.
    inputs
        Files that it reads, relative to its own file; ``()`` for none: a run is kept with them, and found again. None,
        the default, leaves open what else decides its numbers, so that a finished answer is computed again each time.

    Examples
    --------
    >>> import simulation as kkb
    >>> class Caught(kkb.Mechanism):
    ...     name = "caught"
    ...     parameters = {"strength": kkb.Normal(0.5, 0.2)}
    ...     def log_odds(self, village):
    ...         return self.strength * village.rose
    ...     def log_odds_of_all(self, year):
    ...         return self.strength * year.rose
    >>> scenario = kkb.load_scenario("scenarios/contoh.yaml").with_mechanism(Caught())
    >>> kkb.forecast(scenario, draws=20, replicates=4).scenario.mechanisms[0].name
    'caught'
    """

    name: ClassVar[str] = ""
    parameters: ClassVar[Mapping[str, Distribution | float]] = {}
    sources: ClassVar[Mapping[str, str]] = {}
    uniforms: ClassVar[Mapping[str, Uniform]] = {}
    records: ClassVar[tuple[str, ...]] = ()
    inputs: ClassVar[tuple[str, ...] | None] = None

    _uniforms: Callable[[str], Floats]
    _recorded: Mapping[str, Floats]

    def log_odds(self, village: Any) -> float:  # noqa: ARG002  what a subclass is asked with
        """Return what it adds to the log odds with which a village that may rise does so this year."""
        return 0.0

    def rise_odds(self, village: Any, odds: float) -> float:  # noqa: ARG002
        """Return the odds with which a village that may rise does so this year, instead of those found so far."""
        return odds

    def fall_chance(self, village: Any, chance: float) -> float:  # noqa: ARG002
        """Return the chance in [0, 1] that a village that does not rise falls, instead of that found so far."""
        return chance

    def record(self, village: Any) -> Mapping[str, float]:  # noqa: ARG002
        """Return what is kept of a village at the end of a year, a number for each of `records`."""
        return {}

    def log_odds_of_all(self, year: Year) -> Floats:
        """Return `log_odds` of all villages, (V, T) or what broadcasts to it."""
        raise NotImplementedError

    def rise_odds_of_all(self, year: Year, odds: Floats) -> Floats:
        """Return `rise_odds` of all villages, (V, T), from odds of that shape."""
        raise NotImplementedError

    def fall_chance_of_all(self, year: Year, chance: Floats) -> Floats:
        """Return `fall_chance` of all villages, (V, T), from chances of that shape."""
        raise NotImplementedError

    def record_of_all(self, year: Year) -> Mapping[str, Floats]:
        """Return `record` of all villages, (V, T) or what broadcasts to it for each of `records`."""
        raise NotImplementedError

    def met(self, year: Year) -> Bools:
        """Return whether a target of its own is met in a year, shape (T,), from its counts and records.

        Every answer then says how likely that is, instead of the target of the scenario, and names it by the name of
        the mechanism and the first line of its docstring. The readings of the scenario's target stay beside it.
        """
        raise NotImplementedError

    def uniform(self, name: str, place: Any) -> Any:
        """Return one of its `uniforms` this year: of a village a number, of a `Year` an array (V, T)."""
        return place.of(self._uniforms(name))

    def recorded(self, name: str, place: Any) -> Any:
        """Return what it recorded at the end of the last year, 0 at the origin: a number, or an array (V, T).

        Asked in `met`, what it recorded at the end of the year that is judged.
        """
        return place.of(self._recorded[name])

    @property
    def judges(self) -> bool:
        """Whether it has a target of its own."""
        return self._says("met")

    @property
    def told(self) -> str:
        """What it is called, with the first line of its docstring in brackets where it has one."""
        first = (type(self).__doc__ or "").strip().partition("\n")[0].strip().rstrip(".")
        return f"{self.name} ({first})" if first else self.name

    @property
    def vectorised(self) -> bool:
        """Whether all that it does of one village it also says of all at once."""
        return all(self._says(f"{form}_of_all") for form in self.does)

    @property
    def does(self) -> tuple[str, ...]:
        """Which of `FORMS` it has."""
        return tuple(form for form in FORMS if self._says(form))

    def _says(self, method: str) -> bool:
        return getattr(type(self), method) is not getattr(Mechanism, method)

    def key(self, parameter: str) -> ParameterKey:
        """Return the key of one of its parameters."""
        return ParameterKey("mechanism", f"{self.name}.{parameter}")

    @property
    def priors(self) -> dict[ParameterKey, Distribution]:
        """Key of every parameter -> its prior."""
        keys = {name: self.key(name) for name in self.parameters}
        return {key: distribution_of(key, self.parameters[name]) for name, key in keys.items()}

    def bound(
        self, values: Mapping[str, Any], uniforms: Callable[[str], Floats], recorded: Mapping[str, Floats]
    ) -> Self:
        """Return a copy that has its parameters as attributes, and knows its uniforms and what it recorded last."""
        found = copy(self)
        vars(found).update(values, _uniforms=uniforms, _recorded=recorded)
        return found

    def problems(self) -> Iterator[Problem]:
        """Yield what keeps it from being used."""
        at = f"mechanisms.{self.name or type(self).__name__}"
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            message = Message("a mechanism needs a name")
            allowed = Message("a-z, 0-9, - and _, a letter first, at most 40 characters")
            fix = Message("write name = …", {})
            yield problem_at(at, self.name, (message, allowed, fix))
            return
        for name in self.parameters:
            if not name.isidentifier() or name.startswith("_") or hasattr(Mechanism, name):
                message = Message("a parameter of a mechanism cannot have this name")
                allowed = Message("a name of Python's that the class Mechanism does not have")
                yield problem_at(f"{at}.{name}", name, (message, allowed, None))
            elif name in _OF_EFFECTS or f"{self.name}.{name}" in OF_THE_LAW or self.name == "covariates":
                message = Message("the standard law has a parameter of this name")
                fix = Message("give the mechanism, or its parameter, another name")
                yield problem_at(f"{at}.{name}", f"{self.name}.{name}", (message, None, fix))
        for key, prior in self.priors.items():
            yield from value_problems(key, prior)
        if bool(self.records) != self._says("record"):
            message = Message("records and the method record belong together: one of them is missing")
            yield problem_at(f"{at}.records", ", ".join(self.records), (message, None, None))
        for form in FORMS:
            if self._says(f"{form}_of_all") and not self._says(form):
                message = Message(
                    "{method}_of_all says something of all villages, and nothing says it of one: without {method} "
                    "there is nothing to compare it with",
                    {"method": form},
                )
                yield problem_at(at, f"{form}_of_all", (message, None, Message("write {value}", {"value": form})))
        if not self.does and not self.judges:
            allowed = Message("one of: {names}", {"names": ", ".join((*FORMS, "met"))})
            yield problem_at(at, type(self).__name__, (Message("this mechanism does nothing"), allowed, None))
