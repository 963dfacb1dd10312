"""The section `transition` of a scenario file as frozen models.

Knows the keys of the yearly law, their types and ranges; must not know where a value stands or how it is used.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Strict, Tag, model_validator
from pydantic_core import PydanticCustomError

from ..domain.constraints import Weight
from ..domain.parameters import ROW_SUM_WITHIN
from ..domain.status import LEVELS
from .distribution_schema import Frozen, OddsRatio, Probability, Share, Spread, Text, Years, kind_of


class MatrixRow(Frozen):
    """Yearly chances of the next level; those left out are 0."""

    dasar: Share = Field(0.0, description="Chance of dasar at the end of the year.")
    berkembang: Share = Field(0.0, description="Chance of berkembang at the end of the year.")
    mandiri: Share = Field(0.0, description="Chance of mandiri at the end of the year.")
    paripurna: Share = Field(0.0, description="Chance of paripurna at the end of the year.")
    effective_n: Annotated[Weight, Strict(), Field(allow_inf_nan=False)] | None = Field(
        None, description="Number of observations the row is worth (Dirichlet), 1 or more; left out: the row is known."
    )

    @property
    def four(self) -> tuple[float, ...]:
        """The chances in the order of the levels."""
        return tuple(getattr(self, level) for level in LEVELS)

    @model_validator(mode="after")
    def _sums_to_one(self) -> MatrixRow:
        total = sum(self.four)
        if abs(total - 1) > ROW_SUM_WITHIN:
            raise PydanticCustomError("row_sum", "sums to {total}", {"total": f"{total:.10g}"})
        return self


class Matrix(Frozen):
    """A yearly transition matrix; rows are the level at the start of the year."""

    dasar: MatrixRow = Field(description="From dasar.")
    berkembang: MatrixRow = Field(description="From berkembang.")
    mandiri: MatrixRow = Field(description="From mandiri.")
    paripurna: MatrixRow = Field(description="From paripurna.")


class Rise(Frozen):
    """Yearly chance of rising from each level."""

    dasar: Probability | None = Field(None, description="Chance of rising from dasar.")
    berkembang: Probability | None = Field(None, description="Chance of rising from berkembang.")
    mandiri: Probability | None = Field(None, description="Chance of rising from mandiri.")


class Fall(Frozen):
    """Yearly chance of falling one level, given no rise, from each level."""

    berkembang: Probability | None = Field(None, description="Chance of falling from berkembang.")
    mandiri: Probability | None = Field(None, description="Chance of falling from mandiri.")
    paripurna: Probability | None = Field(None, description="Chance of falling from paripurna.")


class Skip(Frozen):
    """Chance that a rise goes on past a level."""

    berkembang: Probability | None = Field(None, description="Chance that a rise goes on past berkembang.")
    mandiri: Probability | None = Field(None, description="Chance that a rise goes on past mandiri.")


class Campaign(Frozen):
    """Rare years in which the whole district bursts upward."""

    probability: Probability | None = Field(None, description="Chance that a year is a campaign year.")
    odds_ratio: OddsRatio | None = Field(None, description="Odds ratio of rising in a campaign year.")


def _levels_kind(value: Any) -> str:
    return "levels" if isinstance(value, dict) and kind_of(value) == "unknown" else "one"


class Transition(Frozen):
    """How villages move in a year; each key left out keeps its default prior."""

    matrix: Matrix | None = Field(None, description="Yearly transition matrix, instead of rise, fall and skip.")
    rise: Rise | None = Field(None, description="Yearly chance of rising, per level.")
    fall: (
        Annotated[Annotated[Probability, Tag("one")] | Annotated[Fall, Tag("levels")], Discriminator(_levels_kind)]
        | None
    ) = Field(None, description="Yearly chance of falling one level given no rise: one for all levels, or per level.")
    skip: (
        Annotated[Annotated[Probability, Tag("one")] | Annotated[Skip, Tag("levels")], Discriminator(_levels_kind)]
        | None
    ) = Field(None, description="Chance that a rise goes on past a level: one for both, or per level.")
    village_sd: Spread | None = Field(None, description="Lasting differences between villages, sd of log odds.")
    year_sd: Spread | None = Field(None, description="Good and bad years of the district, sd of log odds.")
    subdistrict_sd: Spread | None = Field(None, description="Good and bad years of a kecamatan, sd of log odds.")
    peer_odds_ratio: OddsRatio | None = Field(
        None, description="Odds ratio of rising where all other villages of the kecamatan stand higher."
    )
    campaign: Campaign | None = Field(None, description="Rare years in which the whole district bursts upward.")
    min_years: Years = Field(0, description="Whole years at a level before a village may rise.")
    covariates: dict[str, OddsRatio] = Field({}, description="Odds ratio of rising per unit of a numeric column.")
    parameters_from: Text | None = Field(None, description="Parquet file of draws written by calibrate.")
