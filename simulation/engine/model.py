"""The agent engine, a Mesa model: every village an agent that decides for itself.

The only module that imports Mesa.
"""

from __future__ import annotations

import math
import secrets
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from numbers import Real
from operator import attrgetter
from typing import ClassVar, Literal, NamedTuple, TypedDict, Unpack

import numpy as np

with warnings.catch_warnings():
    # Mesa loads tqdm, which warns in red where notebooks lack ipywidgets; nothing here draws its bars.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import mesa

from ..domain.arrays import Bools, Floats, Ints, Statuses
from ..domain.mechanism import Year
from ..domain.parameters import Parameters
from ..domain.randomness import Process, Trajectories, philox_key
from ..domain.scenario import Assumptions, refuse_lacking, require_assumptions
from ..domain.status import LEVELS, TOP, Status
from ..domain.transition import fall_chance, falls, falls_past, rises, rises_past
from ..domain.villages import Villages, count_levels
from .conditional import chance_that_enough_rise, numbers_needed
from .effort import refuse_below
from .environment import NEVER, Chances, Environment
from .failure import Failure
from .mechanisms import AtWork, Heard
from .outcome import Outcome

STATUSES = tuple(Status)
SEED_BITS = 48
"""Of a seed that a model takes itself: so many that no two of a large experiment are equal, in practice."""


