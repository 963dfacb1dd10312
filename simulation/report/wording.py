"""Words that answers share: how likely, by how much, of what target, on what basis, and what parameters are called."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise

from ..domain.launches import LAUNCH_HISTORY
from ..domain.parameters import OWN_POSTERIOR, Kind, ParameterKey
from ..inference.forecast import ANALOGUE, MADE_UP, PRIORS_ALONE, PRIORS_AND_STATED, STATED_ALONE
from ..inference.uncertainty import FEWEST_DRAWS, FEWEST_REPLICATES
from .language import LANGUAGES, Language, phrase

PROBABILITY_WORDS = (
    (0.95, phrase("almost certain")),
    (0.80, phrase("very likely")),
    (0.60, phrase("likely")),
    (0.40, phrase("about even")),
    (0.20, phrase("unlikely")),
    (0.05, phrase("very unlikely")),
    (0.0, phrase("almost impossible")),
)

NO_INTERVAL = phrase(
    "“–” in place of a range from assumptions: with so few simulations the influence of the "
    "assumptions cannot be told from simulation error; more draws or replicates would show "
    "it."
)
TOO_FEW = phrase(
    "“–” in place of a range from assumptions: with so few simulations it cannot be seen how "
    "far the result depends on the uncertain assumptions. It takes at least {draws} different "
    "parameter draws and {replicates} replicates of each (--draws, --replicates)."
)
_BASES = {
    PRIORS_ALONE: phrase(
        "the statuses last observed. The chances of rising and falling are default assumptions (priors), not measured "
        "locally."
    ),
    STATED_ALONE: phrase(
        "the statuses last observed. The chances of rising and falling are as written in the scenario, not calibrated "
        "on data."
    ),
    PRIORS_AND_STATED: phrase(
        "the statuses last observed. The chances of rising and falling are partly as written in the scenario, partly "
        "default assumptions (priors); none is calibrated on data."
    ),
    MADE_UP: phrase(
        "counts by status that are made up. The chances of rising and falling are as written in the scenario, or "
        "default assumptions (priors); nothing here is measured."
    ),
    ANALOGUE: phrase(
        "the statuses last observed. The chances of rising and falling are assumptions from other programmes "
        "(posyandu, village index, child-friendly districts), not measured in Kampung KB."
    ),
    LAUNCH_HISTORY: phrase(
        "the statuses last observed, and assumed launch years: the chances of rising and falling are default "
        "assumptions (priors), weighed by how many villages stand at each status."
    ),
    OWN_POSTERIOR[0]: phrase("the user's own posterior: parameter draws that do not state which data they rest on."),
}
ASSUMED_BASES = _BASES.keys() - OWN_POSTERIOR
"""Those that no data of the district's past stand behind."""

_BLOCKS = {
    "panel": phrase("statuses of villages at several dates"),
    "counts": phrase("counts by status at several dates"),
    "launch_years": phrase("launch years"),
    "assistance": phrase("records of interventions by village"),
}

_EVENTS = {
    "rises_all": phrase("at least {needed} of {denominator} Kampung KB rise in status in {year}"),
    "rises_below_top": phrase(
        "at least {needed} of the {denominator} Kampung KB below paripurna rise in status in {year}"
    ),
    "net_rises": phrase("rises in status exceed falls by at least {needed}, of {denominator} Kampung KB, in {year}"),
    "entries": phrase("at least {needed} of {denominator} Kampung KB rise to {levels} in {year}"),
    "stock": phrase("at least {needed} of {denominator} Kampung KB are {levels} at the end of {year}"),
}

_AT_ALL_LEVELS: dict[Kind, str] = {
    "fall": phrase("chance of falling in a year"),
    "skip": phrase("rises that skip a status"),
    "fall_skip": phrase("falls that skip a status"),
}
LABELS: dict[Kind, str] = {
    "rise": phrase("chance of rising from {of} in a year"),
    "fall": phrase("chance of falling from {of} in a year"),
    "skip": phrase("rises that skip {of}"),
    "fall_skip": phrase("falls that skip {of}"),
    "matrix": phrase("matrix, row {of}"),
    "village_sd": phrase("differences between villages (spread of log odds)"),
    "year_sd": phrase("differences between years (spread of log odds)"),
    "subdistrict_sd": phrase("differences between kecamatan (spread of log odds)"),
    "district_sd": phrase("differences between districts (spread of log odds)"),
    "peer_odds_ratio": phrase("other villages of the kecamatan (odds ratio)"),
    "campaign.probability": phrase("chance of an acceleration drive in a year"),
    "campaign.odds_ratio": phrase("acceleration drive (odds ratio of rising)"),
    "reporting.yearly": phrase("villages that report in a year"),
    "covariate": phrase("{of}, per unit (odds ratio)"),
    "odds_ratio_rise": phrase("{of}: odds ratio of rising"),
    "odds_ratio_fall": phrase("{of}: odds ratio of falling"),
    "mechanism": phrase("{of} (own mechanism)"),
}
_SOURCES = {
    "stated": phrase("stated"),
    "estimated": phrase("estimated"),
    "estimated from experts": phrase("estimated by experts"),
    "assumed": phrase("assumed"),
}

