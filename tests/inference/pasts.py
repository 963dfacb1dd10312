"""Pasts of districts whose parameters are known: statuses village by village, written without the package's law."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit, logit

from simulation.domain.distributions import Distribution, Fixed
from simulation.domain.evidence import Counts, Evidence, Panel
from simulation.domain.parameters import DEFAULT_PRIORS, ParameterSet
from simulation.inference.calibration.likelihood import Likelihood

OUTSIDE = Path(__file__).parents[1] / "data" / "outside_cases"
"""Inputs and answers that nobody on this project produced."""
NEUTRAL = {
    "subdistrict_sd": 0.0,
    "district_sd": 0.0,
    "peer_odds_ratio": 1.0,
    "campaign.probability": 0.0,
    "campaign.odds_ratio": 1.0,
}
"""What kecamatan, peers and campaigns add, switched off."""


def outside(name: str) -> dict[str, Any]:
    """Return an outside case."""
    found: dict[str, Any] = json.loads((OUTSIDE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def known(
    priors: Mapping[str, Distribution | float] | None = None, interventions: tuple[str, ...] = ()
) -> ParameterSet:
    """Return the default priors, some of them replaced; what kecamatan and campaigns add is switched off."""
    values: dict[str, Distribution | float] = {**DEFAULT_PRIORS, **NEUTRAL, **(priors or {})}
    fixed = {k: Fixed(float(v)) if isinstance(v, int | float) else v for k, v in values.items()}
    return ParameterSet(fixed, interventions=interventions)


def yearly_matrix(truth: Mapping[str, float], push: float = 0.0) -> np.ndarray:
    """Return the transition matrix of a village whose log odds of rising are pushed; falls end below unless told."""
    rise = [expit(logit(truth[f"rise.{level}"]) + push) for level in ("dasar", "berkembang", "mandiri")]
    past_berkembang, past_mandiri, fall = truth["skip.berkembang"], truth["skip.mandiri"], truth["fall"]
    matrix = np.zeros((4, 4))
    matrix[0, 1:] = rise[0] * np.array(
        [1 - past_berkembang, past_berkembang * (1 - past_mandiri), past_berkembang * past_mandiri]
    )
    matrix[1, 2:] = rise[1] * np.array([1 - past_mandiri, past_mandiri])
    matrix[2, 3] = rise[2]
    on_berkembang, on_mandiri = (truth.get(f"fall_skip.{level}", 0.0) for level in ("berkembang", "mandiri"))
    falls = (1 - matrix.sum(axis=1)) * fall
    matrix[1, 0] = falls[1]
    matrix[2, :2] = falls[2] * np.array([on_berkembang, 1 - on_berkembang])
    matrix[3, :3] = falls[3] * np.array([on_mandiri * on_berkembang, on_mandiri * (1 - on_berkembang), 1 - on_mandiri])
    return matrix + np.diag(1 - matrix.sum(axis=1))


def simulate(truth: Mapping[str, float], start: np.ndarray, years: int, rng: np.random.Generator) -> np.ndarray:
    """Return statuses at the ends of `years` + 1 years, shape (villages, years + 1)."""
    lasting = truth["village_sd"] * rng.standard_normal(start.size)
    columns = [start]
    for _ in range(years):
        shock = truth["year_sd"] * rng.standard_normal()
        rows = [yearly_matrix(truth, push + shock)[s] for s, push in zip(columns[-1], lasting, strict=True)]
        columns.append(np.array([rng.choice(4, p=row) for row in rows]))
    return np.array(columns).T


def panel(status: np.ndarray, first: int = 2023, code: str = "63.99") -> Panel:
    """Return statuses as a panel of yearly dates."""
    years = tuple(range(first, first + status.shape[1]))
    return Panel(code, tuple(f"{code}.{i:04d}" for i in range(len(status))), years, status.astype(np.int8))


def counts(status: np.ndarray, first: int = 2023, place: str = "63.99") -> Counts:
    """Return only how many villages stood at each level."""
    dates = tuple(date(first + t, 12, 31) for t in range(status.shape[1]))
    return Counts(place, dates, np.array([np.bincount(column, minlength=4) for column in status.T]))


def of_panel(status: np.ndarray) -> Evidence:
    """Return a panel as evidence."""
    return Evidence(panels=(panel(status),))


def of_counts(status: np.ndarray) -> Evidence:
    """Return counts as evidence."""
    return Evidence(counts=(counts(status),))


def shocks(likelihood: Likelihood) -> tuple[tuple[str, int], ...]:
    """Return district and year of every shock, where a year has one alone."""
    return tuple((block.place, year) for block in likelihood.blocks for year in block.years if block.units)


def dimension(likelihood: Likelihood) -> int:
    """Return the number of scores, of the parameters and of the shocks."""
    return len(likelihood.names) + len(shocks(likelihood))


def log_likelihood(likelihood: Likelihood, scores: np.ndarray) -> np.ndarray:
    """Return the log-likelihood at scores of shape (P, dimension): those of the parameters, then of the shocks."""
    law, left = likelihood.law(scores[:, : len(likelihood.names)].T), scores[:, len(likelihood.names) :].T
    total = np.zeros(len(scores))
    for block in likelihood.blocks:
        here, left = left[: len(block.years)], left[len(block.years) :]
        total += block.log_likelihood(law, dict.fromkeys(block.units, here[:, None]))
    return total
