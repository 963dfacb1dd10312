"""What is typed otherwise than meant: a suggestion, and help in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run, from_outside, unbroken

from simulation.app.meant import likely, unquoted_path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["forcast"], "forecast"),
        (["prakiraan"], "forecast"),
        (["Ringkasan"], "brief"),
        (["bandingkan"], "compare"),
        (["plan", "x.yaml", "--tahun", "2026"], "--year"),
        (["plan", "x.yaml", "--anggaran", "5"], "--budget"),
        (["forecast", "x.yaml", "--drows", "5"], "--draws"),
        (["help", "prakiraan"], "forecast"),
        (["register", "ad", "x"], "add"),
    ],
)
def test_a_slip_and_an_indonesian_word_get_a_suggestion(run: Run, typed: list[str], meant: str) -> None:
    """Exit code 2 and what was probably meant; nothing is guessed in silence."""
    done = run(*typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"mungkin maksudnya {meant}?" in done.stderr


def test_what_is_like_nothing_gets_no_suggestion(run: Run) -> None:
    """The commands are listed instead; an option that the command lacks is not offered another one."""
    assert likely("--tahun", ["--lang", "--out"]) is None
    said = run("xyzzy").stderr
    assert "mungkin maksudnya" not in said
    assert "forecast" in said
    assert "mungkin maksudnya" not in run("forecast", "x.yaml", "--tahun", "2026").stderr


def test_a_path_with_spaces_is_asked_for_in_quotation_marks(run: Run, tmp_path: Path) -> None:
    """The longest that is there, as it should be typed; words that are there themselves are left alone."""
    for name in ("DATA KAMPUNG.xlsx", "2026-11-27 prakiraan", "2026-11-27 prakiraan 2", "satu"):
        (tmp_path / name).write_text("")
    done = run("check", "DATA", "KAMPUNG.xlsx")
    assert done.returncode == 2
    assert 'tanda kutip: "DATA KAMPUNG.xlsx"' in done.stderr
    assert unquoted_path(["export", "2026-11-27", "prakiraan", "2"]) == "2026-11-27 prakiraan 2"
    assert unquoted_path(["check", "satu", "dua"]) is None
    assert unquoted_path(["forecast", "--draws", "5"]) is None


ENGLISH = {"Usage", "Options", "Arguments", "Commands", "required", "default", "Show", "exit"}


@pytest.mark.parametrize("command", [(), ("forecast",), ("register",), ("register", "add"), ("compare",)])
def test_the_help_is_indonesian_as_a_whole(tmp_path: Path, command: tuple[str, ...]) -> None:
    """By either way of asking, with marks for what must be given and for defaults."""
    said = [
        from_outside(*asked, cwd=tmp_path, COLUMNS="80").stdout for asked in (("help", *command), (*command, "--help"))
    ]
    assert said[0] == said[1]
    assert said[0].startswith(f"Cara pakai: kampungkb {' '.join([*command, '[PILIHAN]'])} ")
    assert not ENGLISH & set(said[0].replace("[", " ").replace(":", " ").replace("]", " ").split())
    if command == ("forecast",):
        assert "[wajib]" in said[0]
        assert "[bawaan: 0]" in unbroken(said[0])


def test_help_speaks_the_language_that_is_asked_for(tmp_path: Path) -> None:
    """Beside the command as before it."""
    said = from_outside("help", "forecast", "--lang", "en", cwd=tmp_path).stdout
    assert said.startswith("Usage: kampungkb forecast [OPTIONS] SCENARIO")
    assert "[required]" in said
