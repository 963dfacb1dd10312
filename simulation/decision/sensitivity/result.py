"""What a sensitivity analysis says: every uncertain parameter, and its share of the variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...domain.messages import Message
from ...engine.effort import Effort
from ...inputs.scenario import Scenario
from ..trial import Engine

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("parameter", "mu_star", "first", "total", "total_q05", "total_q95")
_NAMED = 3


@dataclass(frozen=True)
class Driver:
    """One uncertain parameter.

    Attributes
    ----------
    name
        As in the scenario.
    mu_star
        Mean absolute change of the chance when the parameter alone moves from its 5% to its 95% quantile.
    first, total
        Share of the variance that goes when it alone is known; that stays when all others are known. None where
        screening left it out.
    interval90
        Of `total`, from resampling the design.
    """

    name: str
    mu_star: float
    first: float | None
    total: float | None
    interval90: tuple[float, float] | None


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What the chance of meeting the target depends on.

    Attributes
    ----------
    scenario, year, engine, seed
        What was looked at, in which year, and how the chance was found.
    effort
        Points of the variance design, and replicates at each.
    why_not_exact
        Why the exact engine was not used.
    mean, sd
        Of P(met | parameters) over what is uncertain.
    drivers
        Every uncertain parameter, the most important first.
    rest
        Total share of all parameters that screening left out, together; None where it left out none.
    asked_effort, asked_engine
        What was asked for: base points and replicates; the engine, None where it was left open.
    """

    scenario: Scenario
    year: int
    engine: Engine
    seed: int
    effort: Effort
    why_not_exact: tuple[Message, ...]
    mean: float
    sd: float
    drivers: tuple[Driver, ...]
    rest: float | None
    asked_effort: Effort
    asked_engine: Engine | None

    @property
    def interplay(self) -> float:
        """Share of the variance that belongs to no parameter alone, 0 where there is no variance."""
        alone = sum(max(0.0, driver.first or 0.0) for driver in self.drivers)
        return max(0.0, 1.0 - alone) if self.sd > 0 else 0.0

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter, the most important first: what ``sensitivity.csv`` shows.

        Shares are empty where screening left the parameter out.
        """
        import pandas as pd

        rows = [
            (driver.name, driver.mu_star, driver.first, driver.total, *(driver.interval90 or (None, None)))
            for driver in self.drivers
        ]
        return pd.DataFrame(rows, columns=[*_COLUMNS]).astype(dict.fromkeys(_COLUMNS[1:], "float64"))

    def __repr__(self) -> str:
        """Return one line: the chance, how far it is open, and the parameters that it hangs on most."""
        shares = ", ".join(f"{one.name} {one.total:.2f}" for one in self.drivers[:_NAMED] if one.total is not None)
        chance = f"P(met in {self.year}) {self.mean:.3f}, sd {self.sd:.3f}"
        return f"<Sensitivity {self.scenario.name}, {chance}: {shares}>"

    def _repr_html_(self) -> str:
        """Return the table of parameters, for notebooks."""
        return self.parameters.to_html(index=False, float_format=lambda x: f"{x:.3f}", na_rep="")
