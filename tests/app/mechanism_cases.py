"""Mechanisms and laws of one's own that are refused, one a case, for the texts in refusal_texts.txt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from districts import make_scenario, make_villages
from own_mechanisms import Everything, Keen, Nothing, Saturating

import simulation as kkb
from simulation.decision.trial import WHY_SIMULATED
from simulation.domain.messages import Refusal
from simulation.engine.forms import _refuse_other_course
from simulation.inputs.scenario import Scenario
from simulation.report.kinds.plan.words import OWN_LAW
from simulation.report.store import kept

POKJA = kkb.Intervention(name="pokja", starts=2026, capacity=2)


def _coba(mechanism: type[kkb.Mechanism] | None = None) -> Scenario:
    villages = make_villages((4, 2), status=[0, 1, 2, 0, 1, 0], columns={"terpencil": ["ya", "tidak"] * 3})
    scenario = make_scenario(villages, interventions=[POKJA], horizon=2)
    return scenario if mechanism is None else scenario.with_mechanism(mechanism)


def _saying(value: Any) -> type[kkb.Mechanism]:
    return type("Ganjil", (Nothing,), {"log_odds_of_all": lambda *_: value, "log_odds": lambda *_: 0.0})


def _with(**attributes: Any) -> Callable[[], object]:
    return lambda: _coba(type("Ganjil", (Nothing,), attributes))


def _run(mechanism: type[kkb.Mechanism]) -> Callable[[], object]:
    return lambda: kkb.forecast(_coba(mechanism), 2, 2, progress=False)


class _Judge(Everything):
    name = "hakim"

    def met(self, year: kkb.Year) -> Any:
        return year.rises


class _Broken(Nothing):
    def log_odds(self, village: Any) -> float:  # noqa: ARG002
        return 1 / 0


class _BrokenOfAll(Nothing):
    def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
        return 1 / 0


class _Idle(kkb.Mechanism):
    name = "diam"


class _Half(kkb.Mechanism):
    name = "separuh"

    def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
        return 0.0


def _other_course() -> None:
    scenario = _coba(Nothing)
    one, other = (kkb.forecast(scenario, 1, 1, seed, progress=False).ensemble_run for seed in (1, 5))
    assert one is not None
    assert other is not None
    _refuse_other_course(scenario, scenario.districts[0], one.outcomes[0], other.outcomes[0])


def _said(message: Any) -> Callable[[], object]:
    def refuse() -> None:
        raise Refusal(message)

    return refuse


def _kept(name: str) -> Callable[[], object]:
    part = {"name": name, "sort": "mechanism", "kept": "inputs/law/1", "state": {}}
    return lambda: kept.with_law(Path(), _coba(), [part])


FAULTY: dict[str, Callable[[], object]] = {
    "a mechanism without a name": _with(name="Besar Sekali"),
    "a mechanism with a name of the law": _with(name="rise", parameters={"dasar": 1.0}),
    "a mechanism with a reserved name": _with(parameters={"records": 1.0}),
    "a mechanism with a prior that is none": _with(parameters={"most": kkb.Exponentiated(kkb.Normal(0, 1))}),
    "a mechanism without records": _with(records=("helped",)),
    "a mechanism that does nothing": lambda: _coba(_Idle),
    "a mechanism that is vectorised alone": lambda: _coba(_Half),
    "a mechanism twice": lambda: _coba(Nothing).with_mechanism(Nothing),
    "two targets": lambda: _coba(Everything).with_mechanism(_Judge),
    "a parameter that a mechanism does not have": lambda: _coba(Saturating).with_(**{"saturating.mots": 1}),
    "a parameter of a mechanism that is missing": lambda: kkb.Scenario(
        **{**vars(_coba()), "mechanisms": (Saturating(),)}
    ),
}
_FALLS = {"fall_chance": lambda *_: 0.0, "fall_chance_of_all": lambda *_: 1.5}
REFUSED: dict[str, Callable[[], object]] = {
    "a mechanism that is not there": lambda: kkb.forecast(_coba().with_(**{"mechanisms.hakim.most": 1})),
    "exact results of a mechanism": lambda: kkb.forecast(_coba(Nothing), engine="exact"),
    "a calibration of a mechanism": lambda: kkb.calibrate(kkb.Evidence(), _coba(Nothing)),
    "the next datum of a mechanism": lambda: kkb.next_datum(_coba(Nothing)),
    "an explanation of a mechanism": lambda: kkb.explain(_coba(Nothing), "63.99.0001"),
    "villages of own agents": lambda: kkb.trajectories(_coba().with_agents(Keen)),
    "forms that do not say the same": _run(_saying(1.0)),
    "forms that take another course": _other_course,
    "a form that breaks off": _run(_Broken),
    "a vectorised form that breaks off": _run(_BrokenOfAll),
    "a form of another shape": _run(_saying(np.zeros(3))),
    "a form that says no number": _run(_saying(float("nan"))),
    "a form that says no chance": _run(type("Ganjil", (Nothing,), _FALLS)),
    "a target that is neither met nor not": _run(_Judge),
    "a plan of a mechanism": _said(WHY_SIMULATED["own_law"]),
    "a ranking of a mechanism": _said(OWN_LAW),
    "a mechanism of a notebook": _kept("Saturating"),
    "a mechanism within a function": _kept("desa.py:buat.<locals>.Saturating"),
}
