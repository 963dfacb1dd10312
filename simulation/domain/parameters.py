"""The parameters of the law: their default priors and their addressed draws.

Knows the name, scale and default of every parameter; must not know how a village uses them.
Names are those of the scenario file: ``rise.dasar``, ``year_sd``, ``pokja.odds_ratio_rise``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .distributions import Beta, Dirichlet, Distribution, Empirical, Exponentiated, HalfNormal, LogitNormal, Normal
from .randomness import parameter_uniforms, row_order
from .status import LEVELS

Floats = NDArray[np.float64]

DEFAULT_PRIORS: dict[str, Distribution] = {
    "rise.dasar": LogitNormal(-2.94, 0.8),
    "rise.berkembang": LogitNormal(-2.30, 0.8),
    "rise.mandiri": LogitNormal(-0.60, 1.2),
    "fall": LogitNormal(-4.0, 1.0),
    "skip.berkembang": Beta(1, 9),
    "skip.mandiri": Beta(6, 2),
    "village_sd": HalfNormal(0.7),
    "year_sd": HalfNormal(0.7),
    "subdistrict_sd": HalfNormal(0.4),
    "peer_odds_ratio": Exponentiated(HalfNormal(0.5)),
    "campaign.probability": Beta(1, 9),
    "campaign.odds_ratio": Exponentiated(Normal(2.5, 0.7)),
}
"""Where a district has no data of its own (MODEL.md, "Input data")."""

INTERVENTION_PRIOR: Distribution = Exponentiated(Normal(0.25, 0.25))
"""Odds ratio of rising under an intervention at full dose: a placeholder for local elicitation."""


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
    village_sd, year_sd, subdistrict_sd
        Shape (D,): spreads on the log-odds scale.
    peer_log_odds, campaign_probability, campaign_log_odds
        Shape (D,).
    covariate_log_odds
        Column name -> shape (D,): log odds ratio per unit.
    rise_log_odds_ratio, fall_log_odds_ratio
        Shape (D, J): interventions at full dose, in the order of the scenario.
    """

    rise: Floats
    fall: Floats
    rise_reaches: Floats
    fall_reaches: Floats
    village_sd: Floats
    year_sd: Floats
    subdistrict_sd: Floats
    peer_log_odds: Floats
    campaign_probability: Floats
    campaign_log_odds: Floats
    covariate_log_odds: Mapping[str, Floats]
    rise_log_odds_ratio: Floats
    fall_log_odds_ratio: Floats

    @property
    def matrix(self) -> Floats:
        """Shape (D, 4, 4): the yearly transition matrix of a typical village in a typical year."""
        return transition_matrix(self.rise, self.fall, self.rise_reaches, self.fall_reaches)


@dataclass(frozen=True, eq=False)
class ParameterSet:
    """What is known of every parameter: a number or a distribution for each name.

    Attributes
    ----------
    scalars
        Name -> distribution, on the scale of the scenario key (probabilities, odds ratios, spreads).
        Per-level names (``fall.mandiri``, ``skip.mandiri``) win over a common one (``fall``, ``skip``).
    matrix
        One row a level, each four numbers summing to 1 or a Dirichlet; None where the law is given
        by ``rise``, ``fall`` and ``skip``.
    interventions, covariates
        Names, in the order of the scenario.
    defaulted
        Names that the scenario left to their default prior.
    blocks
        The data blocks behind calibrated draws, e.g. ``("panel",)``; empty without local data.
    """

    scalars: Mapping[str, Distribution]
    matrix: tuple[tuple[float, ...] | Dirichlet, ...] | None = None
    interventions: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()
    defaulted: frozenset[str] = frozenset()
    blocks: tuple[str, ...] = ()

    @cached_property
    def uncertain(self) -> tuple[str, ...]:
        """Names of the parameters that differ from draw to draw."""
        rows = self.matrix or ()
        dirichlet = [f"matrix.{level}" for level, row in zip(LEVELS, rows, strict=False) if isinstance(row, Dirichlet)]
        return (*dirichlet, *(name for name, value in self.scalars.items() if not value.fixed))

    def sample(self, seed: int, draws: int) -> dict[str, Floats]:
        """Return the draws of every scalar parameter, name -> shape (draws,).

        Rows of a file of draws are taken in an addressed random order, and again from the top where the
        file is shorter.
        """
        uniform = dict(zip(self.scalars, parameter_uniforms(seed, tuple(self.scalars), draws), strict=True))
        return {
            name: np.resize(value.values[row_order(seed, value.values.size)], draws)
            if isinstance(value, Empirical)
            else value.quantile(uniform[name])
            for name, value in self.scalars.items()
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
                np.array([values[f"{name}.odds_ratio_{direction}"] for name in self.interventions])
                .reshape(len(self.interventions), draws)
                .T
            )
            for direction in ("rise", "fall")
        }
        return Parameters(
            rise=rise,
            fall=fall,
            rise_reaches=rise_reaches,
            fall_reaches=fall_reaches,
            village_sd=values["village_sd"],
            year_sd=values["year_sd"],
            subdistrict_sd=values["subdistrict_sd"],
            peer_log_odds=np.log(values["peer_odds_ratio"]),
            campaign_probability=values["campaign.probability"],
            campaign_log_odds=np.log(values["campaign.odds_ratio"]),
            covariate_log_odds={name: np.log(values[f"covariates.{name}"]) for name in self.covariates},
            rise_log_odds_ratio=log_ratios["rise"],
            fall_log_odds_ratio=log_ratios["fall"],
        )

    def sample_matrix(self, seed: int, draws: int) -> Floats:
        """Return the matrix of every draw, shape (draws, 4, 4); only where there is one."""
        matrix = np.empty((draws, 4, 4))
        for s, row in enumerate(self.matrix or ()):
            if isinstance(row, Dirichlet):
                names = tuple(f"matrix.{LEVELS[s]}.{level}" for level in LEVELS)
                matrix[:, s] = row.quantile(parameter_uniforms(seed, names, draws).T)
            else:
                matrix[:, s] = row
        return matrix


def from_shorthand(values: Mapping[str, Floats], draws: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Turn ``rise``, ``fall`` and ``skip`` into the law's four arrays (MODEL.md, "Transition")."""
    rise, fall = np.zeros((draws, 4)), np.zeros((draws, 4))
    for s, level in enumerate(LEVELS):
        if s < 3:
            rise[:, s] = values[f"rise.{level}"]
        if s > 0:
            fall[:, s] = values[f"fall.{level}"] if f"fall.{level}" in values else values["fall"]
    past_berkembang, past_mandiri = (
        values[f"skip.{level}"] if f"skip.{level}" in values else values["skip"] for level in LEVELS[1:3]
    )
    rise_reaches, fall_reaches = np.zeros((draws, 4, 4)), np.zeros((draws, 4, 4))
    rise_reaches[:, 0, 1] = rise_reaches[:, 1, 2] = rise_reaches[:, 2, 3] = 1
    rise_reaches[:, 0, 2] = past_berkembang
    rise_reaches[:, 0, 3] = past_berkembang * past_mandiri
    rise_reaches[:, 1, 3] = past_mandiri
    fall_reaches[:, 1, 0] = fall_reaches[:, 2, 1] = fall_reaches[:, 3, 2] = 1
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
