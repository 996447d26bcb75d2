"""What a study found, in the four verdicts, and what may and may not be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.caveats import Audit, Check
from groundplan.inference.panels.designs import Design, Facts, Route
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.staggered import EventStudy

Verdict: TypeAlias = Literal["helped", "hurt", "no worthwhile effect", "cannot tell"]

_MAY: Final = {
    "randomised": "The intervention caused the difference, on average over these units and this "
    "window.",
    "observational": "The units that started moved away from the others, further than other "
    "choices of units do.",
    "suggestive": "The level moved at the start, further than it did on other dates. This is a "
    "hint, not a finding.",
}
_MAY_NOT: Final = {
    "randomised": "That other teams, or a longer time, would see the same.",
    "observational": "That the intervention caused it: units were not chosen at random, and what "
    "else changed for them at that time is in it.",
    "suggestive": "That the intervention caused it: there is nothing to compare with.",
}
NOTHING_ABOUT_UNITS: Final = "Anything about a single unit or person."
NOT_NO_EFFECT: Final = "That there is no effect: the interval holds effects that would matter."


@dataclass(frozen=True, slots=True)
class Finding:
    """The one analysis of a study.

    verdict: helped and hurt by the direction that the design calls better. because: why this
    verdict, in one sentence. refused: why nothing was estimated, "" if something was.
    effect: None where refused. others: estimates under the other assignments, the actual one
    first, on the scale of estimation. scale_because: why percent or difference. worth: the
    smallest effect worth having, on the effect's scale, 0 where none was named. events: effects by
    time since the start; gap: the distance from a mixture of the others; None where there is none.
    needs: what would be needed where nothing can be said, in sentences.
    """

    verdict: Verdict
    because: str
    refused: str
    route: Route
    facts: Facts
    effect: Effect | None
    scale: Scale
    scale_because: str
    checks: tuple[Check, ...]
    caveats: tuple[str, ...]
    audit: Audit
    others: Floats
    may_say: tuple[str, ...]
    may_not_say: tuple[str, ...]
    worth: float = 0.0
    events: EventStudy | None = None
    gap: EventStudy | None = None
    needs: tuple[str, ...] = ()


def judge(
    effect: Effect, route: Route, design: Design, checks: tuple[Check, ...], worth: float
) -> tuple[Verdict, str]:
    """The verdict that an effect allows, and why. worth: what matters, on its scale, 0 for any.

    helped, hurt: the test rejects no effect, no check stops it, and the interval is not wholly
    too small to matter. no worthwhile effect: the interval lies within the smallest effect worth
    having, a stricter form of two one-sided tests (Schuirmann 1987, Journal of Pharmacokinetics
    and Biopharmaceutics 15(6)). cannot tell: anything else.
    """
    if -worth < effect.low and effect.high < worth:
        return "no worthwhile effect", "the whole interval is smaller than what is worth having"
    if stopping := [check.name for check in checks if check.stops]:
        return "cannot tell", f"a check does not hold: {', '.join(stopping)}"
    if route.strength == "none":
        return "cannot tell", "so few assignments were possible that none could look unusual"
    if not effect.is_significant:
        return "cannot tell", "chance alone may have done this: zero lies inside the interval"
    good = (effect.estimate > 0) == (design.better == "higher")
    says = "chance alone is ruled out: zero lies outside the interval, and no check stops it"
    return ("helped" if good else "hurt"), says


def say(
    verdict: Verdict, route: Route, effect: Effect | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may be said, and what may not."""
    if effect is None:
        return (), ("That there is an effect.", "That there is none.")
    may_not = [NOTHING_ABOUT_UNITS]
    if verdict in ("helped", "hurt"):
        return (_MAY[route.strength],), (_MAY_NOT[route.strength], *may_not)
    if verdict == "no worthwhile effect":
        told = "Whatever the effect on these units was, it is smaller than what is worth having."
        return (told,), ("That there is no effect at all.", *may_not)
    told = "The data are compatible with every effect in the interval."
    return (told,), (NOT_NO_EFFECT, "That there is an effect.", *may_not)
