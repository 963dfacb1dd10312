"""A small scenario and agents of its own in a folder, and forecasts made there, for tests of failing replicates."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from command_line import Done, Run

DRAWS, REPLICATES = 5, 10
EFFORT = ("--draws", DRAWS, "--replicates", REPLICATES, "--seed", 3)

SCENARIO = dedent("""\
    schema: 1
    name: coba
    language: en
    district: {code: "63.01", name: Kabupaten Contoh}
    origin: 2025
    horizon: 2
    villages: {table: villages.csv}
    transition: {rise: {dasar: {logit_normal: {mean: -2.2, sd: 0.9}}}}
    """)

AGENTS = dedent("""\
    import os

    from simulation import VillageAgent


    def address(model):
        where = model.environment.trajectories
        return int(where.draw[0]), int(where.replicate[0])


    class Fragile(VillageAgent):
        def decide(self):
            super().decide()
            if sum(address(self.model)) % 7 == 3 and self.model.year == 2027:
                self.spend({})

        def spend(self, money):
            return money["desa"]


    class Hopeless(VillageAgent):
        def decide(self):
            raise RuntimeError("no road")


    class Dying(VillageAgent):
        def decide(self):
            if address(self.model) == (2, 3):
                os._exit(7)
            super().decide()


    class Doomed(VillageAgent):
        def decide(self):
            os._exit(7)


    class Endless(VillageAgent):
        def decide(self):
            open("begun", "w").close()
            while True:
                pass


    class Stranger:
        pass
    """)

FAILING = [(d, r) for d in range(DRAWS) for r in range(REPLICATES) if (d + r) % 7 == 3]
"""The addresses at which `Fragile` fails."""


def lay_out(folder: Path) -> None:
    """Write scenario, table and agents, under names that a shell would take apart."""
    rows = [f"63.01.{i % 2}.{i:02d},Kampung {i},Kecamatan {i % 2},dasar" for i in range(8)]
    (folder / "villages.csv").write_text("\n".join(["village_code,village,subdistrict,status", *rows]) + "\n")
    (folder / "saya punya.yaml").write_text(SCENARIO)
    (folder / "it's mine.py").write_text(AGENTS)


def forecast(run: Run, agent: str, *options: object) -> Done:
    """Forecast with an agent of the file in this very process, without figures."""
    named = f"it's mine.py:{agent}"
    how = ("--engine", "mesa", "--agent", named, "--no-figures", "--workers", 1)
    return run("forecast", "saya punya.yaml", *EFFORT, *how, *options)