OTHER_LANGUAGE = " // "
"""Stands in a source between what it says in Indonesian and what it says in English."""

_LONGEST_SOURCE = 150
"""Letters of a source below a figure; of a longer one, its first parts."""
COARSEST_ERROR = 0.1
"""Largest Monte Carlo error at which a probability still has a word: half the width of most words."""


def probability_word(probability: float) -> str:
    """Return the English word for a probability: also the key of its translation."""
    return next(word for least, word in PROBABILITY_WORDS if probability >= least)


def word(language: Language, probability: float, error: float = 0.0) -> str:
    """Return the word for a probability, or that its Monte Carlo error leaves it open."""
    return language.say(phrase("cannot be told yet") if error > COARSEST_ERROR else probability_word(probability))


def too_few(speech: Language) -> str:
    """Return why there is no parameter interval with so few runs, and what it takes."""
    return speech.say(TOO_FEW, draws=FEWEST_DRAWS, replicates=FEWEST_REPLICATES)


def uncertain(language: Language, probability: float, decimals: int = 0) -> str:
    """Return a probability in percent, never rounded to certainty."""
    least = 0.01 / 10**decimals
    if probability < least:
        return language.say("<{percent}", percent=language.percent(least, decimals))
    if probability > 1 - least:
        return language.say(">{percent}", percent=language.percent(1 - least, decimals))
    return language.percent(probability, decimals)


def frequency(language: Language, share: float, decimals: int = 0) -> str:
    """Return how often something is so, in percent; never and always only where that is meant."""
    return language.percent(share) if share in {0.0, 1.0} else uncertain(language, share, decimals)


def chance(language: Language, probability: float, decimals: int = 0) -> str:
    """Return a probability in percent, not rounded across the edge between two words either."""
    rounded = round(probability, decimals + 2)
    if probability_word(rounded) != probability_word(probability):
        return language.say("just under {percent}", percent=language.percent(rounded))
    return uncertain(language, probability, decimals)


def scale(language: Language) -> str:
    """Return what the words for probabilities mean."""
    ends = [language.percent(least) for least, _ in PROBABILITY_WORDS]
    spans = [f"≥{ends[0]}", *(f"{low.rstrip('%')}–{high}" for high, low in pairwise(ends[:-1])), f"<{ends[-2]}"]
    words = [
        language.say("{span} {word}", span=span, word=language.say(one))
        for span, (_, one) in zip(spans, PROBABILITY_WORDS, strict=True)
    ]
    return language.say("Words for chances (not the IPCC scale): {words}.", words="; ".join(words))


def word_and_chance(language: Language, probability: float, error: float = 0.0) -> str:
    """Return the word with the number beside it, as a sentence begins."""
    shown = chance(language, probability)
    said = language.say("{word} ({chance})", word=word(language, probability, error), chance=shown)
    return said[0].upper() + said[1:]


def signed(language: Language, value: float, decimals: int = 1) -> str:
    """Return a number with its sign, 0 without."""
    shown = language.number(abs(value), decimals)
    return shown if round(value, decimals) == 0 else f"{'+' if value > 0 else '−'}{shown}"


def whole_span(language: Language, low: float, high: float) -> str:
    """Return one whole number, or the range between two."""
    if low == high:
        return language.number(low)
    template = phrase("{low}–{high}") if low >= 0 else phrase("{low} to {high}")
    return language.say(template, low=language.number(low), high=language.number(high))


def share_span(language: Language, low: float, high: float) -> str:
    """Return an interval of shares in percent."""
    return language.say("{low}–{high}", low=language.number(100 * low), high=language.percent(high))


def stated_share(language: Language, share: float) -> str:
    """Return a share that was stated, in percent: with a decimal where it has one."""
    return language.percent(share, 0 if round(100 * share, 6).is_integer() else 1)


def stated_number(language: Language, value: float) -> str:
    """Return a number that was stated: with a decimal where it has one."""
    return language.number(value, 0 if float(value).is_integer() else 1)


def years(language: Language, first: int, last: int) -> str:
    """Return one year, or from the first to the last."""
    return str(first) if first == last else language.say("{low}–{high}", low=first, high=last)


