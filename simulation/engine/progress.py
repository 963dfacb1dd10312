"""How far work is: told to a function of the caller's own, or shown as a bar in a terminal or notebook."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ..domain.messages import Message

Progress = Callable[[int, int], None]
"""Called with how much is done, and how much there is."""
QUIET_SECONDS = 2.0
"""Shorter work shows nothing."""
LONG_SECONDS = 10.0
"""What is expected to take longer shows at once about how long it will take."""

LONG_FOR_AGENTS = 300.0
"""From when it is told what would take less time than agents."""


class SlowAgentsWarning(UserWarning):
    """Agents of one's own will run for long."""

    def __init__(self, seconds: float) -> None:
        values = {"minutes": round(seconds / 60), "form": "…_of_all"}
        self.message = Message(
            "agents run one village after the other: this takes about {minutes:,} minutes on one core; a mechanism "
            "that has the vectorised form of its methods ({form}) takes a fraction of that, and so do fewer draws "
            "or replicates",
            values,
        )
        super().__init__(str(self.message))


def progress_of_part(progress: Progress, part: int, parts: int) -> Progress:
    """Return progress over one of several parts that take about as long."""
    return lambda done, total: progress(part * total + done, parts * total)


@contextmanager
def progress_bar(
    progress: Progress | bool, doing: str, seconds: float = 0.0, *, agents: bool = False
) -> Iterator[Progress]:
    """Give what is called with how much is done: the caller's own function, or a bar that goes when the block ends.

    Parameters
    ----------
    progress
        True for a bar, where somebody watches a terminal or a notebook; False for nothing.
    doing
        A word or two beside the bar.
    seconds
        About how long the work will take on an ordinary computer; 0 where that is not known.
    agents
        Whether a law of the user's own needs agents (`Assumptions.needs_agents`): long work is then warned of.
    """
    if agents and seconds > LONG_FOR_AGENTS:
        warnings.warn(SlowAgentsWarning(seconds), stacklevel=4)
    if callable(progress):
        yield progress
    elif not progress or not _is_watched():
        yield lambda *_: None
    else:
        bar = _Bar(doing, seconds)
        try:
            yield bar
        finally:
            bar.close()


def in_words(seconds: float) -> str:
    """Return about how long something takes.

    Examples
    --------
    >>> in_words(42), in_words(400), in_words(20_000)
    ('about 40 s', 'about 7 min', 'about 5.6 h')
    """
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


class _Bar:
    """A bar of tqdm, from when the work turns out to take a while."""

    def __init__(self, doing: str, seconds: float) -> None:
        self._doing, self._began = doing, time.monotonic()
        self._bar: Any = None
        if seconds > LONG_SECONDS:
            self._bar = _drawn(f"{doing}, {in_words(seconds)}")

    def __call__(self, done: int, total: int) -> None:
        elapsed = time.monotonic() - self._began
        if self._bar is None:
            if elapsed < QUIET_SECONDS:
                return
            self._bar = _drawn(self._doing)
            if not self._bar.disable:  # TQDM_DISABLE
                self._bar.start_t -= elapsed
        self._bar.set_description_str(self._doing, refresh=False)
        self._bar.update(100 * done / max(total, 1) - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def _drawn(text: str) -> Any:
    with warnings.catch_warnings():
        # It tells of what a nicer bar in a notebook would need.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

        form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
        return tqdm(desc=text, total=100, miniters=0, bar_format=form, leave=False, dynamic_ncols=True)


def _is_watched() -> bool:
    """Return whether there is a terminal or a notebook: a bar would only fill the file that else takes the text."""
    python = sys.modules.get("IPython")
    shell = None if python is None else python.get_ipython()
    return hasattr(shell, "kernel") or (sys.stderr is not None and sys.stderr.isatty())
