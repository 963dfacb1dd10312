"""Which array engine runs: NumPy's (`batch.py`), or the compiled one (`kernel.py`) where it is at hand and pays.

Both give the same trajectories bit for bit; nothing but time depends on the choice.
"""

from __future__ import annotations

import os
import pickle
import sys
import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import numpy as np

from ..domain.law import neighbours_by_number_above
from ..domain.messages import Message
from ..domain.parameters import Parameters
from ..domain.scenario import Assumptions
from .effort import Effort
from .outcome import Outcome

Simulate = Callable[..., Outcome]
"""`batch.simulate`, or what takes its place."""

PAYS = 20_000_000
"""Village-years from which loading compiled code takes less time than it saves: NumPy needs a second for them."""
PAYS_TO_COMPILE = 250_000_000
"""Village-years from which even compiling first does."""
MOST_VILLAGES = 2**15 - 1
"""Of a district; the kernel counts them in 16 bits."""

WhyNot = Literal["absent", "small", "large district", "neighbours", "later villages"]


class WithoutNumbaWarning(UserWarning):
    """A run would take a fraction of the time if Numba were installed."""


SLOW = Message(
    "A run of this size is several times faster with the package numba (pip install numba); the numbers are the same."
)


def is_chosen(scenario: Assumptions, parameters: Parameters, effort: Effort, *, conditional: bool) -> bool:
    """Return whether the compiled engine runs; warn where only Numba is missing for it."""
    reason = why_not(scenario, parameters, effort, conditional=conditional)
    if reason == "absent":
        warnings.warn(str(SLOW), WithoutNumbaWarning, stacklevel=3)
    return reason is None


def why_not(
    scenario: Assumptions, parameters: Parameters, effort: Effort, *, conditional: bool = False
) -> WhyNot | None:
    """Return why the compiled engine does not run; None where it does.

    ``absent``: Numba is not installed. ``small``: the run is over sooner without. ``large district``: one has more than
    `MOST_VILLAGES`. ``neighbours``: a term of neighbours goes by more than how many stand above a village.
    ``later villages``: some join later, which the conditional estimator adds up in another order than the kernel would.
    """
    if max(len(villages.ever) for villages in scenario.districts) > MOST_VILLAGES:
        return "large district"
    if conditional and any(villages.ever.joins is not None for villages in scenario.districts):
        return "later villages"
    one = parameters.take(np.arange(1))
    if neighbours_by_number_above(scenario.districts[0].ever, one, np.array([1])) is None:
        return "neighbours"
    if village_years(scenario, effort) < (PAYS if _is_compiled() else PAYS_TO_COMPILE):
        return "small"
    return None if is_installed() else "absent"


def village_years(scenario: Assumptions, effort: Effort) -> int:
    """Return how many villages × years are simulated, over all trajectories."""
    return sum(len(villages.ever) for villages in scenario.districts) * scenario.horizon * effort.trajectories


def is_installed() -> bool:
    """Return whether Numba, the extra ``fast``, is there."""
    return find_spec("numba") is not None


def simulator(*, compiled: bool) -> Simulate:
    """Return what runs a chunk: the compiled engine if it is wanted and, on this machine, there."""
    if compiled and is_installed() and _can_be_read():
        from .kernel import simulate
    else:
        from .batch import simulate
    return simulate


def compiled_code_folders() -> list[Path]:
    """Return where Numba keeps compiled code, whether it is there or not."""
    own = os.environ.get("NUMBA_CACHE_DIR")
    beside, of_user = Path(__file__).parent / "__pycache__", Path.home() / ".cache" / "numba"
    return [Path(own)] if own else [beside, of_user]


@cache
def _can_be_read() -> bool:
    """Return whether nothing of what Numba has kept stands in its way, once indexes that cannot be read are gone.

    They name classes, which another version of this package may have renamed; Numba would stop there.
    """
    import numba

    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    places = compiled_code_folders()
    for index in [path for place in places for path in place.rglob(f"kernel_loops.*.{python}*.nbi")]:
        try:
            with index.open("rb") as kept:
                if pickle.load(kept) == numba.__version__:  # noqa: S301  what Numba itself would read
                    pickle.load(kept)  # noqa: S301
        except Exception:  # noqa: BLE001  whatever keeps Numba from reading it
            try:
                index.unlink(missing_ok=True)
            except OSError:
                return False
    return True


def _is_compiled() -> bool:
    """Return whether Numba has kept compiled code of an earlier run."""
    return any(next(place.rglob("kernel_loops.advance-*.nbc"), None) for place in compiled_code_folders())