def with_error(language: Language, shown: str, error: float) -> str:
    """Return a probability that is written already with its simulation error in percentage points, where it has one."""
    if error == 0:
        return shown
    return language.say("{probability} ± {error}", probability=shown, error=language.number(100 * error, 1))


def chance_span(language: Language, interval: Sequence[float], *, short: bool = False) -> str:
    """Return an interval of probabilities; `short` where there is no room for a word between its ends."""
    low, high = interval
    if low >= 0.01 and high <= 0.99:
        return share_span(language, low, high)
    ends = [uncertain(language, end) for end in interval]
    between = phrase("{low}–{high}") if short else phrase("{low} to {high}")
    return ends[0] if ends[0] == ends[1] else language.say(between, low=ends[0], high=ends[1])


def range_from_assumptions(language: Language, basis: Sequence[str], interval: Sequence[float]) -> str:
    """Return between what the uncertain parameters put a chance, as a sentence.

    Parameters
    ----------
    basis
        See `basis`.
    interval
        5% and 95% quantile of the chance over the parameters.
    """
    low, high = (uncertain(language, end) for end in interval)
    if low == high:
        return language.say("The chance hardly depends on what is uncertain.")
    if _BASES.keys() & set(basis):
        return language.say(
            "In 90% of the sets of assumptions tried, the chance is between {low} and {high}.", low=low, high=high
        )
    return language.say(
        "Range from assumptions, by what the data leave uncertain: between {low} and {high} (90% interval).",
        low=low,
        high=high,
    )


def event(
    language: Language, key: str, needed: tuple[int, int], denominator: int, levels: Sequence[str], year: int
) -> str:
    """Return what a target asks of a year, as a clause.

    Parameters
    ----------
    key
        Of the target's reading, see `Target.key`.
    needed
        The least and the most that may have to be reached.
    denominator, levels
        Villages that it is a share of; the levels that it names.
    """
    return language.say(
        _EVENTS[key],
        needed=whole_span(language, *needed),
        denominator=language.number(denominator),
        levels=language.either(levels),
        year=year,
    )


def own_event(language: Language, target: str, year: int) -> str:
    """Return what a target of a mechanism's own asks of a year, as a clause."""
    return language.say("the user's own target, {target}, is met in {year}", target=target, year=year)


def source_text(language: Language, source: str) -> str:
    """Return what a source says after its keyword; of one in two languages the part in this one."""
    told = source.partition(";")[2].strip()
    both = told.split(OTHER_LANGUAGE)
    return both[LANGUAGES.index(language.code)].strip() if len(both) == len(LANGUAGES) else told


def status_source(language: Language, sources: Mapping[str, str], longest: int = _LONGEST_SOURCE) -> str | None:
    """Return where the status data come from, in at most so many characters, web addresses shortened to the site."""
    wanted = ("villages.status_counts", "villages.table", "villages", "districts.table", "districts")
    text = next((sources[key] for key in wanted if key in sources), None)
    if text is None:
        return None
    text = re.sub(r"https?://(?:www\.)?([^/\s,;]+)[^\s,;]*\s*", r"\1", source_text(language, text) or text)
    while len(text) > longest and ";" in text:
        text = text.rpartition(";")[0]
    return textwrap.shorten(text.strip().rstrip("."), longest, placeholder=" …").removesuffix(".") or None


def basis(language: Language, blocks: Sequence[str]) -> str:
    """Return what the forecast rests on, as it stands after "Based on"."""
    if len(blocks) == 1 and blocks[0] in _BASES:
        return language.say(_BASES[blocks[0]])
    named = "; ".join(block(language, name) for name in blocks)
    return language.say("chances of rising and falling calibrated on data ({blocks}).", blocks=named)


def block(language: Language, name: str) -> str:
    """Return what a kind of data is called."""
    return language.say(_BLOCKS[name]) if name in _BLOCKS else name


def source_word(speech: Language, source: str) -> str:
    """Return whether something is stated, estimated, by experts too, or assumed."""
    keyword = source.partition(";")[0].strip()
    return speech.say(_SOURCES[keyword]) if keyword in _SOURCES else keyword


def parameter_name(speech: Language, name: str) -> str:
    """Return what a parameter of the law is called in words."""
    key = ParameterKey.told(name)
    if key.kind in _AT_ALL_LEVELS and not key.of:
        return speech.say(_AT_ALL_LEVELS[key.kind])
    return speech.say(LABELS[key.kind], of=key.of.replace("_", " ")) if key.of else speech.say(LABELS[key.kind])


def parameter_value(speech: Language, name: str, value: float) -> str:
    """Return a value of a parameter as it is read: a probability in percent, else a number."""
    if ParameterKey.told(name).scale == "probability":
        return frequency(speech, value, 1)
    return speech.number(value, 3 if 0 < value < 0.1 else 2)
