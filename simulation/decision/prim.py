"""Boxes in which failures are frequent: the patient rule induction method (PRIM) for scenario discovery.

Friedman & Fisher (1999), *Bump hunting in high-dimensional data*; Bryant & Lempert (2010), *Thinking inside the box*.
Peeling takes off, again and again, the thin slice of the box whose loss raises the share of failures most; pasting
adds slices back while that still raises it. Objective and quantiles are those of the EMA Workbench, whose trajectories
these are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..domain.arrays import Bools, Floats

SLICE = 0.05
"""Share of the points in a box that one step peels off or pastes on."""
LEAST_MASS = 0.05
"""A box holds at least this share of all points."""
SIGNIFICANT = 0.05
"""Quasi-p-value above which a restriction may be chance, and is dropped."""
LOW, HIGH = 0, 1
ENDS = (HIGH, LOW)
"""In the order in which candidates that are equally good are preferred."""


@dataclass(frozen=True, eq=False)
class Box:
    """A box of the space of J parameters; an end that restricts nothing is infinite.

    Attributes
    ----------
    limits
        Shape (2, J): low and high ends; both belong to the box.
    """

    limits: Floats

    @classmethod
    def everything(cls, parameters: int) -> Box:
        """Return the box that holds all."""
        return cls(np.stack([np.full(parameters, -np.inf), np.full(parameters, np.inf)]))

    def holds(self, points: Floats) -> Bools:
        """Return which points, shape (N, J), lie in it."""
        return np.asarray(((points >= self.limits[LOW]) & (points <= self.limits[HIGH])).all(axis=1))

    def at(self, end: int, parameter: int, value: float) -> Box:
        """Return the box with another end."""
        limits = self.limits.copy()
        limits[end, parameter] = value
        return replace(self, limits=limits)

    def opened(self, end: int, parameter: int) -> Box:
        """Return the box without a restriction."""
        return self.at(end, parameter, -np.inf if end == LOW else np.inf)

    @property
    def ends(self) -> list[tuple[int, int]]:
        """Its restrictions, each an end and the place of a parameter."""
        return [(int(end), int(place)) for end, place in np.argwhere(np.isfinite(self.limits))]

    @property
    def restricted(self) -> list[int]:
        """Places of the parameters that it restricts."""
        return np.flatnonzero(np.isfinite(self.limits).any(axis=0)).tolist()

    def without(self, parameter: int) -> Box:
        """Return the box with a parameter left free."""
        return self.opened(LOW, parameter).opened(HIGH, parameter)


@dataclass(frozen=True)
class Fit:
    """How a box fares on some points.

    Attributes
    ----------
    inside, hits
        Points in the box, and the failures among them.
    failures, points
        In all.
    """

    inside: int
    hits: int
    failures: int
    points: int

    @classmethod
    def of(cls, inside: Bools, fails: Bools, among: Bools | slice = slice(None)) -> Fit:
        """Return how a box fares `among` points, given which lie in it and which fail, each of shape (N,)."""
        inside, fails = inside[among], fails[among]
        return cls(int(inside.sum()), int((inside & fails).sum()), int(fails.sum()), len(fails))

    @property
    def coverage(self) -> float:
        """Share of all failures that lie in the box."""
        return self.hits / self.failures if self.failures else 0.0

    @property
    def density(self) -> float:
        """Share of the points in the box that fail."""
        return self.hits / self.inside if self.inside else 0.0

    @property
    def mass(self) -> float:
        """Share of all points that lie in the box."""
        return self.inside / self.points

    @property
    def correlation(self) -> float:
        """Correlation (phi, Matthews) of lying in the box and failing: 1 where the two are the same, 0 by chance."""
        inside, failing = self.inside / self.points, self.failures / self.points
        spread = inside * (1 - inside) * failing * (1 - failing)
        return float((self.hits / self.points - inside * failing) / np.sqrt(spread)) if spread > 0 else 0.0


def trajectory(points: Floats, fails: Bools, slice_share: float = SLICE, least_mass: float = LEAST_MASS) -> list[Box]:
    """Return the boxes from the one that holds all to the last that can be peeled, then those pasted.

    Parameters
    ----------
    points
        Shape (N, J).
    fails
        Shape (N,).
    """
    boxes = [Box.everything(points.shape[1])]
    for candidates in (_peels, _pastes):
        while True:
            held = boxes[-1].holds(points)
            size, mean = int(held.sum()), float(fails[held].mean())
            best: tuple[float, int] = (0.0, 0)
            chosen = None
            for box in candidates(boxes[-1], points, slice_share):
                now = box.holds(points)
                count = int(now.sum())
                changes = count < size if candidates is _peels else count > size
                if not changes or count < least_mass * len(points):
                    continue
                # Gain of the share of failures per point: ties of values make some slices thick.
                score = ((float(fails[now].mean()) - mean) / abs(size - count), -len(box.restricted))
                if score[0] > 0 and (chosen is None or score > best):
                    best, chosen = score, box
            if chosen is None:
                break
            boxes.append(chosen)
    return boxes


def quasi_p(box: Box, points: Floats, fails: Bools) -> dict[tuple[int, int], float]:
    """Return for each restriction the chance of so many failures in the box if it did nothing.

    The binomial chance, with the share of failures that the box has without the restriction (Bryant & Lempert 2010).
    """
    from scipy.stats import binom

    held = box.holds(points)
    found = {}
    for end, place in box.ends:
        wider = box.opened(end, place).holds(points)
        found[end, place] = float(binom.sf(fails[held].sum() - 1, held.sum(), fails[wider].mean()))
    return found


def simplified(box: Box, points: Floats, fails: Bools, most: int) -> Box:
    """Return a box without restrictions that may be chance, the likeliest first, and with `most` parameters at most."""
    while chances := quasi_p(box, points, fails):
        (end, place), largest = max(chances.items(), key=lambda item: item[1])
        if largest > SIGNIFICANT:
            box = box.opened(end, place)
        elif len(box.restricted) > most:
            fits = {parameter: Fit.of(box.without(parameter).holds(points), fails) for parameter in box.restricted}
            box = box.without(max(fits, key=lambda parameter: fits[parameter].correlation))
        else:
            break
    return box


def best_box(points: Floats, fails: Bools, most: int) -> Box | None:
    """Return the box that tells failures best with `most` parameters at most; None where no restriction is significant.

    Of the boxes on the trajectory, simplified, those whose `Fit.correlation` is within a standard error of the largest;
    of these the one of the fewest parameters. Correlation weighs coverage against density without a weight that
    somebody would have to choose.
    """
    boxes = [
        simplified(box, points, fails, parameters)
        for box in trajectory(points, fails)[1:]
        for parameters in range(1, most + 1)
    ]
    rated = [(Fit.of(box.holds(points), fails).correlation, box) for box in boxes if box.restricted]
    if not rated:
        return None
    least = max(correlation for correlation, _ in rated) - 1 / np.sqrt(len(points))
    good = [(-len(box.restricted), correlation, box) for correlation, box in rated if correlation >= least]
    return max(good, key=lambda one: one[:2])[2]


def _peels(box: Box, points: Floats, slice_share: float) -> Iterator[Box]:
    """Yield the box less a slice at each end of each parameter."""
    held = points[box.holds(points)]
    for place in range(points.shape[1]):
        for end in ENDS:
            yield box.at(end, place, _quantile(held[:, place], 1 - slice_share if end == HIGH else slice_share))


def _pastes(box: Box, points: Floats, slice_share: float) -> Iterator[Box]:
    """Yield the box plus a slice at each end that restricts it."""
    for end, place in box.ends:
        edge, other = box.limits[end, place], LOW if end == HIGH else HIGH
        beyond = points[box.opened(end, place).at(other, place, edge).holds(points)][:, place]
        if beyond.size:
            yield box.at(end, place, _quantile(beyond, 1 - slice_share if end == LOW else slice_share))
        else:
            yield box.opened(end, place)


def _quantile(values: Floats, probability: float) -> float:
    """Return the quantile half-way between two values that differ, where the box is to end."""
    ordered = np.sort(values)
    place = (ordered.size - 1) * probability
    low, high = int(np.floor(place)), int(np.ceil(place))
    while ordered[low] == ordered[high] and (low > 0 if probability > 0.5 else high < ordered.size - 1):
        low, high = (low - 1, high) if probability > 0.5 else (low, high + 1)
    return float((ordered[low] + ordered[high]) / 2)
