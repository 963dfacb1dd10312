"""Mechanisms for tests; those of the command line are read from this file."""

# ruff: noqa: D102, RUF012  methods and attributes of a mechanism stand as a researcher writes them
from __future__ import annotations

from typing import Any

import numpy as np

import simulation as kkb


class Nothing(kkb.Mechanism):
    """Adds 0 to the log odds."""

    name = "nothing"

    def log_odds(self, village: Any) -> float:  # noqa: ARG002
        return 0.0

    def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
        return 0.0


class Saturating(kkb.Mechanism):
    """What a village gets from the intervention pokja: less and less the higher its dose."""

    name = "saturating"
    parameters = {"most": kkb.lognormal_from_interval(0.8, 0.4, 1.6)}
    sources = {"most": "assumed; for tests"}
    records = ("helped",)

    def log_odds(self, village: Any) -> float:
        dose = village.dose("pokja")
        return self.most * dose / (1 + dose)  # type: ignore[attr-defined]

    def log_odds_of_all(self, year: kkb.Year) -> Any:
        dose = year.dose("pokja")
        return self.most * dose / (1 + dose)  # type: ignore[attr-defined]

    def record(self, village: Any) -> dict[str, float]:
        return {"helped": village.assisted("pokja")}

    def record_of_all(self, year: kkb.Year) -> dict[str, Any]:
        return {"helped": year.assisted("pokja")}


class Everything(kkb.Mechanism):
    """All that a mechanism can do, by neighbours, luck of every kind, records, falls and a target of its own."""

    name = "everything"
    parameters = {"strength": kkb.Normal(0.4, 0.2), "brake": 0.5}
    uniforms = {
        "own": kkb.Uniform(),
        "shared": kkb.Uniform("subdistrict"),
        "once": kkb.Uniform("district", lasting=True),
    }
    records = ("near", "met_someone")
    strength: Any
    brake: Any

    def _added(self, rose: Any, near: Any, place: Any) -> Any:
        return self.strength * rose + 0.1 * near * self.uniform("once", place) + 0.2 * self.uniform("shared", place)

    def log_odds(self, village: Any) -> float:
        return float(self._added(village.rose, self.recorded("near", village), village))

    def log_odds_of_all(self, year: kkb.Year) -> Any:
        return self._added(year.rose, self.recorded("near", year), year)

    def rise_odds(self, village: Any, odds: float) -> float:
        return odds / (1 + 0.1 * odds) if village.column("terpencil") == "ya" else odds

    def rise_odds_of_all(self, year: kkb.Year, odds: Any) -> Any:
        return np.where(year.column("terpencil") == "ya", odds / (1 + 0.1 * odds), odds)

    def fall_chance(self, village: Any, chance: float) -> float:
        return chance * (self.brake if village.of_neighbours(lambda other: other.rose) else 1.0)

    def fall_chance_of_all(self, year: kkb.Year, chance: Any) -> Any:
        return chance * np.where(year.of_neighbours(year.rose) > 0, self.brake, 1.0)

    def record(self, village: Any) -> dict[str, float]:
        near = village.of_neighbours(lambda other: int(other.status))
        return {"near": near, "met_someone": self.uniform("own", village) < 0.3}

    def record_of_all(self, year: kkb.Year) -> dict[str, Any]:
        return {"near": year.of_neighbours(year.status), "met_someone": self.uniform("own", year) < 0.3}

    def met(self, year: kkb.Year) -> Any:
        return self.recorded("met_someone", year).sum(axis=0) + year.rises >= year.needed + 2


class OfVillages(Everything):
    """The same, known of single villages only."""

    log_odds_of_all = kkb.Mechanism.log_odds_of_all


class Tripled(kkb.Mechanism):
    """Odds ratio 3, whatever happens."""

    name = "tripled"
    parameters = {"log_odds_ratio": float(np.log(3.0))}
    log_odds_ratio: Any

    def log_odds(self, village: Any) -> float:  # noqa: ARG002
        return self.log_odds_ratio

    def log_odds_of_all(self, year: kkb.Year) -> Any:  # noqa: ARG002
        return self.log_odds_ratio


class Keen(kkb.VillageAgent):
    """Half as likely again, by its odds."""

    inputs = ()

    def rise_odds(self) -> float:
        return 1.5 * super().rise_odds()
