"""What signals say: plain, whole sentences with numbers, and nothing that blames or explains."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.signals import sentences
from groundplan.signals.catalogue import discover
from groundplan.signals.signal import Block, Reading, Signal
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import RATIO, SHARE

SIGNALS = discover()
BANNED = re.compile(
    r"\b(because|caused?|causes|due to|leads to|thanks to|p-value|significant\w*|median|quantile|"
    r"should|must|worst|best|lazy|poor|bad|nan|inf)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"\d|\b(one|two|twice|three|half|nearly all|less than an hour)\b", re.IGNORECASE
)
VALUES = {"share": (0.001, 0.3, 0.62, 0.97), "other": (0.03, 1.0, 7.3, 61.0, 480.0, 12345.0)}


def estimate(signal: Signal, value: float) -> Estimate:
    high = min(value * 1.1, 1.0) if signal.unit == SHARE else value * 1.1
    return Estimate(value, value * 0.9, high, 0.9, signal.unit, 40, signal.minimum_of, "made up")


def reading(signal: Signal, value: float, ratio: float, stands_out: bool) -> Reading:
    now = estimate(signal, value)
    if signal.unit == SHARE:
        gap = value - min(value / ratio, 1.0)
        low, high = sorted((gap * 0.8, gap * 1.2))
        change = Estimate(gap, low, high, 0.9, SHARE, 40, "x", "made up")
    else:
        change = Estimate(ratio, ratio * 0.9, ratio * 1.1, 0.9, RATIO, 40, "x", "made up")
    block = Block(date(2024, 1, 1), date(2024, 4, 1))
    return Reading(
        signal=signal.name,
        version=1,
        repos=("r",),
        window=block,
        now=now,
        before=now,
        change=change,
        series=(),
        parts=(),
        people=7,
        rows=100,
        excluded=(),
        snapshot=1,
        stands_out=stands_out,
    )


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda s: s.name)
@pytest.mark.parametrize("stands_out", [True, False])
@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.8, 1.25, 2.0, 7.0])
def test_sentences_are_plain(signal: Signal, stands_out: bool, ratio: float) -> None:
    for value in VALUES["share" if signal.unit == SHARE else "other"]:
        told = signal.speak(reading(signal, value, ratio, stands_out))
        if told is None:
            continue
        for text in (told.sentence, told.detail):
            assert text[0].isupper() or text[0].isdigit()
            assert text.endswith(".")
            assert "  " not in text
            assert not BANNED.search(text), text
        assert NUMBER.search(told.sentence), told.sentence
        assert len(told.sentence) <= 200
        assert 0 < told.weight <= 1
        assert told.about == signal.name
        assert told.href == f"/signals/{signal.name}"


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda s: s.name)
def test_nothing_known_is_nothing_said(signal: Signal) -> None:
    unknown = Unknown("too few", 1, 8, "weeks")
    known = reading(signal, 0.5, 1.2, False)
    assert signal.speak(replace(known, now=unknown, before=unknown, change=unknown)) is None


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda s: s.name)
def test_declarations_are_complete(signal: Signal) -> None:
    for text in (signal.counts, signal.leaves_out, signal.misuse):
        assert text.endswith(".")
        assert len(text) >= 60
    assert signal.says.endswith("]")
    assert re.search(r"\b(19|20)\d\d\b", signal.source), "name a paper and its year"
    assert "scope_repos" in signal.select
    assert ":since" in signal.select
    assert ":until" in signal.select
    for word in ("::", "qualify", "//", "date_diff"):
        assert word not in signal.select.lower()


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (0.2, "80% fewer than"),
        (0.5, "about half as many as"),
        (0.8, "20% fewer than"),
        (1.3, "30% more than"),
        (2.1, "about twice as many as"),
        (3.4, "about three times as many as"),
        (13.8, "about 14 times as many as"),
    ],
)
def test_ratios_in_words(ratio: float, words: str) -> None:
    change = Estimate(ratio, ratio, ratio, 0.9, RATIO, 1, "weeks", "made up")
    assert sentences.more(change, "more", "fewer") == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.4, "less than an hour"),
        (1.2, "about 1 hour"),
        (30, "about 30 hours"),
        (72, "about 3 days"),
        (1000, "about 6 weeks"),
    ],
)
def test_durations_in_words(hours: float, words: str) -> None:
    assert sentences.duration(hours) == words


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("time_to_merge", "A typical merged change takes anything from minutes to about 3 days"),
        ("pickup_time", "anything from minutes to about 3 days"),
        ("throughput", "Anything from 0.5 to 304 changes land a month"),
    ],
)
def test_what_is_hardly_known_is_told_by_both_ends(name: str, told: str) -> None:
    signal = next(signal for signal in SIGNALS if signal.name == name)
    now = Estimate(0.44, 0.12, 70, 0.9, signal.unit, 28, signal.minimum_of, "made up")
    finding = signal.speak(replace(reading(signal, 0.44, 1.0, False), now=now))
    assert finding is not None
    assert told in finding.sentence


@given(st.floats(0, 1))
def test_tenths_stay_near_the_share(share: float) -> None:
    words = sentences.in_ten(share)
    if match := re.fullmatch(r"about (\d+) in 10", words):
        assert abs(int(match[1]) / 10 - share) <= 0.051
    elif words == "nearly all":
        assert share > 0.95
    elif words == "about 1 in 15":
        assert 0.05 <= share < 0.075
    else:
        assert words == "fewer than 1 in 20"
        assert share < 0.05


@given(st.floats(0.1, 1e6))
def test_rounded_numbers_stay_near(value: float) -> None:
    told = float(sentences.whole(value).replace(",", ""))
    assert told == pytest.approx(value, rel=0.06, abs=0.051)
