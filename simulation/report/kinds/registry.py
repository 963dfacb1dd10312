"""Every kind of answer, in the order in which a brief tells them. Adding a kind is one line here."""

from __future__ import annotations

from collections import UserDict
from importlib import import_module
from typing import Any

from ...domain.messages import KampungError
from .kind import AnyKind


class _Kinds(UserDict[str, Any]):
    """The kinds by name, or the modules in which they are: one is loaded when it is asked for, since all take long."""

    def __getitem__(self, name: str) -> AnyKind:
        """Return the kind of a name."""
        kind = self.data[name]
        found: AnyKind = getattr(import_module(kind, __package__), name.upper()) if isinstance(kind, str) else kind
        return found


KINDS = _Kinds(
    forecast=".forecast.kind",
    plan=".plan.kind",
    comparison=".comparison",
    sensitivity=".sensitivity",
    robustness=".robustness",
    discovery=".discovery",
    backtest=".backtest",
    calibration=".calibration",
    explanation=".explanation",
)


def kind_of(found: Any) -> AnyKind:
    """Return the kind of something that the library computed.

    Raises
    ------
    KampungError
        Where it is no answer that can be saved.
    """
    kind: AnyKind
    for kind in KINDS.values():
        if isinstance(found, kind.found):
            return kind
    known = ", ".join(kind.found.__name__ for kind in KINDS.values())
    raise KampungError(f"a {type(found).__name__} cannot be saved; what can be: {known}")
