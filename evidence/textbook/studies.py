"""Five published studies: their panels, their figures, and where those were printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from checks import Estimator, broken_laws
from regressions import decompose, regression_weighted_mixture, stopped_early
from tables import read_csv, read_stata

from groundplan.inference.panels.cohorts import Cells, Cohorts, compare_cells, sort_cohorts
from groundplan.inference.panels.collapse import collapse, compare_gains
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.imputation import imputation_effect
from groundplan.inference.panels.naive import two_way_clustered
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.simplex import closest_mixture
from groundplan.inference.panels.staggered import (
    Average,
    EventStudy,
    event_study,
    staggered_effect,
)
from groundplan.inference.panels.synthetic import (
    Gaps,
    did_gap,
    synthetic_control,
    synthetic_did,
    synthetic_mixture,
)
from groundplan.terms.estimate import Unknown

SEED = 20260731
SPARED = {
    "synthetic control": ("units",),
    "synthetic difference-in-differences": ("periods",),
}
ATT_GT = {
    (2004, 2004): -0.0105, (2004, 2005): -0.0704, (2004, 2006): -0.1373, (2004, 2007): -0.1008,
    (2006, 2004): 0.0065, (2006, 2005): -0.0028, (2006, 2006): -0.0046, (2006, 2007): -0.0412,
    (2007, 2004): 0.0305, (2007, 2005): -0.0027, (2007, 2006): -0.0311, (2007, 2007): -0.0261,
}  # fmt: skip
SINCE = {-3: 0.0305, -2: -0.0006, -1: -0.0245, 0: -0.0199, 1: -0.0510, 2: -0.1373, 3: -0.1008}
DID = "Callaway and Sant'Anna (2021), R package did, vignette, no covariates"


@dataclass(frozen=True)
class Figure:
    """One printed figure and ours."""

    says: str
    published: float
    digits: int
    ours: float
    source: str

    @property
    def agrees(self) -> bool:
        return abs(self.ours - self.published) <= 0.5 * 10**-self.digits * (1 + 1e-9)


@dataclass(frozen=True)
class Reproduced:
    """A study's figures, the laws that its estimators broke, and what else we say of it."""

    figures: list[Figure]
    broken: list[str]
    also: dict[str, float] = field(default_factory=dict)


def known(told: Effect | Unknown | None) -> Effect:
    assert isinstance(told, Effect), told
    return told


def two_way(panel: Panel) -> float:
    return known(two_way_clustered(panel)).estimate


def checked(panel: Panel, estimators: dict[str, Estimator]) -> list[str]:
    """What estimators break, by name."""
    return [
        f"{name}: {law}"
        for name, estimate in estimators.items()
        for law in broken_laws(estimate, panel, SPARED.get(name, ()))
    ]


def spread_out(table: dict[str, np.ndarray], unit: str, period: str, value: str) -> Panel:
    """A panel of which nobody is treated yet, from long rows."""
    units, row = np.unique(table[unit], return_inverse=True)
    periods, column = np.unique(table[period], return_inverse=True)
    outcome = np.full((len(units), len(periods)), np.nan)
    outcome[row, column] = table[value]
    return make_panel(map(str, units), map(str, periods), outcome, np.full(len(units), NEVER))


def minimum_wage() -> Reproduced:
    """County teen employment after states raised their minimum wage (mpdta)."""
    table = read_csv("mpdta/mpdta.csv")
    blank = spread_out(table, "countyreal", "year", "lemp")
    raised = spread_out(table, "countyreal", "year", "first.treat").outcome[:, 0]
    panel = blank.assigned(np.where(raised > 0, raised - 2003, NEVER))
    rng = np.random.default_rng(SEED)
    cohorts = sort_cohorts(panel)
    assert isinstance(cohorts, Cohorts)
    cells, study = compare_cells(cohorts, "never", "varying"), event_study(panel, rng)
    assert isinstance(cells, Cells)
    assert isinstance(study, EventStudy)
    keys = zip((cells.start + 2003).tolist(), (cells.period + 2003).tolist(), strict=True)
    ours = dict(zip(keys, cells.effect.tolist(), strict=True))
    since = dict(zip(study.since.tolist(), study.effect.tolist(), strict=True))

    def average(kind: Average) -> Effect:
        return known(staggered_effect(panel, np.random.default_rng(SEED), average=kind))

    simple, dynamic = average("simple"), average("dynamic")
    imputed = known(imputation_effect(panel)).estimate
    stata = "Borusyak, Jaravel and Spiess (2024), Stata did_imputation with its defaults"
    figures = [
        *(Figure(f"ATT({g}, {t})", ATT_GT[g, t], 4, ours[g, t], DID) for g, t in ATT_GT),
        *(Figure(f"ATT({e} since start)", SINCE[e], 4, since[e], DID) for e in SINCE),
        Figure("average, simple", -0.0400, 4, simple.estimate, DID),
        Figure("its standard error", 0.0120, 4, simple.se or 0.0, DID),
        Figure("average, dynamic", -0.0772, 4, dynamic.estimate, DID),
        Figure("its standard error", 0.0200, 4, dynamic.se or 0.0, DID),
        Figure("average, group", -0.0310, 4, average("group").estimate, DID),
        Figure("average, calendar", -0.0417, 4, average("calendar").estimate, DID),
        Figure("imputation", -0.047710, 6, imputed, stata),
    ]
    estimators = {
        "Callaway-Sant'Anna": lambda p: (
            known(staggered_effect(p, np.random.default_rng(SEED), draws=1)).estimate
        ),
        "imputation": lambda p: known(imputation_effect(p)).estimate,
        "two-way regression": two_way,
    }
    return Reproduced(figures, checked(panel, estimators))