class VillageAgent(mesa.Agent):
    """A village: it looks at its own odds, decides, and then changes.

    Override `rise_odds` or `fall_chance` to change what moves a village, or `decide` to change how
    it decides; put the class on a scenario (`Scenario.with_agents`) or pass it as ``agent_class`` to `KampungModel` or
    to ``forecast``.

    Attributes
    ----------
    village_code, village, subdistrict
        Code, name and kecamatan.
    status, next_status
        Level now, and at the end of the year once decided.
    listed
        Level that the list shows: that of its last report.
    position
        Its place in the arrays of the model's `Environment`.
    last_change
        Year of its last change of level; long ago where unknown.
    rose
        Whether it rose in the year that ended last.
    year, there, before, listed_before
        As in `Year`, for this village.
    inputs
        Files that a class of one's own reads while it runs, relative to its own file; ``()`` for none. A run is found
        again only where this is said: None leaves open what else decides its numbers.
    """

    inputs: ClassVar[tuple[str, ...] | None] = None

    def __init__(self, model: KampungModel, position: int, status: Status) -> None:
        super().__init__(model)
        villages = model.villages
        self.position = position
        self.village_code = villages.codes[position]
        self.village = villages.names[position]
        self.subdistrict_index = int(villages.subdistrict_index[position])
        self.subdistrict = villages.subdistricts[self.subdistrict_index]
        self.status = status
        self.next_status = status
        self.listed = status
        self.last_change = NEVER
        self.rose = False

    def __repr__(self) -> str:
        """Return one line: the village and its level."""
        level = LEVELS[self.status]
        return f"<{type(self).__name__} {self.village_code} {self.village}, {self.subdistrict}: {level}>"

    @property
    def uniform(self) -> float:
        """The addressed uniform of this year, in (0, 1): low leads up, high leads down."""
        model: KampungModel = self.model
        return model.uniform[self.position]

    @property
    def assisted_by(self) -> tuple[str, ...]:
        """Names of the interventions that assist this village this year."""
        programmes = self.model.environment.programmes
        return tuple(p.intervention.name for p in programmes if p.assisted[self.position, 0])

    @property
    def waits(self) -> bool:
        """Whether it changed too lately to rise this year (`min_years`)."""
        model: KampungModel = self.model
        return model.year - 1 - self.last_change < model.assumptions.min_years

    @property
    def may_rise(self) -> bool:
        """Whether it is below the top and has been at its level for long enough."""
        return self.status < TOP and not (self.model.some_wait and self.waits)

    @property
    def neighbours(self) -> list[VillageAgent]:
        """The villages next to it in the network, else the others of its kecamatan; those that have joined."""
        return [other for other, _ in self.model.near(self)]

    def of_neighbours(self, value: Callable[[VillageAgent], float]) -> float:
        """Return the sum of a value over its neighbours, times their weights in the network; 1 without one."""
        return sum((weight * value(other) for other, weight in self.model.near(self)), start=0.0)

    def of(self, array: Floats) -> float:
        """Return its own entry of an array of all villages, (V, T)."""
        return array[self.position, 0].item()  # type: ignore[no-any-return]

    @property
    def year(self) -> int:
        """The year under way, or the one that ended last."""
        model: KampungModel = self.model
        return model.year

    @property
    def there(self) -> bool:
        """Whether it has joined: an agent has."""
        return bool(self.of(self.model.now.there[:, None]))

    @property
    def before(self) -> Status:
        """Level at the start of the year that ended last; in the first year that at the origin."""
        return STATUSES[int(self.of(self.model.now.before))]

    @property
    def listed_before(self) -> Status:
        """What the list showed then."""
        return STATUSES[int(self.of(self.model.now.listed_before))]

    def dose(self, intervention: str) -> float:
        """Return how far an intervention is at its full effect on it, from 0 to 1; 0 where there is none."""
        return self.of(self.model.now.dose(intervention))

    def assisted(self, intervention: str) -> bool:
        """Return whether an intervention assists it this year."""
        return bool(self.of(self.model.now.assisted(intervention)))

    def column(self, name: str) -> float | str:
        """Return its cell of a column of the village table."""
        return self.of(self.model.now.column(name))

    def rise_odds(self) -> float:
        """Return the odds of rising this year; 0 where the village may not rise, as at the top."""
        model: KampungModel = self.model
        if model.some_wait and not self.may_rise:
            return 0.0
        odds: float = model.rise_odds[self.subdistrict_index][self.status] * model.village_factor[self.position]
        return odds if model.rise_effect is None else odds * model.rise_effect[self.position]

    def fall_chance(self) -> float:
        """Return the chance of falling this year, given no rise."""
        model: KampungModel = self.model
        if model.fall_effect is None:
            return model.fall[self.status]
        return fall_chance(model.fall_against[self.status], model.fall_effect[self.position])

    def decide(self) -> None:
        """Choose `next_status` from the state at the start of the year.

        Raises
        ------
        ValueError
            Where `rise_odds` or `fall_chance` returns what is none.
        """
        u, odds, mechanisms = self.uniform, self.rise_odds(), self.model.mechanisms
        # What any class returns is looked at; a float is by far the most common, and quickly told.
        if not (type(odds) is float and 0 <= odds < math.inf):
            self._refuse_odds(odds)
        if mechanisms is not None:
            odds = mechanisms.odds_of(self, odds, self.model.heard)
        self.next_status = self.status
        if rises(u, odds):
            if self.status == TOP:
                raise ValueError(f"{self._named}: the odds of rising are {odds!r} at the top, where they must be 0")
            reaches = self.model.rise_reaches[self.status]
            self.next_status = STATUSES[self.status + 1]
            for level in range(self.status + 2, TOP + 1):
                if rises_past(u, odds, reaches[level]):
                    self.next_status = STATUSES[level]
            return
        fall = self.fall_chance()
        if not (type(fall) is float and 0 <= fall <= 1) and not _is_from_0_to(fall, 1):
            raise ValueError(f"{self._named}: the chance of falling is {fall!r}, not a number in [0, 1]")
        if mechanisms is not None:
            fall = mechanisms.chance_of_falling(self, fall, self.model.heard)
        if falls(u, odds, fall):
            reaches = self.model.fall_reaches[self.status]
            self.next_status = STATUSES[self.status - 1]
            for level in range(self.status - 2, -1, -1):
                if falls_past(u, odds, fall, reaches[level]):
                    self.next_status = STATUSES[level]

    def _refuse_odds(self, odds: object) -> None:
        """Raise a `ValueError` unless these may be the odds of rising.

        They are infinite where a chance of the scenario is 1, and only there.
        """
        if not _is_from_0_to(odds, math.inf) or (odds == math.inf and VillageAgent.rise_odds(self) < math.inf):
            raise ValueError(f"{self._named}: the odds of rising are {odds!r}, not a finite number of 0 or more")

    def change(self) -> None:
        """Take on the status decided.

        Raises
        ------
        ValueError
            Where that is not a status.
        """
        if self.next_status != self.status:
            if self.next_status not in STATUSES:
                raise ValueError(
                    f"{self._named}: it decides for {self.next_status!r}; a status is one of "
                    f"{', '.join(map(str, map(int, STATUSES)))}"
                )
            self.status = Status(self.next_status)
            self.last_change = self.model.year

    def report(self) -> None:
        """Let the list show the level, if the village reports this year."""
        if self.model.reports[self.position]:
            self.listed = self.status

    @property
    def _named(self) -> str:
        """The class, the village and the year, for an error."""
        return f"{type(self).__name__}, village {self.village_code}, {self.model.year}"


