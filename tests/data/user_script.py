"""What a researcher writes: an agent class of their own, a forecast with it, and one intervention more."""

from __future__ import annotations

import sys
from pathlib import Path

import simulation as kkb


class EagerVillage(kkb.VillageAgent):
    """A village that rises twice as readily while it is at the lowest level."""

    eagerness = 2.0

    def rise_odds(self) -> float:
        """Return the odds of rising this year."""
        odds = super().rise_odds()
        return odds * self.eagerness if self.status == kkb.Status.DASAR else odds


def chance_of_success(path: Path) -> float:
    """Return the chance that the target of the first year is met."""
    try:
        scenario: kkb.Scenario = kkb.load_scenario(path)
    except kkb.ScenarioError as error:
        for problem in error.problems:
            print(problem.file, problem.line, problem.message)
        raise
    forecast: kkb.Forecast = kkb.forecast(
        scenario, draws=4, replicates=2, seed=2025, engine="mesa", agent_class=EagerVillage
    )
    return float(forecast.years["probability_met"].astype(float).iloc[0])


def assisted(scenario: kkb.Scenario) -> kkb.Scenario:
    """Return the scenario with one intervention more."""
    effect: kkb.Distribution = kkb.lognormal_from_interval(1.6, 1.1, 2.3)
    return scenario.with_intervention(kkb.Intervention("pokja", starts=scenario.origin + 1, capacity=20), effect)


if __name__ == "__main__":
    print(kkb.__version__, chance_of_success(Path(sys.argv[1])))