def proposition_99() -> Reproduced:
    """Cigarette sales in California after a tax of 1988."""
    table = read_csv("causal/causalpy_california_prop99.csv")
    states = [name for name in table if name != "Year"]
    outcome = np.column_stack([table[name] for name in states]).T
    starts = [19 if name == "California" else NEVER for name in states]
    panel = make_panel(states, table["Year"].astype(int), outcome, starts)
    rest, own, start = outcome[panel.treated_from == NEVER], outcome[starts.index(19)], 19
    early = stopped_early(rest, own, start)
    centred = rest[:, :start].T - rest[:, :start].mean(axis=1)
    level = closest_mixture(centred, own[:start] - own[:start].mean())
    gaps = own - level @ rest
    gain = collapse(panel, "difference")
    logs = collapse(replace(panel, outcome=np.log(outcome)), "difference")
    on_logs = known(compare_gains(logs))
    table_1 = "Arkhangelsky et al. (2021), American Economic Review 111(12), table 1"
    small = "Lee and Wooldridge (2025), difference-in-differences with small samples, demeaned logs"
    did = _known_gaps(synthetic_did(panel, np.random.default_rng(SEED))).effect()
    figures = [
        Figure("synthetic difference-in-differences", -15.6, 1, did.estimate, table_1),
        Figure("difference-in-differences", -27.3, 1, compare_gains(gain).estimate, table_1),
        Figure(
            "synthetic control, solver stopped early",
            -19.6,
            1,
            float((own - early @ rest)[start:].mean()),
            table_1,
        ),
        Figure(
            "synthetic control with a level of its own",
            -11.1,
            1,
            float(gaps[start:].mean() - gaps[:start].mean()),
            table_1,
        ),
        Figure("collapsed difference of logs", -0.422, 3, on_logs.estimate, small),
        Figure("its standard error", 0.121, 3, on_logs.se or 0.0, small),
    ]
    estimators = {
        "synthetic difference-in-differences": _did,
        "synthetic control": _gap,
        "collapsed difference": lambda p: compare_gains(collapse(p, "difference")).estimate,
    }
    return Reproduced(figures, checked(panel, estimators), _our_own(did, panel))


def _our_own(did: Effect, panel: Panel) -> dict[str, float]:
    """What the product says beside the printed figures: the optimum, and ranks among placebos."""
    control = _known_gaps(synthetic_control(panel, np.random.default_rng(SEED))).effect()
    return {
        "synthetic control, closest mixture": round(control.estimate, 2),
        "synthetic control, p by placebo rank": round(control.p or 0.0, 4),
        "synthetic control, placebo error": round(control.se or 0.0, 2),
        "synthetic difference-in-differences, p by placebo rank": round(did.p or 0.0, 4),
        "synthetic difference-in-differences, placebo error": round(did.se or 0.0, 2),
    }


def _known_gaps(told: Gaps | Unknown) -> Gaps:
    assert isinstance(told, Gaps)
    return told


def _did(panel: Panel) -> float:
    start, rest = int(panel.starts[0]), panel.outcome[~panel.treated]
    gap = did_gap(rest, panel.outcome[panel.treated].mean(axis=0), start, 1)
    return float(gap[start:].mean())


def _gap(panel: Panel) -> float:
    mixture = synthetic_mixture(panel)
    assert not isinstance(mixture, Unknown)
    return mixture.gap


