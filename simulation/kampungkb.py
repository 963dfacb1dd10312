"""A second name of the package: ``import kampungkb as kkb`` is ``import simulation as kkb``.

It is installed beside the package, not in it, so that it is still found where a file or folder of somebody else that is
called ``simulation`` hides the package, and names that (decision 18).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


def _package() -> ModuleType:
    """Return the package ``simulation``.

    Raises
    ------
    ImportError
        Where another module of this name is found first.
    """
    spec = find_spec("simulation")
    places = [] if spec is None else [spec.origin or "", *(spec.submodule_search_locations or ())]
    if spec is not None and not any((Path(place) / "domain" / "villages.py").is_file() for place in places):
        raise ImportError(
            f"{places[0]} is imported in place of the package of Kampung KB Forecast, whose name is simulation too: "
            "give it another name, or work in another folder"
        )
    return import_module("simulation")


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name not in {"__all__", "__version__"}:
        raise AttributeError(name)  # above all __path__, by which its modules would be loaded a second time
    return getattr(_package(), name)


def __dir__() -> list[str]:
    return dir(_package())


def main() -> None:
    """Run the command ``kampungkb``, or say what hides the package, in both languages: its own are hidden too."""
    try:
        _package()
    except ImportError as error:
        indonesian = (
            "Ada berkas atau folder lain bernama simulation yang dipakai sebagai gantinya: ganti namanya, atau "
            "bekerja di folder lain."
        )
        sys.stderr.write(f"{error}.\n{indonesian}\n")
        sys.exit(2)
    import_module("simulation.app.cli").main()


if __name__ == "__main__":
    main()
