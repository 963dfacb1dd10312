"""What a status list shows: of each village the level of its last report.

The law moves true levels. A village reports its level in a year with some chance; in other years the list shows what
it showed before. Where every village reports every year, the list is the truth.
"""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Statuses
from .distributions import Fixed
from .law import of_places
from .parameters import ParameterKey, Parameters, ParameterSet
from .villages import Villages

REPORTING = ParameterKey("reporting.yearly")


def lists_late(parameters: ParameterSet) -> bool:
    """Return whether some villages may not report every year, so that lists may be behind."""
    return parameters.scalars.get(REPORTING, Fixed(1.0)) != Fixed(1.0)


def reporting_chance(parameters: Parameters) -> Floats | None:
    """Return the chance that a village reports in a year, shape (D,); None where all do in every year."""
    found = parameters.scales.get(REPORTING)
    return None if found is None or (found == 1).all() else found


def levels_behind(villages: Villages, parameters: Parameters) -> Statuses | None:
    """Return at which levels villages stood at the end of the origin year, whatever the list showed, shape (V, D).

    Of villages that join later it says nothing.

    None where the list is taken at its word: all report, or the past of some village is not known.
    """
    if reporting_chance(parameters) is None:
        return None
    found = of_places("village_level", villages.codes[: villages.at_origin], parameters)
    return None if found is None else found.astype(np.int8)