class _Year(NamedTuple):
    """A year that is over, by village (V,): what the list showed before and after, who could rise, who was there then.

    And, for each of J interventions, whom it assisted.
    """

    before: Statuses
    after: Statuses
    can_rise: Bools
    there: Bools
    assisted: list[Bools]


class Seed(TypedDict, total=False):
    """The seed of a model, by the name that this package has for it or by Mesa's."""

    seed: int | None
    rng: int | None


class KampungModel(mesa.Model):
    """One trajectory of one district, village by village.

    The order of a year (`step`):

    1. assistance is allocated from the state at its start;
    2. doses and effects follow;
    3. the shocks of the year are looked up;
    4. every village decides from the old state;
    5. all change at once, and report;
    6. villages join, as new agents;
    7. the year is counted, on the list.

    Parameters
    ----------
    scenario
        What is assumed; kept as ``assumptions``, since Mesa has its own use for ``scenario``.
    draw, replicate, seed
        Address of the trajectory, each at least 0: the same address is the same trajectory in every engine. Without a
        seed (None) the model takes a new one, as any model of Mesa does; its attribute ``seed`` says which. ``rng`` is
        another name for ``seed``.
    agent_class
        `VillageAgent` or a subclass of it; that of the scenario if left out.
    villages
        Which district; the scenario's first by default.
    environment
        That of this trajectory, where it is at hand already.
    collect_agents
        Whether the DataCollector keeps every village's status of every year.

    Attributes
    ----------
    year
        The year that is over; the origin before the first `step`.
    rises, falls, entries
        Villages that rose, fell, and rose into the levels of the target in that year, by the list.
    levels
        Villages at each of the four levels at its end, by the list.
    village_agents
        The villages that are there, in the order of the village table; ``agents`` is Mesa's set of the same.
    villages, assumptions, seed
        The district, the scenario, and the seed of the address.
    datacollector
        Mesa's: the counts of every year, and every village's status where these are collected.

    Raises
    ------
    EffortError
        Where a part of the address is not a whole number of 0 or more.

    Notes
    -----
    The seed is no named parameter, because ``mesa.batch_run`` of Mesa 3.5 overwrites one that is called so. Its rows
    hold the seed of each model. Mesa does not tell a model which iteration it is: with one ``seed`` stated,
    ``iterations=4`` makes the same trajectory four times. State several, as ``"replicate": range(4)``.

    Examples
    --------
    >>> import mesa
    >>> import simulation as kkb
    >>> scenario = kkb.load_scenario("scenarios/tanah_laut.yaml")
    >>> rows = mesa.batch_run(kkb.KampungModel, {"scenario": scenario, "seed": [1, 2, 3]}, display_progress=False)
    >>> sorted({row["seed"] for row in rows})
    [1, 2, 3]
    """

    def __init__(
        self,
        scenario: Assumptions,
        draw: int = 0,
        replicate: int = 0,
        *,
        agent_class: type[VillageAgent] | None = None,
        villages: Villages | None = None,
        environment: Environment | None = None,
        collect_agents: bool = True,
        **kwargs: Unpack[Seed],
    ) -> None:
        require_assumptions(scenario)
        refuse_lacking(scenario)
        agent_class = agent_class or scenario.agent_class or VillageAgent
        self.seed = seed = _seed_of(**kwargs)
        refuse_below(0, draw=draw, replicate=replicate, seed=seed)
        self.villages = (scenario.districts[0] if villages is None else villages).ever
        # For a researcher's own agents; the law itself draws by address and consumes nothing.
        low, high = philox_key(seed, Process.TRANSITION, draw, f"mesa/{replicate}/{self.villages.district_code}")
        super().__init__(rng=int(low) + (int(high) << 32))
        self.assumptions = scenario
        self.year = scenario.origin
        if environment is None:
            trajectories = Trajectories.grid(range(draw, draw + 1), range(replicate, replicate + 1))
            parameters = scenario.parameters.draw(seed, draw + 1)
            environment = Environment(scenario, self.villages, parameters, trajectories, seed)
        self.environment = environment
        self._read_environment()
        listed = self.environment.initial_status()
        here = slice(self.villages.at_origin)
        level = self.environment.initial_level(listed)[here, 0].tolist()
        self.village_agents = [agent_class(self, position, STATUSES[status]) for position, status in enumerate(level)]
        for agent, shown in zip(self.village_agents, listed[here, 0].tolist(), strict=True):
            agent.listed = STATUSES[shown]
        self._agent_class, self._address = agent_class, (draw, replicate)
        self._some_are_blocked = bool(scenario.min_years) or self.villages.joins is not None
        self.some_wait = self._some_are_blocked or _overrides(agent_class, "waits", "may_rise")
        self.levels: list[int] = np.bincount(listed[here, 0], minlength=TOP + 1).tolist()
        self._levels_at_origin, self._past = self.levels, list[_Year]()
        self.mechanisms = AtWork(environment, single=True) if scenario.mechanisms else None
        self.heard: Heard | None = None
        self.began: Callable[[], None] = lambda: None
        self._risen: list[VillageAgent] = []
        self._recorded: list[Floats] = []
        self._own_met: list[Bools] = []
        self._now: Year | None = None
        self._before: Statuses | None = None
        self._near: dict[int, list[tuple[VillageAgent, float]]] = {}
        self.rises = self.falls = self.entries = 0
        self.datacollector = _data_collector(collect_agents)
        self.datacollector.collect(self)

    def __repr__(self) -> str:
        """Return one line: whose trajectory, its address, the year, and how many villages stand at each level."""
        address = f"draw {self._address[0]}, replicate {self._address[1]}, seed {self.seed}"
        levels = ", ".join(f"{number} {level}" for number, level in zip(self.levels, LEVELS, strict=True))
        of = f"{self.assumptions.name}, {self.villages.district}"
        return f"<{type(self).__name__} {of}, {address}, {self.year}: {levels}>"

    def step(self) -> None:
        """Simulate one year; beyond the last year of the scenario, warn and change nothing.

        Mesa's own runners step on: SolaraViz does so after its page is loaded again.
        """
        if self.year >= self.assumptions.years[-1]:
            self.running = False
            ends = f"the scenario ends in {self.assumptions.years[-1]}: no year was simulated; give it a longer horizon"
            warnings.warn(ends, stacklevel=3)
            return
        self.year += 1
        self._now = None
        status, listed = self._of_agents("status"), self._of_agents("listed")
        may_rise, blocked = status < TOP, None
        if self.some_wait:
            may_rise, waits = np.zeros(len(self.villages), np.bool_), np.ones(len(self.villages), np.bool_)
            for agent in self.village_agents:
                may_rise[agent.position], waits[agent.position] = agent.may_rise, agent.waits
            if self._some_are_blocked:
                blocked = waits[:, None]
        place = self._place(status)
        levels = self._levels(place)
        shown = levels if np.array_equal(status, listed) else self._levels(self._place(listed))
        self.environment.assist(self.year, listed[:, None], shown, blocked)
        chances = self.environment.chances(self.year, levels)
        self._began = chances, place, blocked
        _ = self.mechanisms and self.now  # as the year began
        self._look_up(chances)
        if self.mechanisms is not None:
            self.mechanisms.begin(self.year)
            self.began()
        villages = list(self.agents_by_type[self._agent_class])
        for agent in villages:
            agent.decide()
        # The methods as they stand above do nothing for most villages: only those of another class are always called.
        every = _overrides(self._agent_class, "change")
        changing = [agent for agent in villages if every or agent.next_status != agent.status]
        before = [agent.status for agent in changing]
        for agent in changing:
            agent.change()
        for agent in self._risen:
            agent.rose = False
        self._risen = [agent for agent, old in zip(changing, before, strict=True) if agent.status > old]
        for agent in self._risen:
            agent.rose = True
        every = _overrides(self._agent_class, "report")
        for agent in [agent for agent in villages if every or agent.listed != agent.status]:
            agent.report()
        self._welcome()
        self._before = status
        self._count(listed, (listed < TOP) & (may_rise | (status > listed)))
        if self.mechanisms is not None:
            self._judge(self.mechanisms)
        self.datacollector.collect(self)
        self.running = self.year < self.assumptions.years[-1]

    @property
    def now(self) -> Year:
        """How the villages stand, as arrays of shape (V, 1): in a year under way as when it began, else as it ended."""
        if self._now is None:
            status, listed = self._of_agents("status"), self._of_agents("listed")
            rose = np.zeros(status.shape, np.bool_)
            rose[[agent.position for agent in self._risen]] = True
            ended = len(self._past)
            self._now = Year(
                self.year,
                self.villages,
                status[:, None],
                listed[:, None],
                (status if self._before is None else self._before)[:, None],
                (self._past[-1].before if ended else listed)[:, None],
                self.villages.there(self.assumptions.years[0] + ended),
                rose[:, None],
                self.outcome.counts.of_year(ended - 1) if ended else None,
                self.assumptions.target,
                self.environment.programmes,
            )
        return self._now

    def _judge(self, mechanisms: AtWork) -> None:
        """Keep what mechanisms record at the end of the year, and whether a target of their own was met."""
        self._now = None
        mechanisms.record(self.village_agents, self.heard)
        self._recorded.append(mechanisms.records())
        if (met := mechanisms.met(self.now)) is not None:
            self._own_met.append(met)

    def near(self, village: VillageAgent) -> list[tuple[VillageAgent, float]]:
        """Return the neighbours of a village that have joined, and their weights."""
        if len(self._near) != len(self.village_agents):  # others have joined
            self._near = dict(self._neighbourhoods())
        return self._near[village.position]

    def _neighbourhoods(self) -> Iterator[tuple[int, list[tuple[VillageAgent, float]]]]:
        agents, network = {agent.position: agent for agent in self.village_agents}, self.villages.network
        for position, agent in agents.items():
            if network is not None:
                others, weights = network.neighbours(position), network.weights_of(position)
            else:
                here = np.flatnonzero(self.villages.subdistrict_index == agent.subdistrict_index)
                others, weights = here[here != position], np.ones(len(here) - 1)
            rows = zip(others.tolist(), weights.tolist(), strict=True)
            yield position, [(agents[other], weight) for other, weight in rows if other in agents]

    def odds_of_rising(self) -> Floats:
        """Return the odds with which each village went into the last year, shape (V, 1), by the standard law."""
        return self.environment.rise_odds(*self._began)

    def chances_of_falling(self) -> Floats:
        """Return the chance of falling of each village in the year that began last, given no rise, shape (V, 1)."""
        chances, status = self._began[0], self.now.status
        if chances.fall_effect is None:
            return self.environment.fall[status, [0]]
        return fall_chance(self.environment.fall_against[status, [0]], chances.fall_effect)

    def _welcome(self) -> None:
        """Let the villages join that do so at the end of this year."""
        for position in () if self.villages.joins is None else np.flatnonzero(self.villages.joins == self.year):
            agent = self._agent_class(self, int(position), Status.DASAR)
            agent.last_change = self.year
            self.village_agents.append(agent)

    def _of_agents(self, name: Literal["status", "listed"]) -> Statuses:
        """Return the level of every village, or what the list shows; the lowest of one that joins later."""
        # Bytes take small whole numbers several times faster than an array does.
        of_agents = np.frombuffer(bytes(map(attrgetter(name), self.village_agents)), np.int8)
        if self.villages.joins is None:
            return of_agents
        found = np.zeros(len(self.villages), dtype=np.int8)
        found[[agent.position for agent in self.village_agents]] = of_agents
        return found

    def _place(self, status: Statuses) -> Ints:
        """Return where each village's entry lies in a flat (K, 4, 1) table, shape (V, 1), as `places` does."""
        return ((TOP + 1) * self.villages.subdistrict_index + status)[:, None]

    def _levels(self, place: Ints) -> Ints:
        """Return how many villages stand where that were there when the year began, shape (K, 4, 1)."""
        there = place if self.villages.joins is None else place[self.villages.there(self.year)]
        return count_levels(there, self.villages)

    def _read_environment(self) -> None:
        """Unpack what no year changes into plain numbers, which agents read faster than arrays."""
        environment = self.environment
        self.fall: list[float] = environment.fall[:, 0].tolist()
        self.fall_against: list[float] = environment.fall_against[:, 0].tolist()
        self.rise_reaches = environment.rise_reaches[:, :, 0].tolist()
        self.fall_reaches = environment.fall_reaches[:, :, 0].tolist()
        self.village_factor = [1.0] * len(self.villages)
        if environment.village_factor is not None:
            self.village_factor = environment.village_factor[:, 0].tolist()
        self.rise_effect: list[float] | None = None
        self.fall_effect: list[float] | None = None

    def _look_up(self, chances: Chances) -> None:
        """Unpack the year's tables likewise."""
        self.rise_odds = chances.rise_odds[:, :, 0].tolist()
        self.uniform: list[float] = chances.uniform[:, 0].tolist()
        self.reports = [True] * len(self.villages) if chances.reports is None else chances.reports[:, 0].tolist()
        self.rise_effect = None if chances.rise_effect is None else chances.rise_effect[:, 0].tolist()
        self.fall_effect = None if chances.fall_effect is None else chances.fall_effect[:, 0].tolist()

    def _count(self, before: Statuses, can_rise: Bools) -> None:
        """Count the year, and keep what its outcome is made of."""
        after, there = self._of_agents("listed"), self.villages.there(self.year + 1)
        rose, inside = after > before, self.assumptions.target.level_mask
        self.rises, self.falls = int(np.count_nonzero(rose)), int(np.count_nonzero(after < before))
        self.entries = int(np.count_nonzero(rose & inside[after] & ~inside[before]))
        self.levels = np.bincount(after[there], minlength=TOP + 1).tolist()
        assisted = [programme.assisted[:, 0] for programme in self.environment.programmes]
        self._past.append(_Year(before, after, can_rise, there, assisted))

    @property
    def outcome(self) -> Outcome:
        """What the years so far leave behind, as the outcome of one trajectory."""
        outcome, inside = Outcome.empty((1,), self.assumptions, self.villages), self.assumptions.target.level_mask
        outcome.levels[0, 0] = self._levels_at_origin
        if not self._past:
            return outcome
        t = slice(len(self._past))
        before, after, can_rise, there, assisted = map(np.array, zip(*self._past, strict=True))
        rose, stands = after > before, (after[..., None] == STATUSES) & there[..., None]
        outcome.levels[0, 1:][t] = stands.sum(axis=1)
        outcome.can_rise[0, t] = ((before[..., None] == STATUSES) & can_rise[..., None]).sum(axis=1)
        outcome.rises[0, t], outcome.falls[0, t] = rose.sum(axis=1), (after < before).sum(axis=1)
        outcome.entries[0, t] = (rose & inside[after] & ~inside[before]).sum(axis=1)
        assisted = assisted.reshape(len(self._past), -1, len(self.villages))
        outcome.assisted[0, t] = assisted.sum(axis=2)
        risen = np.logical_or.accumulate(rose)
        outcome.risen[0] = np.packbits(risen[-1])
        sums = outcome.villages
        sums.rises[:, t], sums.risen[:, t] = rose.T, risen.T
        sums.status[:, t], sums.assisted[:, t] = stands.swapaxes(0, 1), assisted.transpose(2, 0, 1)
        for year, recorded in enumerate(self._recorded):
            outcome.record(year, 0, recorded)
        for year, met in enumerate(self._own_met):
            outcome.own_met[0, year] = met[0]
        return outcome


