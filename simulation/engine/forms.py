"""Both forms of a mechanism held against each other: what it says of one village, and of all of them at once.

Before arrays run, a few trajectories are simulated by agents. Each answer of a village is held against that of the
vectorised form for the same state, which may differ by rounding alone; then whole trajectories of both engines, which
may not differ in a bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..domain.arrays import Floats
from ..domain.messages import Message
from ..domain.parameters import Parameters
from ..domain.randomness import Trajectories
from ..domain.scenario import Assumptions
from ..domain.villages import Villages
from .environment import Environment
from .failure import Failure
from .mechanisms import AtWork, MechanismError
from .outcome import Outcome

if TYPE_CHECKING:
    from .model import KampungModel

DRAWS, REPLICATES = 3, 2
"""Of the trajectories that are looked at; where there is one draw, as many replicates as these make."""
MOST_VILLAGES = 2_000
"""Of the districts that are looked at, in all, beyond the first."""
ROUNDING = 1e-12
"""By how much two answers may differ, beside their size: sums are added up in another order."""
_REMEMBERED = 64

OTHER_ANSWER = Message(
    "{method} and {method}_of_all of {mechanism} do not say the same: of the village {village} in {year} the one says "
    "{one}, the other {other} (draw {draw}, replicate {replicate})"
)
OTHER_COURSE = Message(
    "agents and arrays take another course with {mechanism}, though they said the same of every village: {village} in "
    "{year} has {what} {one} by agents, {other} by arrays; what a mechanism keeps from one year to the next belongs "
    "into its records"
)
BROKE_OFF = Message(
    "{mechanism} cannot be compared with its vectorised form, for the form for one village broke off: {error}, {place}"
)
OF_ALL_BROKE_OFF = Message("the vectorised form of {mechanism} broke off: {error}, {place}")

_found: OrderedDict[Any, None] = OrderedDict()
"""The laws whose forms were found to agree."""


def refuse_other_form(scenario: Assumptions, parameters: Parameters, seed: int) -> None:
    """Raise a `MechanismError` where the two forms of a mechanism differ on a few trajectories.

    A law that was found to agree is not looked at again in the same process.
    """
    if not scenario.mechanisms:
        return
    plans = tuple(plan.name for plan in scenario.interventions)
    key = (scenario.mechanisms, scenario.districts, plans, seed)
    if key in _found:
        return
    drawn = min(DRAWS, len(parameters.rise))
    trajectories = Trajectories.grid(range(drawn), range(DRAWS * REPLICATES // drawn))
    looked_at = 0
    for villages in scenario.districts:
        if looked_at and looked_at + len(villages) > MOST_VILLAGES:
            break
        looked_at += len(villages)
        _compare(scenario, villages, parameters, trajectories, seed)
    _found[key] = None
    if len(_found) > _REMEMBERED:
        _found.popitem(last=False)


def _compare(
    scenario: Assumptions, villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int
) -> None:
    from . import batch, model

    by_agents = Outcome.empty((len(trajectories),), scenario, villages)
    environments = Environment(scenario, villages.ever, parameters, trajectories, seed).apart()
    for column, environment in enumerate(environments):
        draw, replicate = int(trajectories.draw[column]), int(trajectories.replicate[column])
        address = {"draw": draw, "replicate": replicate}
        watched = model.KampungModel(
            scenario, draw, replicate, seed=seed, villages=villages, environment=environment, collect_agents=False
        )
        both = _Both(watched, AtWork(environment), address)
        try:
            for _ in scenario.years:
                watched.step()
        except MechanismError:
            raise
        except Exception as error:
            raise _broken_off(OF_ALL_BROKE_OFF if both.asks_of_all else BROKE_OFF, scenario, error) from error
        by_agents.absorb(watched.outcome, (np.array([column]),))
    try:
        by_arrays = batch.simulate(scenario, villages, parameters, trajectories, seed)
    except MechanismError:
        raise
    except Exception as error:
        raise _broken_off(OF_ALL_BROKE_OFF, scenario, error) from error
    _refuse_other_course(scenario, villages, by_agents, by_arrays)


def _broken_off(message: Message, scenario: Assumptions, error: Exception) -> MechanismError:
    failure = Failure.of(error, scenario.own_classes, "", (0, 0), None)
    return MechanismError(message.filled(mechanism=_names(scenario), error=failure.error, place=failure.place))


def _names(scenario: Assumptions) -> str:
    return ", ".join(mechanism.name for mechanism in scenario.mechanisms)


class _Both:
    """A model whose agents' answers are held against those of the vectorised forms as they come.

    Attributes
    ----------
    asks_of_all
        Whether a vectorised form is being asked.
    """

    def __init__(self, model: KampungModel, of_all: AtWork, address: dict[str, int]) -> None:
        self._model, self._of_all, self._address = model, of_all, address
        self._answers: dict[tuple[int, str], Floats] = {}
        self.asks_of_all = False
        model.heard, model.began = self._heard, self._begin

    def _begin(self) -> None:
        """Ask the vectorised forms, before any village decides."""
        model = self._model
        self.asks_of_all = True
        self._of_all.begin(model.year)
        steps = [*self._of_all.steps_of_all(model.now, model.odds_of_rising())]
        steps += self._of_all.fall_steps_of_all(model.now, model.chances_of_falling)
        self._answers = {(place, method): values for place, method, values in steps}
        self.asks_of_all = False

    def _heard(self, place: int, method: str, village: int, answer: float) -> None:
        if (place, method) not in self._answers:  # the first that is recorded of the year
            self.asks_of_all = True
            self._of_all.record_of_all(self._model.now)
            self.asks_of_all = False
            recorded = enumerate(self._of_all.recorded)
            self._answers |= {
                (at, f"record {name}"): array.copy() for at, kept in recorded for name, array in kept.items()
            }
        other = float(self._answers[place, method][village, 0])
        if not abs(answer - other) <= ROUNDING * (1 + abs(other)):
            model, mechanism = self._model, self._model.assumptions.mechanisms[place]
            raise MechanismError(
                OTHER_ANSWER.filled(
                    mechanism=mechanism.name,
                    method=method.partition(" ")[0],
                    village=model.villages.codes[village],
                    year=model.year,
                    one=repr(answer),
                    other=repr(other),
                    **self._address,
                )
            )


def _refuse_other_course(scenario: Assumptions, villages: Villages, agents: Outcome, arrays: Outcome) -> None:
    """Raise a `MechanismError` where whole trajectories differ in a single bit."""
    looked_at: dict[str, Callable[[Outcome], Any]] = {
        "status": lambda outcome: outcome.villages.status,
        "rises": lambda outcome: outcome.villages.rises,
        "records": lambda outcome: outcome.villages.records,
        "assisted": lambda outcome: outcome.villages.assisted,
        "levels": lambda outcome: outcome.levels[:, 1:],
        "own_met": lambda outcome: outcome.own_met,
    }
    for what, of in looked_at.items():
        one, other = of(agents), of(arrays)
        if np.array_equal(one, other):
            continue
        row, year, *_ = np.argwhere(one != other)[0].tolist()
        of_villages = what in {"status", "rises", "records", "assisted"}
        raise MechanismError(
            OTHER_COURSE.filled(
                mechanism=_names(scenario),
                village=villages.ever.codes[row] if of_villages else villages.district,
                year=scenario.years[year],
                what=what,
                one=str(one[row, year].tolist()),
                other=str(other[row, year].tolist()),
            )
        )
