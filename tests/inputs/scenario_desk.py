"""A desk on which scenario files and tables are laid out.

Knows the smallest scenario that loads; must not know which checks exist.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from simulation.domain.messages import Problem, ProblemsError
from simulation.inputs.scenario import Scenario, load_scenario

VILLAGES = """\
village_code,village,subdistrict,status,remoteness,kind
63.01.01.2001,Benua,Takisung,dasar,1.5,desa
63.01.01.2002,Tabanio,Takisung,berkembang,2.25,desa
63.01.02.2001,Jorong,Jorong,dasar,3,kelurahan
63.01.02.2002,Asam,Jorong,mandiri,0.5,desa
63.01.02.2003,Sabuhur,Jorong,paripurna,4,desa
63.01.02.2004,Karang,Jorong,dasar,2,desa
"""

SECTIONS = {
    "schema": "schema: 1",
    "name": "name: coba",
    "district": 'district: {code: "63.01", name: Kabupaten Contoh}',
    "origin": "origin: 2025",
    "horizon": "horizon: 5",
    "villages": "villages: {table: villages.csv}",
}


class Desk:
    """A folder with a village table and whatever a test adds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("villages.csv", VILLAGES)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file below the desk's folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
        return path

    def text(self, **sections: str | None) -> str:
        """Return the smallest scenario with sections added, replaced, or (None) left out."""
        return "\n".join(text for text in {**SECTIONS, **sections}.values() if text is not None) + "\n"

    def load(self, name: str = "scenario.yaml", **sections: str | None) -> Scenario:
        """Write the scenario of `text` and load it."""
        return load_scenario(self.write(name, self.text(**sections)))

    def error(self, name: str = "scenario.yaml") -> ProblemsError:
        """Load a file that was written and return the error it gives."""
        with pytest.raises(ProblemsError) as caught:
            load_scenario(self.folder / name)
        return caught.value

    def problems(self, **sections: str | None) -> tuple[Problem, ...]:
        """Return the problems of the scenario of `text`."""
        self.write("scenario.yaml", self.text(**sections))
        return self.error().problems


def words(problem: Problem) -> str:
    """Return everything that a problem says, in English."""
    return " | ".join(str(part) for part in (problem.message, problem.allowed, problem.suggestion) if part)
