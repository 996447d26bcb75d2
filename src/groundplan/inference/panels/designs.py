"""The decision table: which design, estimator and inference a study of few units gets, or none.

It is data, printed into the documents and held by tests. Only facts that are known before
outcomes are looked at decide, so that nobody can try paths until one of them is significant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import comb
from typing import Final, Literal, TypeAlias

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.effects import Scale
from groundplan.inference.panels.interrupted import LEAST_AFTER, LEAST_BEFORE, LEAST_DATES

Rule: TypeAlias = Literal["complete", "blocked", "observed"]
Strength: TypeAlias = Literal["randomised", "observational", "suggestive", "none"]

MANY_UNITS: Final = 200
MANY_ON_A_SIDE: Final = 20
FEW_TREATED: Final = 2
FEWEST_FOR_INTERVAL: Final = 4  # units from which Student's t has two degrees of freedom
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Design:
    """What is known of a study beside its panel.

    rule: how starts were assigned: complete (at random among all units, also a stepped wedge),
    blocked (at random within `strata`: pairs or blocks, one number a unit), or observed (not at
    random). better: which way the outcome should move. worthwhile: the smallest effect worth
    having, on the effect's scale; worth_percent: the same in percent of the level before the first
    start, for a scale that is left to the outcomes. planned: first treated periods as planned;
    where they were assigned at random, they and not the actual ones are compared. other: first
    periods of another intervention on the units. redefined: why the intervention changes what the
    outcome counts, if it does. season: periods of a full season, 0 for none. weights: of units,
    such as people.
    """

    rule: Rule = "observed"
    strata: Integers | None = None
    scale: Scale | Literal["auto"] = "auto"
    better: Literal["higher", "lower"] = "higher"
    worthwhile: float | None = None
    worth_percent: float | None = None
    level: float = LEVEL
    planned: Integers | None = None
    other: Integers | None = None
    redefined: str = ""
    season: int = 0
    weights: Floats | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the table decides by: units, treated ones and starts; periods before the first start
    and from the last one on; the least p that the assignment rule allows."""

    units: int
    treated: int
    starts: int
    before: int
    after: int
    randomised: bool
    least_p: float
    level: float = LEVEL

    @property
    def controls(self) -> int:
        return self.units - self.treated

    @property
    def can_reject(self) -> bool:
        return self.least_p <= 1 - self.level + 1e-12

    @property
    def all_at_once(self) -> bool:
        return self.controls == 0 and self.starts == 1

    @property
    def has_placebo_dates(self) -> bool:
        """Whether nineteen placebo dates with whole windows fit before the start."""
        needed = LEAST_BEFORE + self.after + LEAST_DATES - 1
        return self.starts == 1 and self.after >= LEAST_AFTER and self.before >= needed


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the table. strength: the most that may be claimed on it."""

    name: str
    when: str
    design: str
    estimator: str
    inference: str
    strength: Strength
    holds: Callable[[Facts], bool]

    @property
    def refuses(self) -> bool:
        return self.strength == "none" and not self.estimator


TASKS: Final = Route(
    "tasks within people",
    "tasks are assigned at random within people",
    "within-person trial",
    "difference within people, log scale, forecast as covariate",
    "permutation of tasks within each person",
    "randomised",
    lambda _: False,  # has no panel: `permute_tasks`
)

TABLE: Final[tuple[Route, ...]] = (
    Route(
        "nobody treated",
        "no unit is ever treated, or none has a period before its start and one from it on",
        "", "", "refuse: there is nothing to compare", "none",
        lambda f: not f.treated or f.before < 1 or f.after < 1,
    ),
    Route(
        "placebo dates",
        "one unit, or all units start at once; nineteen placebo dates fit before the start",
        "interrupted series", "change of level, AR(1) by REML",
        "larger p of Satterthwaite's t and of the rank among placebo dates", "suggestive",
        lambda f: f.all_at_once and f.has_placebo_dates,
    ),
    Route(
        "no comparison",
        "one unit, or all units start at once; the history is shorter",
        "", "",
        "refuse: without other units, only a long history could tell the start from chance", "none",
        lambda f: f.all_at_once,
    ),
    Route(
        "many units",
        "200 units or more, 20 or more on each side",
        "staggered difference in differences", "Callaway-Sant'Anna; imputation beside it",
        "multiplier bootstrap of units, and permutation of starts must agree", "observational",
        lambda f: not f.randomised and f.units >= MANY_UNITS
        and min(f.treated, f.controls) >= MANY_ON_A_SIDE,
    ),
    Route(
        "randomised",
        "starts assigned at random, all on one date; 20 or more assignments possible "
        "(40 with equal halves)",
        "parallel groups", "difference of gains",
        "permutation over the assignment rule, interval by inversion", "randomised",
        lambda f: f.randomised and f.can_reject and f.starts == 1,
    ),
    Route(
        "stepped wedge",
        "starts assigned at random, on several dates; 20 or more assignments possible",
        "stepped wedge", "imputation over the blocks between starts",
        "permutation of starts over the assignment rule, interval by inversion", "randomised",
        lambda f: f.randomised and f.can_reject and f.starts > 1,
    ),
    Route(
        "few treated",
        "not randomised; one or two units start on one date, among 20 or more (seven or more "
        "with two)",
        "comparative case", "difference of gains, in units of each unit's own noise",
        "rank among all other choices of units", "observational",
        lambda f: f.can_reject and f.starts == 1 and f.treated <= FEW_TREATED,
    ),
    Route(
        "comparison",
        "not randomised; three or more units start on one date; 20 or more assignments possible "
        "(40 with equal halves)",
        "difference in differences", "difference of gains, given the weeks before the start",
        "permutation of treated units, interval by inversion", "observational",
        lambda f: f.can_reject and f.starts == 1,
    ),
    Route(
        "staggered",
        "not randomised; units start on several dates; 20 or more assignments possible",
        "staggered difference in differences", "imputation over the blocks between starts",
        "permutation of starts, interval by inversion", "observational",
        lambda f: f.can_reject,
    ),
    Route(
        "difference series",
        "too few units for any permutation; one start; nineteen placebo dates fit before it",
        "interrupted series of the difference to the other units",
        "change of level, AR(1) by REML",
        "larger p of Satterthwaite's t and of the rank among placebo dates", "suggestive",
        lambda f: f.has_placebo_dates,
    ),
    Route(
        "interval only",
        "too few possible assignments; four units or more, one start",
        "parallel groups", "difference of gains",
        "Student's t interval; never called an effect", "none",
        lambda f: f.starts == 1 and f.units >= FEWEST_FOR_INTERVAL,
    ),
    Route(
        "too few",
        "anything else",
        "", "",
        "refuse: no assignment of so few units could look unusual", "none",
        lambda _: True,
    ),
)  # fmt: skip


def choose_route(facts: Facts) -> Route:
    """The first row of the table that holds."""
    return next(route for route in TABLE if route.holds(facts))


def say_needs(facts: Facts) -> tuple[str, ...]:
    """What a study would need so that anything could be said of it, in sentences."""
    if facts.treated == 0 or facts.before < 1 or facts.after < 1:
        return ("Units that start within the periods, with some of them before the start.",)
    told = []
    if facts.starts == 1 and not facts.can_reject:
        others = next(n for n in count(1) if _least_p(facts.treated, n) <= 1 - facts.level + 1e-12)
        word = "unit that does" if others == 1 else "units that do"
        told.append(
            f"{others} {word} not start, beside {facts.treated} that {_do(facts.treated)}; now "
            f"{facts.controls} {_do(facts.controls)} not."
        )
    needed = LEAST_BEFORE + max(facts.after, LEAST_AFTER) + LEAST_DATES - 1
    if facts.starts == 1 and facts.before < needed:
        told.append(
            f"Or {needed} periods before the start, where {facts.before} are known: their own past "
            "gives a hint, never more."
        )
    return tuple(told)


def _do(count: int) -> str:
    return "does" if count == 1 else "do"


def _least_p(treated: int, others: int) -> float:
    """The least p of a permutation of starts on one date."""
    return (2 if treated == others else 1) / comb(treated + others, treated)
