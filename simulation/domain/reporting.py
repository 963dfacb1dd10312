"""What a status list shows: of each village the level of its last report.

The law moves true levels. A village reports its level in a year with some chance; in other years the list shows what
it showed before. Where every village reports every year, the list is the truth.
"""

from __future__ import annotations

import numpy as np

from .arrays import Bools, Floats, Statuses
from .distributions import Fixed
from .law import of_places
from .parameters import ParameterKey, Parameters, ParameterSet
from .randomness import Process, Trajectories, uniforms
from .villages import Villages

REPORTING = ParameterKey("reporting.yearly")


def lists_late(parameters: ParameterSet) -> bool:
    """Return whether some villages may not report every year, so that lists may be behind."""
    return parameters.scalars.get(REPORTING, Fixed(1.0)) != Fixed(1.0)


def reporting_chance(parameters: Parameters) -> Floats | None:
    """Return the chance that a village reports in a year, shape (D,); None where all do in every year."""
    found = parameters.scales.get(REPORTING)
    return None if found is None or (found == 1).all() else found


def reports(
    villages: Villages, parameters: Parameters, trajectories: Trajectories, seed: int, year: int
) -> Bools | None:
    """Return which villages report their level at the end of a year, shape (V, T); None where all do."""
    yearly = reporting_chance(parameters)
    if yearly is None:
        return None
    return uniforms(seed, Process.REPORT, year, villages.units, trajectories) < yearly[trajectories.draw]


def levels_behind(villages: Villages, parameters: Parameters) -> Statuses | None:
    """Return at which levels villages stood at the end of the origin year, whatever the list showed, shape (V, D).

    Of villages that join later it says nothing.

    None where the list is taken at its word: all report, or the past of some village is not known.
    """
    if reporting_chance(parameters) is None:
        return None
    found = of_places("village_level", villages.codes[: villages.at_origin], parameters)
    return None if found is None else found.astype(np.int8)
