"""What was said of each case when it began, by what was known then, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundplan.facts.interruptions import Lasted
from groundplan.inference.resumption import GIVEN_UP, Prior, learn
from histories import known_at

Figures = dict[str, object]
DRAWS = 4_000
LEAST_OWN = 5  # own cases before the naive rule trusts them
BOOTSTRAPS = 2_000
MOST = 400  # cases of one tracker


@dataclass(frozen=True)
class Said:
    """Of one case: the chance of giving up, the quantiles of its time, and what came.

    soon: the quantiles if it comes within half a year, as the product shows them. gone: given up or
    not back in half a year, None where it is not known yet. days: how long it took, infinite if it
    never ended; watched: for how long it was followed, infinite if to its end.
    """

    tracker: str
    chance: dict[str, float]
    quantiles: dict[str, np.ndarray]
    soon: dict[str, np.ndarray]
    gone: bool | None
    days: float
    watched: float


LEVELS = np.array([0.1, 0.5, 0.8, 0.9])


def say(
    name: str, past: Lasted, prior: Prior, others: Lasted, age: float, rng: np.random.Generator
) -> list[Said]:
    """Every case of a tracker (at most 400, evenly spread), so many days after it began."""
    order = np.argsort(past.since, kind="stable")
    found = []
    for row in order[:: max(1, len(order) // MOST)]:
        if past.days[row] <= age:
            continue
        on = np.busday_offset(past.since[row], int(age), roll="forward")
        own = known_at(past, past.since[row], on)
        closed, naive = pool(own, age), pool(others, age)
        ways = {
            "groundplan": learn(own.days, own.came, own.never, prior).draw(DRAWS, rng, age),
            "pooled": naive,
            "own": closed if len(closed) >= LEAST_OWN else naive,
        }
        left = float(past.days[row] - age)
        found.append(
            Said(
                name,
                chance={way: float(np.mean(times > GIVEN_UP)) for way, times in ways.items()},
                quantiles={way: quantiles(times) for way, times in ways.items()},
                soon={way: quantiles(times[times <= GIVEN_UP]) for way, times in ways.items()},
                gone=outcome(past, row, age),
                days=left if past.came[row] else np.inf,
                watched=np.inf if past.came[row] or past.never[row] else left,
            )
        )
    return found


def quantiles(times: np.ndarray) -> np.ndarray:
    """At the levels that are judged; nothing known is anything at all."""
    if not len(times):
        return np.array([0.0, np.inf, np.inf, np.inf])
    return np.quantile(times, LEVELS, method="inverted_cdf")


def pool(past: Lasted, age: float = 0.0) -> np.ndarray:
    """What a naive rule takes for the times of such cases: those whose end is known."""
    known = (past.came | past.never | (past.days > GIVEN_UP)) & (past.days > age)
    return np.where(past.came, past.days - age, np.inf)[known]


def outcome(past: Lasted, row: int, age: float) -> bool | None:
    """Whether a case was given up, or not over half a year later."""
    if past.never[row] or past.days[row] - age > GIVEN_UP:
        return True
    return False if past.came[row] else None


def judge_chances(said: Sequence[Said]) -> Figures:
    """Brier score and log loss of each way, and the gain over the pooled share, by tracker."""
    known = [each for each in said if each.gone is not None]
    gone = np.array([each.gone for each in known], dtype=float)
    names = np.array([each.tracker for each in known])
    figures: Figures = {"cases": len(known), "given_up": round(float(gone.mean()), 3)}
    scores = {}
    for way in ("groundplan", "pooled", "own"):
        chance = np.clip([each.chance[way] for each in known], 0.01, 0.99)
        scores[way] = (chance - gone) ** 2
        loss = -np.log(np.where(gone == 1, chance, 1 - chance))
        figures[way] = {
            "said": round(float(chance.mean()), 3), "brier": round(float(scores[way].mean()), 4),
            "log_loss": round(float(loss.mean()), 3),
        }  # fmt: skip
    for way in ("pooled", "own"):
        figures[f"gain_over_{way}"] = by_tracker(scores[way] - scores["groundplan"], names)
    chance = np.array([each.chance["groundplan"] for each in known])
    figures["by_chance"] = [
        {"said": round(float(chance[rows].mean()), 3), "came": round(float(gone[rows].mean()), 3),
         "cases": len(rows)}
        for rows in np.array_split(np.argsort(chance), 3) if len(rows)
    ]  # fmt: skip
    return figures


def judge_times(said: Sequence[Said]) -> Figures:
    """How often 80% ranges and claims "80% sure by then" held, and how wide they are."""
    return {
        way: judge_way(said, way) | judge_soon(said, way) for way in ("groundplan", "pooled", "own")
    }


def judge_soon(said: Sequence[Said], way: str) -> Figures:
    """Ranges for what comes within half a year, where it did."""
    came = [each for each in said if each.days <= GIVEN_UP]
    low, middle, _, high = np.array([each.soon[way] for each in came]).T
    days, names = np.array([each.days for each in came]), np.array([each.tracker for each in came])
    held = (days >= low) & (days <= high)
    return {
        "came_in_half_a_year": len(came),
        "if_so_range_80_held": by_tracker(held.astype(float), names),
        "if_so_below_middle": by_tracker((days <= middle).astype(float), names),
        "if_so_high_days": round(float(np.median(high)), 1),
        "if_so_low_days": round(float(np.median(low)), 1),
    }


def judge_way(said: Sequence[Said], way: str) -> Figures:
    """One way's ranges; what was not followed to its end counts where it is told anyway."""
    low, _, sure, high = np.array([each.quantiles[way] for each in said]).T
    days = np.array([each.days for each in said])
    watched = np.array([each.watched for each in said])
    names = np.array([each.tracker for each in said])
    ended = np.isinf(watched)
    inside = np.where(ended, (days >= low) & (days <= high), watched <= high)
    told = ended | (watched > high) | (np.isinf(high) & (watched >= low))
    claimed = np.isfinite(sure) & (ended | (watched > sure))
    finite = np.isfinite(high)
    width = np.log(high[finite] / np.maximum(low[finite], 0.5))
    return {
        "cases": int(told.sum()),
        "range_80_held": by_tracker(inside[told].astype(float), names[told]),
        "ends_somewhere": round(float(finite.mean()), 3),
        "times_as_long": round(float(np.exp(np.median(width))), 1) if len(width) else None,
        "claims": int(claimed.sum()),
        "claim_80_held": by_tracker((days <= sure)[claimed].astype(float), names[claimed]),
    }


def by_tracker(values: np.ndarray, names: np.ndarray) -> list[float] | None:
    """A mean and its 90% interval, from drawing whole trackers."""
    if not len(values):
        return None
    each = np.unique(names)
    sums = np.array([values[names == name].sum() for name in each])
    counts = np.array([(names == name).sum() for name in each])
    rng = np.random.default_rng(7)
    drawn = rng.integers(len(each), size=(BOOTSTRAPS, len(each)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    found = (values.mean(), np.quantile(means, 0.05), np.quantile(means, 0.95))
    return [round(float(x), 3) for x in found]


def join(pasts: Sequence[Lasted]) -> Lasted:
    """Several trackers' cases as one's."""
    columns = ("since", "days", "came", "never", "before")
    joined = [np.concatenate([getattr(past, name) for past in pasts]) for name in columns]
    return Lasted(*joined, people=0)
