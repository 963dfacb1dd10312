"""Whether forecasts say what is true: bias of the chance, and how often intervals hold, over many truths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """What a row of answers shows.

    Attributes
    ----------
    refused
        Truths of which nothing was said.
    bias
        Of the chance of meeting the target: said less true.
    held
        Share of truths whose true chance lies in the interval of the parameters, and the share below and above it.
    coverage
        Rate -> how often the interval of rises of that rate holds the rises that come.
    """

    answers: Sequence[Answer]
    refused: int = 0
    bias: Mean = field(init=False)
    held: tuple[float, float, float] = field(init=False)
    coverage: dict[float, Mean] = field(init=False)

    def __post_init__(self) -> None:
        places = np.array([_place(one) for one in self.answers])
        held, below, above = (float((places == side).mean()) for side in (0, -1, 1))
        self.bias = Mean.of([one["met"] - one["true"] for one in self.answers])
        self.held = (held, below, above)
        self.coverage = {rate: Mean.of([covered(one, rate) for one in self.answers]) for rate in RATES}

    @classmethod
    def of(cls, lines: Iterable[Answer]) -> Verdict:
        """Judge the lines of a results file."""
        every = list(lines)
        answers = [one for one in every if "refused" not in one]
        return cls(answers, len(every) - len(answers))

    @property
    def failures(self) -> list[str]:
        """What breaks the rule; empty where the row passes."""
        n, found = len(self.answers), [f"{self.refused} truths were refused"] if self.refused else []
        if abs(self.bias.value) > ALLOWED_BIAS + 2 * self.bias.error:
            found.append(f"bias of P(met) {self.bias}")
        if abs(self.held[0] - HELD) > 2.5 * np.sqrt(HELD * (1 - HELD) / n):
            found.append(f"the 90% interval of the parameters holds the true chance in {self.held[0]:.0%}")
        for rate, mean in self.coverage.items():
            if abs(mean.value - rate) > ROUNDING + 2.5 * mean.error:
                found.append(f"the {rate:.0%} interval of rises holds in {mean.value:.3f} ± {mean.error:.3f}")
        return found

    def mean(self, key: str) -> float:
        """Return the mean of one number a truth."""
        return float(np.mean([one[key] for one in self.answers]))


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
    "(true P below, above) | 50%, 90% interval of rises holds | CPU s | passes |\n" + "|---" * 9 + "|\n"
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
        f"{verdict.mean('seconds'):.1f}",
        "no: " + "; ".join(verdict.failures) if verdict.failures else "yes",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def difference(ours: Sequence[Answer], theirs: Sequence[Answer]) -> str:
    """Return the mean difference of the chances on the same truths, theirs less ours."""
    known = {one["truth"]: one["met"] for one in theirs if "met" in one}
    pairs = [(known[one["truth"]], one["met"]) for one in ours if one["truth"] in known and "met" in one]
    return f"{Mean.of([a - b for a, b in pairs])} ({len(pairs)} truths)" if len(pairs) > 1 else "none in common"