def _seed_of(*, seed: int | None = None, rng: int | None = None) -> int:
    """Return the seed that is stated by either name, or a new one."""
    if seed is not None and rng is not None:
        raise TypeError(f"seed and rng are two names for the same; give one: found seed={seed!r}, rng={rng!r}")
    stated = rng if seed is None else seed
    return secrets.randbits(SEED_BITS) if stated is None else stated


def _overrides(agent_class: type[VillageAgent], *names: str) -> bool:
    """Return whether a class has other methods or properties of these names than `VillageAgent`."""
    return any(getattr(agent_class, name) is not getattr(VillageAgent, name) for name in names)


def _is_from_0_to(number: object, most: float) -> bool:
    return isinstance(number, Real) and 0 <= float(number) <= most


def _data_collector(collect_agents: bool) -> mesa.DataCollector:
    """Return what keeps the district's counts, and every village's status where asked."""
    return mesa.DataCollector(
        model_reporters={
            "year": "year",
            **{level: _level_counter(Status(i)) for i, level in enumerate(LEVELS)},
            "rises": "rises",
            "falls": "falls",
            "entries": "entries",
            "seed": "seed",
        },
        agent_reporters={"village_code": "village_code", "status": lambda agent: agent.status.label}
        if collect_agents
        else None,
    )


