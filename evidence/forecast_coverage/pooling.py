"""Verdicts of many trackers put together, with intervals that draw whole trackers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from groundplan.inference.forecasts.backtest import Verdict
from groundplan.inference.forecasts.standing import BOUNDS
from groundplan.terms.estimate import Unknown

DRAWS = 2000
LEAST_CLAIMS = 20  # of a tracker in a cell, to have a share of claims that held
Verdicts = dict[tuple[str, int], list[Verdict]]


def pool(verdicts: Verdicts, names: tuple[str, ...], methods: tuple[str, ...]) -> dict[str, object]:
    """By question, horizon (and window) and method; each tracker; and the bar."""
    cells: dict[tuple[object, ...], dict[str, list[Verdict]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for (name, window), found in verdicts.items():
        for one in found:
            for seen in ("all", window):
                cells[one.question, one.horizon_weeks, seen, one.method, one.level][name].append(
                    one
                )
    order = sorted(cells, key=_by_reading)
    pooled = [
        _summarise(key, cells[key], cells)
        for key in order
        if key[2] == "all" or key[3] in ("groundplan", "bootstrap")
    ]
    return {
        "pooled": pooled,
        "bar": [_bar(row) for row in pooled if _is_claim(row)],
        "by_tracker": _by_tracker(cells, names),
        "methods": list(methods),
    }


def _by_reading(key: tuple[object, ...]) -> tuple[object, ...]:
    question, horizon, window, method, level = key
    return question, method, str(window), horizon, level


def _is_claim(row: dict[str, object]) -> bool:
    return (row["method"], row["window_weeks"], row["level"]) == ("groundplan", "all", 0.85)


def _summarise(
    key: tuple[object, ...], cell: dict[str, list[Verdict]], cells: dict
) -> dict[str, object]:
    question, horizon, window, method, level = key
    base = cells[question, horizon, window, "bootstrap", level]
    both = [name for name in cell if name in base]
    return {
        "question": question,
        "horizon_weeks": horizon,
        "window_weeks": window,
        "method": method,
        "level": level,
        "trackers": len(cell),
        "forecasts": sum(one.forecasts for found in cell.values() for one in found),
        "claims": sum(one.claims for found in cell.values() for one in found),
        "held": _share(cell),
        "held_mean_of_trackers": _interval([x for x in map(_held, cell.values()) if x is not None]),
        "of_all": _interval([_mean(found, lambda one: one.of_all) for found in cell.values()]),
        "inside": _interval([_mean(found, lambda one: one.inside) for found in cell.values()]),
        "crps_ratio": _ratio(cell, base, both, lambda one: one.crps),
        "width_ratio": _ratio(cell, base, both, lambda one: one.width),
    }


def _held(found: list[Verdict]) -> float | None:
    claims = sum(one.claims for one in found)
    return _came_true(found) / claims if claims >= LEAST_CLAIMS else None


def _came_true(found: list[Verdict]) -> float:
    return sum(one.held.value * one.claims for one in found if not isinstance(one.held, Unknown))


def _share(cell: dict[str, list[Verdict]]) -> list[float] | None:
    """The share of all claims that held, with a 90% bootstrap interval that draws trackers."""
    claims = np.array([sum(one.claims for one in found) for found in cell.values()])
    true = np.array([_came_true(found) for found in cell.values()])
    if not claims.any():
        return None
    rng = np.random.default_rng(1979)
    drawn = rng.integers(len(claims), size=(DRAWS, len(claims)))
    shares = true[drawn].sum(axis=1) / np.maximum(claims[drawn].sum(axis=1), 1)
    low, high = np.quantile(shares, [0.05, 0.95])
    return [round(float(x), 3) for x in (true.sum() / claims.sum(), low, high)]


def _mean(found: list[Verdict], read: Callable[[Verdict], float]) -> float:
    known = [x for x in map(read, found) if not np.isnan(x)]
    return float(np.mean(known)) if known else float("nan")


def _ratio(
    cell: dict[str, list[Verdict]],
    base: dict[str, list[Verdict]],
    names: list[str],
    read: Callable[[Verdict], float],
) -> list[float] | None:
    """The geometric mean over trackers of this method's mean over the bootstrap's."""
    pairs = [(_mean(cell[name], read), _mean(base[name], read)) for name in names]
    logs = _interval([float(np.log(a / b)) for a, b in pairs if a > 0 and b > 0], digits=6)
    return logs and [round(float(np.exp(x)), 3) for x in logs]


def _interval(values: list[float], digits: int = 3) -> list[float] | None:
    """The mean over trackers with a 90% bootstrap interval that draws trackers."""
    known = np.array([x for x in values if not np.isnan(x)])
    if len(known) < 2:
        return None
    rng = np.random.default_rng(1979)
    drawn = known[rng.integers(len(known), size=(DRAWS, len(known)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.05, 0.95])
    return [round(float(x), digits) for x in (known.mean(), low, high)]


def _bar(row: dict[str, object]) -> dict[str, object]:
    held = row["held"]
    share = held[0] if held else None  # type: ignore[index]
    crps = row["crps_ratio"]
    return {
        "question": row["question"],
        "horizon_weeks": row["horizon_weeks"],
        "held": held,
        "held_mean_of_trackers": row["held_mean_of_trackers"],
        "of_all": row["of_all"],
        "crps_ratio": crps,
        "holds": share is not None and BOUNDS[0] <= share <= BOUNDS[1],
        "sharper": crps is not None and crps[0] < 1,  # type: ignore[index]
    }


def _by_tracker(cells: dict, names: tuple[str, ...]) -> list[dict[str, object]]:
    rows = []
    for name in names:
        for key in sorted(cells, key=_by_reading):
            question, horizon, window, method, level = key
            if window == "all" and level == 0.85 and method in ("groundplan", "bootstrap"):
                found = cells[key].get(name)
                if found:
                    held = _held(found)
                    rows.append(
                        {
                            "tracker": name,
                            "question": question,
                            "horizon_weeks": horizon,
                            "method": method,
                            "forecasts": sum(one.forecasts for one in found),
                            "held": None if held is None else round(held, 3),
                            "of_all": _rounded(_mean(found, lambda one: one.of_all)),
                            "crps": round(_mean(found, lambda one: one.crps), 3),
                        }
                    )
    return rows


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)


def describe(verdicts: list[Verdict]) -> list[str]:
    """A few lines about one tracker, for whoever watches."""
    return [
        f"{one.method}, {one.question}, {one.horizon_weeks} weeks: "
        f"{one.held}, of all {one.of_all:.3f}, crps {one.crps:.2f}"
        for one in verdicts
        if one.level == 0.85
        and one.horizon_weeks == 8
        and one.method in ("groundplan", "bootstrap")
    ]
