"""Whether forecasts say what is true: bias of the chance, and how often intervals hold, over many truths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .world import FUTURES, Floats

ALLOWED_BIAS = 0.03
RATES = (0.5, 0.9)
"""Of the intervals of rises."""
ROUNDING = 0.01
"""What the draws of a forecast leave open of its own intervals."""
HELD = 0.9
"""How often the interval of the parameters is to hold the true chance."""

Answer = Mapping[str, Any]
"""One truth and what was said of it: a line of a results file."""


@dataclass(frozen=True)
class Mean:
    """A mean over truths, with its standard error."""

    value: float
    error: float

    @classmethod
    def of(cls, values: Sequence[float] | Floats) -> Mean:
        """Return the mean of one number a truth."""
        every = np.asarray(values, dtype=np.float64)
        return cls(float(every.mean()), float(every.std(ddof=1) / np.sqrt(every.size)))

    def __str__(self) -> str:
        return f"{self.value:+.3f} ± {self.error:.3f}"


@dataclass(eq=False)
class Verdict:
    """What a row of answers shows; of a truth of several districts the mean over them.

    Attributes
    ----------
    refused
        Truths of which nothing was said.
    bias
        Of the chance of meeting the target: said less true.
    held
        Share of districts whose true chance lies in the interval of the parameters, and the share below and above it.
    coverage
        Rate -> how often the interval of rises of that rate holds the rises that come.
    together
        Where districts were learned both together and each by itself: squared error of the chance together less alone.
    """

    answers: Sequence[Answer]
    refused: int = 0
    bias: Mean = field(init=False)
    held: tuple[float, float, float] = field(init=False)
    coverage: dict[float, Mean] = field(init=False)
    together: Mean | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        places = np.array([_place(each) for one in self.answers for each in districts_of(one)])
        held, below, above = (float((places == side).mean()) for side in (0, -1, 1))
        self.bias = self._mean(lambda each: each["met"] - each["true"])
        self.held = (held, below, above)
        self.coverage = {rate: self._mean(partial(covered, rate=rate)) for rate in RATES}
        if "alone" in districts_of(self.answers[0])[0]:
            self.together = self._mean(lambda each: _squared_error(each, each) - _squared_error(each, each["alone"]))

    @classmethod
    def of(cls, lines: Iterable[Answer]) -> Verdict:
        """Judge the lines of a results file."""
        every = list(lines)
        answers = [one for one in every if "refused" not in one]
        return cls(answers, len(every) - len(answers))

    @property
    def alone(self) -> Verdict | None:
        """What each district by itself shows, where they were learned both ways."""
        if self.together is None:
            return None
        return Verdict([{**one, "districts": [_alone(each) for each in districts_of(one)]} for one in self.answers])

    def _mean(self, number: Callable[[Answer], float]) -> Mean:
        return Mean.of([float(np.mean([number(each) for each in districts_of(one)])) for one in self.answers])

    @property
    def failures(self) -> list[str]:
        """What breaks the rule; empty where the row passes.

        Districts that are learned together too lie as far apart as the row says, not as the prior of that has it, so
        that nothing but the comparison is a promise there.
        """
        n, found = len(self.answers), [f"{self.refused} truths were refused"] if self.refused else []
        if self.together is not None:
            worse = self.together.value > self.together.error
            return [*found, f"squared error together less alone {self.together}"] if worse else found
        if abs(self.bias.value) > ALLOWED_BIAS + 2 * self.bias.error:
            found.append(f"bias of P(met) {self.bias}")
        if abs(self.held[0] - HELD) > 2.5 * np.sqrt(HELD * (1 - HELD) / n):
            found.append(f"the 90% interval of the parameters holds the true chance in {self.held[0]:.0%}")
        for rate, mean in self.coverage.items():
            if abs(mean.value - rate) > ROUNDING + 2.5 * mean.error:
                found.append(f"the {rate:.0%} interval of rises holds in {mean.value:.3f} ± {mean.error:.3f}")
        return found

    def mean(self, key: str) -> float:
        """Return the mean of one number of a truth, or of its districts."""
        return float(
            np.mean([one[key] if key in one else [each[key] for each in districts_of(one)] for one in self.answers])
        )


def districts_of(one: Answer) -> Sequence[Answer]:
    """Return what is said of each district of a truth."""
    several: Sequence[Answer] = one.get("districts", [one])
    return several


def _alone(each: Answer) -> Answer:
    said = each["alone"]
    known = {key: value for key, value in each.items() if key != "alone"}
    return {**known, **said, "rises": float(np.dot(said["chances"], np.arange(len(said["chances"]))))}


def _squared_error(known: Answer, said: Answer) -> float:
    """Return what the chance adds to the expected Brier score of a forecast of the truth."""
    error: float = said["met"] - known["true"]
    return error**2


def _place(one: Answer) -> int:
    """Return 0 where the interval holds the true chance, −1 where that lies below it, 1 above.

    Two standard errors of the true chance, which is simulated, are allowed for.
    """
    share = (one["true"] * FUTURES + 1) / (FUTURES + 2)
    error = 2 * np.sqrt(share * (1 - share) / FUTURES)
    low, high = one["interval"]
    return -1 if one["true"] < low - error else int(one["true"] > high + error)


def covered(one: Answer, rate: float) -> float:
    """Return how often the central interval of that rate holds the rises that come, over all futures.

    Rises are whole numbers: the number y covers F(y − 1) to F(y) of what was said, and counts by the share of that
    which lies in the middle. Who is right has just the rate.
    """
    said, came = np.array(one["chances"]), np.array(one["came"])
    size = max(said.size, came.size)
    said, came = (np.pad(each, (0, size - each.size)) for each in (said, came))
    upper = np.cumsum(said)
    lower, low, high = upper - said, (1 - rate) / 2, (1 + rate) / 2
    inside = np.clip(np.minimum(upper, high) - np.maximum(lower, low), 0, None)
    share = np.where(said > 0, inside / np.where(said > 0, said, 1), (lower > low) & (lower < high))
    return float(came @ share)


HEADER = (
    "| row | truths | rises said / true | P said / true | bias of P | 90% interval of parameters holds the true P "
    "(true P below, above) | 50%, 90% interval of rises holds | squared error of P, together less alone | CPU s "
    "| passes |\n" + "|---" * 10 + "|\n"
)


def line(row: str, verdict: Verdict) -> str:
    """Return a line of the table."""
    cells = [
        row, str(len(verdict.answers)),
        f"{verdict.mean('rises'):.1f} / {verdict.mean('true_rises'):.1f}",
        f"{verdict.mean('met'):.3f} / {verdict.mean('true'):.3f}",
        str(verdict.bias),
        "{:.0%} ({:.0%}, {:.0%})".format(*verdict.held),
        ", ".join(f"{mean.value:.3f} ± {mean.error:.3f}" for mean in verdict.coverage.values()),
        f"{verdict.together.value:+.4f} ± {verdict.together.error:.4f}" if verdict.together else "",
        f"{verdict.mean('seconds'):.1f}",
        "no: " + "; ".join(verdict.failures) if verdict.failures else "yes",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def difference(ours: Sequence[Answer], theirs: Sequence[Answer]) -> str:
    """Return how far the chances of another package lie apart on the same truths, and which of them are nearer."""
    known = {one["truth"]: one for one in theirs if "met" in one}
    pairs = [(known[one["truth"]], one) for one in ours if one["truth"] in known and "met" in one]
    if len(pairs) < 2:
        return "none in common"
    apart = Mean.of([a["met"] - b["met"] for a, b in pairs])
    worse = Mean.of([_squared_error(b, a) - _squared_error(b, b) for a, b in pairs])
    return f"P {apart}, squared error of P {worse} ({len(pairs)} truths)"