def _level_counter(level: Status) -> Callable[[KampungModel], int]:
    return lambda model: model.levels[level]


def simulate(
    scenario: Assumptions,
    villages: Villages,
    parameters: Parameters,
    trajectories: Trajectories,
    seed: int,
    *,
    conditional: bool = False,
) -> Outcome:
    """Run a block of trajectories one by one; the outcome's leading axis is T, as in `batch.simulate`.

    One that an agent breaks off, by an exception or by asking to exit, is set aside; the others go on.
    """
    outcome = Outcome.empty((len(trajectories),), scenario, villages)
    odds = np.zeros((scenario.horizon if conditional else 0, len(villages.ever), len(trajectories)))
    addresses = zip(trajectories.draw.tolist(), trajectories.replicate.tolist(), strict=True)
    environments = Environment(scenario, villages.ever, parameters, trajectories, seed).apart()
    for column, ((draw, replicate), environment) in enumerate(zip(addresses, environments, strict=True)):
        model: KampungModel | None = None
        try:
            model = KampungModel(
                scenario,
                draw,
                replicate,
                seed=seed,
                villages=villages,
                environment=environment,
                collect_agents=False,
            )
            for t in range(scenario.horizon):
                model.step()
                if conditional:
                    odds[t, :, column] = model.odds_of_rising()[:, 0]
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a researcher's own code raises
            year = None if model is None else model.year
            outcome.kept[column] = False
            outcome.failures.append(
                Failure.of(error, scenario.own_classes, villages.district_code, (draw, replicate), year)
            )
        else:
            outcome.absorb(model.outcome, (np.array([column]),))
    if not conditional:
        return outcome
    return replace(
        outcome,
        enough_rise=np.stack(
            [
                chance_that_enough_rise(of_year, numbers_needed(scenario.target, outcome.levels[:, t])).T
                for t, of_year in enumerate(odds)
            ],
            axis=1,
        ),
    )
