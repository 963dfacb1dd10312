"""A run that is stopped at any of its operations on files leaves nothing half-written, and the next call goes on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import ROOT, hidden, tables

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked"),
]

EFFORT = ("--draws", "60", "--replicates", "40", "--workers", "1", "--lang", "en")
"""Three chunks for the villages below."""
FILES = {
    "villages.csv": "village_code,village,subdistrict\n"
    + "".join(f"63.99.{i % 4:02d}.{i:04d},Desa {i},Kecamatan {i % 4}\n" for i in range(40)),
    "without.yaml": """\
schema: 1
name: tanpa
district: {code: "63.99", name: Kabupaten Contoh}
origin: 2025
horizon: 2
villages: {table: villages.csv, status_counts: {dasar: 25, berkembang: 8, mandiri: 4, paripurna: 3}}
""",
    "districts.csv": "KODE KABUPATEN,KABUPATEN/KOTA,JUMLAH KECAMATAN,DASAR,BERKEMBANG,MANDIRI,PARIPURNA\n"
    "63.97,Kabupaten Satu,3,20,6,2,2\n63.98,Kabupaten Dua,2,12,3,1,1\n64.99,Kota Tiga,2,9,4,1,2\n",
    "several.yaml": """\
schema: 1
name: tiga
origin: 2025
horizon: 2
districts: {table: districts.csv}
transition: {district_sd: 0.5}
""",
    "with.yaml": """\
extends: without.yaml
name: dengan
interventions: [{name: pokja, starts: 2026, capacity: 10}]
""",
}
"""Small tables: every stop costs two runs, and how many operations on files a run has does not hang on their size."""


@dataclass(frozen=True)
class Stop:
    """What one stopped run left, and what the next call made of it.

    Attributes
    ----------
    codes, told
        Of both: how they ended and what they said.
    stopped, after
        The folders.
    """

    codes: tuple[int, int]
    told: tuple[str, str]
    stopped: Path
    after: Path


def stops(folder: Path) -> Iterator[Stop]:
    """Yield the stopped runs of a folder."""
    for path in sorted(folder.glob("*/told.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        yield Stop(tuple(said["codes"]), tuple(said["told"]), path.parent / "stopped", path.parent / "after")


def made(
    folder: Path,
    how: str,
    *options: str,
    command: tuple[str, ...] = ("forecast", "without.yaml"),
    step: int = 1,
    begin_with: str = "nothing",
    stopped_with: str = "",
) -> tuple[dict[str, bytes], list[Stop]]:
    """Return what the undisturbed run wrote, and every run that was stopped, having checked what holds for each.

    Files under final names are those of the undisturbed run, and so is all that the next call ends with.
    """
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    script = Path(__file__).parent / "stopping.py"
    stopping = [sys.executable, "-W", "ignore", script, how, step, begin_with, stopped_with]
    subprocess.run(
        [str(word) for word in (*stopping, *command, *EFFORT, *options)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        check=True,
        capture_output=True,
    )
    whole, stopped = tables(folder / "whole"), [stop for stop in stops(folder) if stop.codes[0] != 0]
    assert {stop.codes for stop in stopped} == {({"SIGKILL": -9, "SIGINT": 130}[how], 0)}
    for stop in stopped:
        left = tables(stop.stopped)
        assert left == {name: whole[name] for name in left}
        assert all(zipfile.ZipFile(chunk).testzip() is None for chunk in stop.stopped.rglob("*.npz"))
        assert tables(stop.after) == whole
        # An empty lock may stay where a run was killed when it had no more to do.
        assert {path.name for path in hidden(stop.after) if path.is_file()} <= {".lock"}
    return whole, stopped


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Wherever it was; the next call says how much it takes over, and computes nothing once the manifest is there."""
    _, stopped = made(tmp_path, "SIGKILL", "--no-figures")
    assert len(stopped) > 50
    shares = set()
    for stop in stopped:
        said = stop.told[1]
        if list(stop.stopped.rglob("manifest.json")):
            assert "Already computed" in said
        elif list(stop.stopped.rglob("*.npz")):
            (parts,) = re.findall(r"Continuing where an earlier run stopped; finished parts: (\d+)", said)
            assert int(parts) == len(list(stop.stopped.rglob("*.npz")))
            shares.add(parts)
        else:
            assert "an earlier run" not in said
    assert len(shares) > 2


def test_a_comparison_that_is_killed_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Chunks of every scenario are taken over, those of the first while the second is under way too."""
    command = ("compare", "without.yaml", "with.yaml")
    _, stopped = made(tmp_path, "SIGKILL", "--no-figures", command=command, step=5)
    kept = [{chunk.parent.name for chunk in stop.stopped.rglob("*.npz")} for stop in stopped]
    assert {"0"} in kept
    assert {"0", "1"} in kept
    for stop, places in zip(stopped, kept, strict=True):
        found = manifest_in(stop.stopped)
        assert ("Already computed" in stop.told[1]) == found
        assert ("Continuing where an earlier run stopped" in stop.told[1]) == (bool(places) and not found)


def test_several_districts_that_are_killed_go_on_to_the_same_bytes(tmp_path: Path) -> None:
    """Their counts lie on the disk while they are computed, and leave nothing there."""
    _, stopped = made(tmp_path, "SIGKILL", "--no-figures", command=("forecast", "several.yaml"), step=5)
    assert len(stopped) > 10
    assert any("Continuing where an earlier run stopped" in stop.told[1] for stop in stopped)


def test_figures_that_were_being_drawn_are_whole_or_not_there(tmp_path: Path) -> None:
    """The next call draws those that are missing."""
    _, stopped = made(tmp_path, "SIGKILL", begin_with="a figure less")
    assert len(stopped) > 9


def test_a_finished_run_stays_finished_while_it_is_computed_again(tmp_path: Path) -> None:
    """Whoever is killed with --force has lost nothing: the tables are all there, and are found."""
    whole, stopped = made(tmp_path, "SIGKILL", "--no-figures", step=3, begin_with="all", stopped_with="--force")
    assert len(stopped) > 10
    for stop in stopped:
        assert tables(stop.stopped) == whole
        assert stop.told[1].startswith("Already computed")


def chunks_in(place: Path) -> bool:
    """Return whether finished parts are kept."""
    return any(place.rglob("*.npz"))


def manifest_in(place: Path) -> bool:
    """Return whether a run is finished."""
    return any(place.rglob("manifest.json"))


@pytest.mark.parametrize(("begin_with", "options"), [("nothing", ("--no-figures",)), ("a figure less", ())])
def test_ctrl_c_says_what_is_kept(begin_with: str, options: tuple[str, ...], tmp_path: Path) -> None:
    """No traceback, wherever it was; what is said is what lies there."""
    _, stopped = made(tmp_path, "SIGINT", *options, step=3, begin_with=begin_with)
    seen = set()
    for stop in stopped:
        said, place = stop.told[0], stop.stopped
        assert "Interrupted." in said
        assert "Traceback" not in said
        for sentence, holds in {
            "Nothing of it was saved": not chunks_in(place) and not manifest_in(place),
            "What is finished is saved in": chunks_in(place),
            "The tables in work": manifest_in(place),
        }.items():
            if sentence in said:
                seen.add(sentence)
                assert holds, said
    assert len(seen) == (3 if begin_with == "nothing" else 1)
