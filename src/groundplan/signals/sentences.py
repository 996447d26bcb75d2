"""How a reading becomes a sentence: comparisons in words, and what makes them worth reading."""

from __future__ import annotations

import math
from datetime import timedelta

from groundplan.signals.signal import Finding, Reading
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import RATIO, SHARE

NEWS = 0.45  # the least weight of a change that stands out
STATE = 0.2  # the weight of a plain description
LEVEL_WORTH_KNOWING = 0.4  # the weight of a notable level
VAGUE = 10.0  # an interval whose ends are that many times apart is told by both of them


def span(weeks: int) -> str:
    """A window's length as people say it."""
    names = {4: "month", 13: "quarter", 26: "half-year", 52: "year", 104: "two years"}
    return names.get(weeks, f"{weeks} weeks")


def before(reading: Reading) -> str:
    """The window before, as in "than the quarter before"; it may be a little longer or shorter."""
    block = reading.series[-2].block if len(reading.series) > 1 else reading.window
    return f"the {span(block.weeks)} before"


def more(change: Estimate, noun: str = "more", less: str = "less") -> str:
    """A ratio in words: "30% more", "about half", "about three times as much"."""
    ratio = change.value
    if ratio >= 1.9:
        times = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}
        return f"about {times.get(round(ratio), f'{ratio:.0f} times')} as {_positive(noun)} as"
    if 0.45 <= ratio <= 0.55:
        return f"about half as {_positive(noun)} as"
    if ratio >= 1:
        return f"{max(round(100 * (ratio - 1)), 1)}% {noun} than"
    return f"{max(round(100 * (1 - ratio)), 1)}% {less} than"


def _positive(comparative: str) -> str:
    return {"more": "many", "longer": "long", "larger": "large"}.get(comparative, "much")


def whole(value: float) -> str:
    """A number rounded as one says it: 41, 4.2, 1,200."""
    if value >= 1000:
        digits = -(int(math.log10(value)) - 1)
        return f"{round(value, digits):,.0f}"
    if value >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0")


def percent(share: float) -> str:
    """A share as one says it."""
    return SHARE.format(share)


def in_ten(share: float) -> str:
    """A share in words: "about 3 in 10", "fewer than 1 in 20"."""
    if share < 0.05:
        return "fewer than 1 in 20"
    if share < 0.075:
        return "about 1 in 15"
    if share > 0.95:
        return "nearly all"
    return f"about {max(round(share * 10), 1)} in 10"


def duration(hours: float) -> str:
    """A time in the unit that people would use: "5 hours", "about 3 days"."""
    if hours < 1:
        return "less than an hour"
    if hours < 36:
        return f"about {plural(round(hours), 'hour')}"
    if hours < 21 * 24:
        return f"about {plural(round(hours / 24), 'day')}"
    return f"about {plural(round(hours / 24 / 7), 'week')}"


def is_vague(now: Estimate) -> bool:
    """Whether one number would say more than is known."""
    return now.high > VAGUE * now.low


def vague_rate(now: Estimate, what: str) -> str:
    """Both ends of a rate a week, by the month, where it is vague; "" where it is not."""
    if not is_vague(now):
        return ""
    low, high = (whole(end * 365.25 / 12 / 7) for end in (now.low, now.high))
    return f"Anything from {low} to {high} {what} a month"


def typical(now: Estimate) -> str:
    """A time [hours] in words; both ends of its interval where it is vague."""
    if not is_vague(now):
        return duration(now.value)
    first = "minutes" if now.low < 1 else duration(now.low)
    return f"anything from {first} to {duration(now.high)}"


def plural(count: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def news(reading: Reading) -> float:
    """How much a change deserves a minute: 0 unless it stands out, more the larger it surely is."""
    change = reading.change
    if isinstance(change, Unknown) or not reading.stands_out:
        return 0.0
    if change.unit == RATIO:
        nearest = min(abs(_log(change.low)), abs(_log(change.high)))
        return min(NEWS + nearest / 2, 0.9)
    return min(NEWS + 2 * min(abs(change.low), abs(change.high)), 0.9)


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -10.0


def alike(reading: Reading) -> bool:
    """Whether now is known to be within a quarter of before (ratio), or within 5 points (share)."""
    change = reading.change
    if isinstance(change, Unknown):
        return False
    if change.unit == RATIO:
        return change.low >= 0.75 and change.high <= 1.34
    return change.low >= -0.05 and change.high <= 0.05


def finding(reading: Reading, sentence: str, weight: float, detail: str) -> Finding:
    """A finding about a signal's reading, with its estimate and its page."""
    evidence = reading.now if isinstance(reading.now, Estimate) else None
    return Finding(
        about=reading.signal,
        sentence=sentence,
        weight=weight,
        detail=detail,
        href=f"/signals/{reading.signal}",
        evidence=evidence,
    )


def rate_moved(reading: Reading, sentence: str, detail: str) -> Finding | None:
    """The finding on a rate, whose `sentence` goes on with what is known of the window before."""
    now, change, weight = reading.now, reading.change, news(reading)
    if not isinstance(now, Estimate):
        return None
    if weight and isinstance(change, Estimate):
        sentence += f", {more(change, 'more', 'fewer')} in {before(reading)}"
    elif alike(reading):
        sentence += f", much as in {before(reading)}"
    return finding(reading, f"{sentence}.", weight or STATE, detail)


def known_since(reading: Reading, what: str) -> str:
    """Between when a history is known that somebody has to tell: outside nothing is known."""
    first = reading.series[0].block.start_on if reading.series else reading.window.start_on
    last = reading.window.end_on - timedelta(days=1)
    return f"{what} are read from {first:%B %Y} to {last:%B %Y}; what nobody told is not in them."


def wait_moved(reading: Reading, what: str, long_hours: float, detail: str) -> Finding | None:
    """The finding on a wait: `what` with its time; worth more if it moved or surely is long."""
    now, change, weight = reading.now, reading.change, news(reading)
    if not isinstance(now, Estimate):
        return None
    sentence = what.format(typical(now))
    if weight and isinstance(change, Estimate):
        sentence += f", {more(change, 'longer', 'less')} in {before(reading)}"
    elif now.low > long_hours:
        weight = LEVEL_WORTH_KNOWING
    return finding(reading, f"{sentence}.", weight or STATE, detail)


def share_moved(reading: Reading, what: str, detail: str) -> Finding | None:
    """The finding that a share of `what` moved: "34% of ..., up from 20% in the quarter before"."""
    now, change, weight = reading.now, reading.change, news(reading)
    if not weight or not isinstance(now, Estimate) or not isinstance(change, Estimate):
        return None
    way = "up" if change.value > 0 else "down"
    past = percent(now.value - change.value)
    sentence = f"{percent(now.value)} of {what}, {way} from {past} in {before(reading)}."
    return finding(reading, sentence, weight, detail)


def share_is_high(reading: Reading, what: str, above: float, detail: str) -> Finding | None:
    """The finding that a share of `what` is surely `above` ("About 3 in 10 ...")."""
    if not isinstance(reading.now, Estimate) or reading.now.low <= above:
        return None
    sentence = f"{in_ten(reading.now.value).capitalize()} {what}."
    return finding(reading, sentence, LEVEL_WORTH_KNOWING, detail)
