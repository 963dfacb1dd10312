"""Every kind of answer, in the order in which a brief tells them. Adding a kind is one line here."""

from __future__ import annotations

from typing import Any

from ...domain.messages import KampungError
from .backtest import BACKTEST
from .calibration import CALIBRATION
from .comparison import COMPARISON
from .explanation import EXPLANATION
from .forecast.kind import FORECAST
from .kind import AnyKind
from .plan.kind import PLAN
from .robustness import ROBUSTNESS
from .sensitivity import SENSITIVITY

KINDS: dict[str, AnyKind] = {
    kind.name: kind
    for kind in (FORECAST, PLAN, COMPARISON, SENSITIVITY, ROBUSTNESS, BACKTEST, CALIBRATION, EXPLANATION)
}


def kind_of(found: Any) -> AnyKind:
    """Return the kind of something that the library computed.

    Raises
    ------
    KampungError
        Where it is no answer that can be saved.
    """
    for kind in KINDS.values():
        if isinstance(found, kind.found):
            return kind
    known = ", ".join(kind.found.__name__ for kind in KINDS.values())
    raise KampungError(f"a {type(found).__name__} cannot be saved; what can be: {known}")
