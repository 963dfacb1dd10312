"""What a forecast assumes, and where these assumptions came from.

The engines take `Assumptions`; nothing in `Provenance` changes a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from .intervention import Intervention, Overlap
from .messages import Message
from .parameters import ParameterSet
from .target import Target
from .villages import MadeUpCounts, Villages

RESERVED_NAMES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(10))})
"""Names that no file or folder can have on every system."""


@dataclass(frozen=True, eq=False)
class Assumptions:
    """A named, complete set of assumptions and interventions: all that decides the numbers of a forecast.

    Attributes
    ----------
    name
        Machine name.
    origin, horizon
        Year of the last observed status; number of years ahead.
    districts
        The villages of each district.
    parameters, target, interventions, overlap, min_years
        The assumptions of the law (MODEL.md).
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

    @property
    def years(self) -> range:
        """The forecast years, origin + 1 … origin + horizon."""
        return range(self.origin + 1, self.origin + self.horizon + 1)

    @property
    def fixed(self) -> bool:
        """Whether every number is fixed, so that one draw says all."""
        return not self.parameters.uncertain and not any(
            isinstance(district.known, MadeUpCounts) for district in self.districts
        )

    def agrees_with(self, other: Assumptions) -> bool:
        """Return whether `other` holds the very same assumptions."""
        return all(getattr(self, one.name) == getattr(other, one.name) for one in fields(Assumptions))


@dataclass(frozen=True, eq=False)
class Provenance:
    """Where the assumptions of a scenario came from.

    Attributes
    ----------
    sources
        Scenario key -> where its number comes from (``stated; …``, ``estimated; …``, ``assumed; …``), for the keys
        that were given one.
    files
        Every file that was read, as named, -> SHA-256 of its content.
    changes
        What the overlays changed, one ``key: old -> new`` each.
    notes
        What a reader should know of how the files were read.
    table
        The village table, and its sheet in brackets where there are several, as shown; "" where there is none.
    read
        The assumptions that `sources` and `as_of` speak of; None where they speak of any.
    as_of
        The day that statuses or counts describe, YYYY-MM-DD.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    table: str = ""
    read: Assumptions | None = None
    as_of: str | None = None


@dataclass(frozen=True, eq=False)
class StatedAssumptions(Assumptions):
    """Assumptions with all that a scenario file says of them besides.

    Attributes
    ----------
    title, language
        Title per language (may be empty); language of what is shown, None for the reader's own.
    provinces
        District code -> province, where ``districts:`` is used.
    provenance
        Where the assumptions came from.
    """

    title: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    provinces: Mapping[str, str] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        """Keep titles in one order of languages, so that the same scenario is written alike however it was made."""
        object.__setattr__(self, "title", {code: self.title[code] for code in sorted(self.title, reverse=True)})
