"""What was probably meant by something that cannot be understood: a slip, an Indonesian word, a path without quotes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path

_ENGLISH = {
    "ahli": "elicit", "anggaran": "budget", "ambang": "probability", "bahasa": "lang", "bandingkan": "compare",
    "bantuan": "help",
    "baru": "new", "benih": "seed", "biaya": "budget", "buat": "new", "cari": "discover", "buku-kerja": "export",
    "cek": "check",
    "daftarkan": "register", "ekspor": "export", "jelaskan": "explain", "kalibrasi": "calibrate", "keluaran": "out",
    "kepekaan": "sensitivity", "ketahanan": "robustness", "laporan": "brief", "mulai": "start", "paksa": "force",
    "peluang": "probability", "penjelasan": "explain", "perbandingan": "compare", "periksa": "check",
    "prakiraan": "forecast", "proyeksi": "forecast", "ramalan": "forecast", "rencana": "plan", "ringkas": "brief",
    "ringkasan": "brief", "rinci": "verbose", "skenario": "scenario", "tahun": "year", "uji-mundur": "backtest",
    "ulangi": "rerun", "versi": "version",
}  # fmt: skip
"""Indonesian words -> the commands and options that they stand for."""
_CLOSE = 0.7


def likely(typed: str, known: Collection[str]) -> str | None:
    """Return which of the known names was probably meant; None where none is like what was typed.

    Examples
    --------
    >>> known = ["check", "forecast", "--year", "--lang"]
    >>> likely("forcast", known), likely("prakiraan", known), likely("--tahun", known), likely("x", known)
    ('forecast', 'forecast', '--year', None)
    """
    names = {name.lstrip("-"): name for name in known}
    names |= {word: names[english] for word, english in _ENGLISH.items() if english in names}
    close = get_close_matches(typed.lstrip("-").lower(), names, n=1, cutoff=_CLOSE)
    return names[close[0]] if close else None


def unquoted_path(typed: Sequence[str]) -> str | None:
    """Return the longest path that is there and of which spaces made several words; None where there is none."""
    for first, word in enumerate(typed):
        if word.startswith("-") or _is_there(word):
            continue
        for last in range(len(typed), first + 1, -1):
            if _is_there(joined := " ".join(typed[first:last])):
                return joined
    return None


def _is_there(path: str) -> bool:
    """Return whether a path leads to something; one that is too long for any system does not."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
