"""A scenario: read, extended, checked whole, and resolved into what the engines take.

Knows how files become a `Scenario`; must not know how one is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..domain.intervention import Intervention, Overlap
from ..domain.parameters import ParameterSet
from ..domain.target import Target
from ..domain.villages import Villages


@dataclass(frozen=True, eq=False)
class Scenario:
    """A named, complete set of assumptions and interventions, checked and ready to run.

    Attributes
    ----------
    name, title, language
        Machine name; title per language (may be empty); language of what is shown.
    origin, horizon
        Year of the last observed status; number of years ahead.
    districts
        The villages of each district; one, except where ``districts:`` is used.
    parameters, interventions, overlap, target, min_years
        The law's assumptions (MODEL.md).
    document
        The scenario as resolved, every default filled in: plain data that JSON can hold.
    sources
        Scenario key -> where the number comes from (``stated; …``, ``estimated; …``, ``assumed; …``).
    files
        Every file that was read, as named, -> SHA-256 of its content.
    changes
        What the overlays changed, one ``key: old -> new`` each.
    """

    name: str
    origin: int
    horizon: int
    districts: tuple[Villages, ...]
    parameters: ParameterSet
    target: Target = field(default_factory=Target)
    interventions: tuple[Intervention, ...] = ()
    overlap: Overlap = "diminishing"
    min_years: int = 0
    title: Mapping[str, str] = field(default_factory=dict)
    language: str = "id"
    document: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    @property
    def years(self) -> range:
        """The forecast years, origin + 1 … origin + horizon."""
        return range(self.origin + 1, self.origin + self.horizon + 1)

    @property
    def fixed(self) -> bool:
        """Whether every number is fixed, so that one draw says all."""
        return not self.parameters.uncertain and not any(district.synthetic for district in self.districts)
