"""How often does a page claim a change when nothing changed? And how often does it see one?

Run: python evidence/quiet_pages/study.py  (about a minute; no data needed)

Twelve numbers stand side by side, each a mean of weekly counts over quarters, as on the team page.
The generator is over-dispersed and autocorrelated (log-normal AR(1) rates, Poisson counts). Three
rules read the same histories: the shipped one, the 90% interval alone, and "more than 15%".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from groundplan.inference.change import compare, excludes_no_change
from groundplan.inference.proportions import wilson_bounds
from groundplan.inference.rates import mean_per_week
from groundplan.inference.standing_out import stands_out
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import CHANGES_PER_WEEK

HERE = Path(__file__).parent
WEEKS, WINDOWS, NUMBERS, PAGES = 13, 12, 12, 1000
Rule = Callable[[list[Measured]], bool]


def history(rng: np.random.Generator, correlation: float, spread: float) -> np.ndarray:
    """Weekly counts around 12 a week without a change of level."""
    weeks = WEEKS * WINDOWS
    state, rates = rng.normal(), np.empty(weeks)
    for week in range(weeks):
        rates[week] = state
        state = correlation * state + np.sqrt(1 - correlation**2) * rng.normal()
    return rng.poisson(12 * np.exp(spread * rates - spread**2 / 2))


def read(counts: np.ndarray) -> list[Measured]:
    """The number in each quarter."""
    return [mean_per_week(part, CHANGES_PER_WEEK) for part in counts.reshape(-1, WEEKS)]


def shipped(series: list[Measured]) -> bool:
    """What the page uses."""
    return stands_out(compare(series[-1], series[-2]), series[:-1], comparisons=NUMBERS)


def interval_alone(series: list[Measured]) -> bool:
    """The change's own 90% interval excludes none."""
    return excludes_no_change(compare(series[-1], series[-2]))


def fifteen_percent(series: list[Measured]) -> bool:
    """The field's rule of thumb."""
    now, before = series[-1], series[-2]
    assert isinstance(now, Estimate) and isinstance(before, Estimate)
    return bool(before.value) and abs(now.value / before.value - 1) > 0.15


RULES: dict[str, Rule] = {
    "shipped": shipped,
    "interval alone": interval_alone,
    "more than 15%": fifteen_percent,
}


def share(hits: int, of: int) -> dict[str, float]:
    """A share with its 95% Wilson interval."""
    low, high = wilson_bounds(hits / of, of, 0.95)
    return {"share": round(hits / of, 3), "low": round(low, 3), "high": round(high, 3), "of": of}


def main() -> None:
    rng = np.random.default_rng(20261120)
    result: dict[str, object] = {"numbers_on_a_page": NUMBERS, "weeks": WEEKS, "windows": WINDOWS}
    quiet: dict[str, object] = {}
    for correlation in (0.0, 0.3, 0.6):
        claimed = dict.fromkeys(RULES, 0)
        for _ in range(PAGES):
            page = [read(history(rng, correlation, 0.4)) for _ in range(NUMBERS)]
            for name, rule in RULES.items():
                claimed[name] += any(rule(series) for series in page)
        quiet[f"autocorrelation {correlation}"] = {k: share(v, PAGES) for k, v in claimed.items()}
    result["pages_that_claim_a_change_when_there_is_none"] = quiet
    seen: dict[str, object] = {}
    for factor in (1.5, 2.0, 3.0, 5.0):
        hits = dict.fromkeys(RULES, 0)
        for _ in range(PAGES):
            counts = history(rng, 0.3, 0.4)
            counts[-WEEKS:] = rng.poisson(counts[-WEEKS:] * factor)
            series = read(counts)
            for name, rule in RULES.items():
                hits[name] += rule(series)
        seen[f"times {factor}"] = {name: share(n, PAGES) for name, n in hits.items()}
    result["one_number_that_changed_is_seen"] = seen
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