def castle_doctrine() -> Reproduced:
    """Homicides after states widened the right to self-defence."""
    table = read_stata("causal/castle.dta")
    blank = spread_out(table, "sid", "year", "l_homicide")
    law = spread_out(table, "sid", "year", "post").outcome
    starts = np.where(law.any(axis=1), law.argmax(axis=1), NEVER)
    mixtape = blank.assigned(starts)
    bacon = blank.assigned(np.where(starts == NEVER, NEVER, starts - 1))
    book = "Cunningham (2021), Causal Inference: The Mixtape, chapter 9, years after the law's"
    package = "Goodman-Bacon (2021), R package bacondecomp, vignette, years from the law's on"
    figures = [
        Figure("two-way regression", 0.069, 3, two_way(mixtape), book),
        *_parts(mixtape, ((0.077, -0.029), (0.024, 0.046), (0.899, 0.078)), 3, book),
        Figure("two-way regression", 0.0818116169306, 13, two_way(bacon), package),
        *_parts(bacon, ((0.05976, -0.00554), (0.03190, 0.07032), (0.90834, 0.08796)), 5, package),
    ]
    return Reproduced(figures, checked(bacon, {"two-way regression": two_way}))


def _parts(
    panel: Panel, published: tuple[tuple[float, float], ...], digits: int, source: str
) -> list[Figure]:
    found = decompose(panel)
    return [
        Figure(f"{what}, {kind}", printed[at], digits, found[kind][at], source)
        for kind, printed in zip(found, published, strict=True)
        for at, what in enumerate(("weight", "effect"))
    ]


def organ_donation() -> Reproduced:
    """Registered donors in California after people had to choose, third quarter of 2011."""
    table = read_csv("causal/organ_donation.csv")
    table["at"] = np.array([f"{quarter[2:]} {quarter[:2]}" for quarter in table["Quarter"]])
    blank = spread_out(table, "State", "at", "Rate")
    own = np.array(blank.units) == "California"
    panel = blank.assigned(np.where(own, 3, NEVER))
    regression = known(two_way_clustered(panel))
    before = blank.window(0, 3)

    def fake(first: int, last: int) -> float:
        """The regression on quarters before the change, with a start that never was."""
        told = before.window(0, last)
        return two_way(told.assigned(np.where(own, first, NEVER)))

    book = "Huntington-Klein (2021), The Effect, chapter 18; Kessler and Roth (2014), NBER 20378"
    collapsed = compare_gains(collapse(panel, "difference")).estimate
    figures = [
        Figure("two-way regression", -0.022, 3, regression.estimate, book),
        Figure("its clustered error", 0.006, 3, regression.se or 0.0, book),
        Figure("collapsed difference", -0.022, 3, collapsed, book),
        Figure("start moved to the first quarter of 2011", 0.006, 3, fake(1, 3), book),
        Figure("start moved to the second quarter of 2011", -0.002, 3, fake(2, 3), book),
    ]
    estimators = {
        "two-way regression": two_way,
        "collapsed difference": lambda p: compare_gains(collapse(p, "difference")).estimate,
    }
    return Reproduced(figures, checked(panel, estimators))


def texas_prisons() -> Reproduced:
    """Black men in prison after Texas built prisons in 1993."""
    table = read_stata("causal/texas.dta")
    names = ("bmprison", "alcohol", "aidscapita", "income", "ur", "poverty", "black", "perc1519")
    by = {name: spread_out(table, "state", "year", name).outcome for name in names}
    states = spread_out(table, "state", "year", "bmprison").units
    at = {year: year - 1985 for year in range(1985, 2001)}
    years = {"bmprison": (1990, 1992, 1991, 1988), "alcohol": (1990,), "aidscapita": (1990, 1991)}
    later = {"black": (1990, 1991, 1992), "perc1519": (1990,)}
    columns = [by[name][:, at[year]] for name in years for year in years[name]]
    columns += [by[name][:, : at[1993]].mean(axis=1) for name in ("income", "ur", "poverty")]
    columns += [by[name][:, at[year]] for name in later for year in later[name]]
    texas = states.index("Texas")
    weights = regression_weighted_mixture(
        np.column_stack(columns), by["bmprison"][:, : at[1994]], texas
    )
    ours = dict(zip(states[:texas] + states[texas + 1 :], weights.tolist(), strict=True))
    book = "Cunningham (2021), Causal Inference: The Mixtape, chapter 10, Stata synth"
    printed = {"California": 0.408, "Florida": 0.109, "Illinois": 0.36, "Louisiana": 0.122}
    figures = [Figure(f"weight of {s}", w, 3, ours[s], book) for s, w in printed.items()]
    others = sum(weight for state, weight in ours.items() if state not in printed)
    return Reproduced([*figures, Figure("weight of all others", 0.0, 3, others, book)], [])


STUDIES: dict[str, Callable[[], Reproduced]] = {
    "minimum wage": minimum_wage,
    "Proposition 99": proposition_99,
    "castle doctrine": castle_doctrine,
    "organ donation": organ_donation,
    "Texas prisons": texas_prisons,
}
