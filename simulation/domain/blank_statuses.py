"""Where villages may stand whose status at the origin is blank: what the law makes of the last that is known."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Ints
from .law import OfVillage, acting, learned_of_villages, left_to_chance, luck_of_one_village
from .parameters import ParameterKey, Parameters, transition_matrix
from .status import LEVELS, UNKNOWN
from .status_knowledge import MissingStatuses
from .transition import chance, factor, odds
from .villages import Villages

_NODES = 15
"""Where the luck of a village is looked at."""


def chances_at_origin(villages: Villages, known: MissingStatuses, parameters: Parameters, origin: int) -> Floats:
    """Return the chance of each level for the villages without a status, shape (B, 4, D).

    Where an earlier status is known, the law leads on from it: with what is seen of the village, with what draws of a
    calibration say of it and of its district, and with all other luck averaged over, that of every year by itself;
    without neighbours, assistance and `min_years`. Where none is known the chances are the shares of the villages
    whose status is. Draws of a calibration that say where a village stood are taken at their word.
    """
    rows = np.flatnonzero(known.levels == UNKNOWN)
    draws, shares = len(parameters.rise), known.known / known.known.sum()
    found = np.broadcast_to(shares[:, None], (len(rows), len(LEVELS), draws)).copy()
    followed = known.earlier[rows] != UNKNOWN
    if followed.any():
        yearly = _yearly_matrices(villages, parameters, rows[followed])
        ages = origin - known.earlier_years[rows[followed]]
        now = np.repeat(np.eye(len(LEVELS))[known.earlier[rows[followed]]][..., None], draws, axis=2)
        for age in range(1, int(ages.max()) + 1):
            moved = np.stack([sum(now[:, s] * yearly[:, s, d] for s in range(4)) for d in range(4)], axis=1)
            now = np.where((ages >= age)[:, None, None], moved, now)
        found[followed] = now
    for place, row in enumerate(rows):
        learned = parameters.scales.get(ParameterKey("village_status", villages.codes[row]))
        if learned is not None:
            found[place] = np.arange(len(LEVELS))[:, None] == learned
    return found


def _yearly_matrices(villages: Villages, parameters: Parameters, rows: Ints) -> Floats:
    """Return how some villages move in a year, whatever its luck, shape (B, 4, 4, D)."""
    log_odds = np.zeros((len(rows), len(parameters.rise)))
    for term in acting(parameters):
        if isinstance(term.regressor, OfVillage):
            log_odds += term.regressor.value(villages)[rows, None] * term.coefficient(parameters)
    if (learned := learned_of_villages(villages, parameters)) is not None:
        log_odds += learned[rows]
    rise = np.zeros((len(rows), len(LEVELS), len(parameters.rise)))
    for luck, weight in luck_of_one_village(left_to_chance(villages, parameters), _NODES):
        rise += weight * chance(odds(parameters.rise).T * factor(log_odds + luck)[:, None])
    reaches = parameters.rise_reaches, parameters.fall_reaches
    none, every = np.zeros_like(parameters.rise), np.ones_like(parameters.rise)
    up, otherwise = transition_matrix(every, none, *reaches), transition_matrix(none, parameters.fall, *reaches)
    rise = rise[:, :, None]
    return np.asarray(rise * np.moveaxis(up, 0, -1) + (1 - rise) * np.moveaxis(otherwise, 0, -1))
