"""The scenarios that come with the package."""

from __future__ import annotations

from pathlib import Path

from ..domain.messages import Message, Refusal, listed, nearest, shown
from .scenario import Scenario, load_scenario


def _folder() -> Path:
    """Return where they lie: an installed package holds a copy (pyproject.toml), a checkout the folder itself."""
    here = Path(__file__).parent
    return next(place for place in (here / "scenarios", here.parents[1] / "scenarios") if place.is_dir())


def example(name: str) -> Scenario:
    """Return a scenario that comes with the package.

    Parameters
    ----------
    name
        That of its file without the ending: ``tanah_laut``, ``tabanan``, ``contoh``, ``contoh_belajar``,
        ``contoh_pendampingan``, ``tanah_laut_pokja``, ``provinsi_contoh``, ``national`` and others;
        ``scenarios/README.md`` tells what each is, and which are invented.

    Returns
    -------
    Scenario
        As `load_scenario` reads it; no folder of one's own is needed.

    Raises
    ------
    Refusal
        Where there is none of this name.

    Examples
    --------
    >>> import simulation as kkb
    >>> kkb.example("tanah_laut")
    <Scenario tanah-laut: Kabupaten Tanah Laut, 135 villages, 2026-2030>
    """
    paths = {path.stem: path for path in sorted(_folder().glob("*.yaml"))}
    if name in paths:
        return load_scenario(paths[name])
    message = Message("there is no example called {name}; there are {names}")
    close = nearest(str(name), paths)
    raise Refusal(message.filled(name=shown(str(name)), names=listed(paths, len(paths))), *filter(None, [close]))
