"""A finding becomes a verdict in words that a team can act on, and stays one in the journal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np

from groundplan.experiments.views import Checked, Offset, Verdict
from groundplan.inference.arrays import Floats
from groundplan.inference.panels.collapse import expressed
from groundplan.inference.panels.designs import Design, Route
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.findings import Finding, judge, say
from groundplan.inference.panels.staggered import EventStudy

MOST_PLACEBOS: Final = 400  # of them a picture shows no more
_SCALES: Final = {"percent": "in percent", "difference": "in the outcome's own unit"}
CANNOT_TELL: Final = "cannot tell"


def verdict_of(found: Finding, periods: int, *, better: int) -> Verdict:
    """What a page, a report and the journal keep of a finding; without its sentence."""
    effect, facts, because = found.effect, found.facts, found.scale_because
    scaled = [f"Effects are {_SCALES[found.scale]}: {because}."] if because else []
    blank = refuse(found.refused or found.because, worth=found.worth, better=better)
    return replace(
        blank,
        verdict=found.verdict,
        **_route(found.route),
        **(_effect(effect) if effect else {"level": facts.level}),
        may_say=found.may_say,
        may_not_say=found.may_not_say,
        caveats=(*found.caveats, *scaled),
        checks=tuple(Checked(c.name, c.passed, c.says, c.stops) for c in found.checks),
        placebos=thin(found.others, found.scale) if effect else (),
        events=_offsets(found.events, found.scale),
        gap=_offsets(found.gap, "difference"),
        needs=found.needs,
        units=facts.units,
        treated=facts.treated,
        periods=periods,
    )


def _offsets(study: EventStudy | None, scale: Scale) -> tuple[Offset, ...]:
    """Effects by time since the start, on the scale that people read."""
    if study is None:
        return ()
    rows = zip(
        study.since.tolist(), study.effect.tolist(), study.low.tolist(), study.high.tolist(),
        strict=True,
    )  # fmt: skip
    return tuple(Offset(at, *expressed(mid, low, high, scale)) for at, mid, low, high in rows)


def _route(route: Route) -> dict[str, Any]:
    return {
        "design": route.design or route.name,
        "estimator": route.estimator,
        "inference": route.inference,
        "strength": route.strength,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "scale": effect.scale,
        "estimate": _finite(effect.estimate),
        "low": _finite(effect.low),
        "high": _finite(effect.high),
        "level": effect.level,
        "p": effect.p,
        "log_se": effect.se if effect.scale == "percent" else None,
    }


def verdict_of_effect(
    effect: Effect, route: Route, *, worth: float, better: int, units: int, treated: int,
    placebos: tuple[float, ...],
) -> Verdict:  # fmt: skip
    """The verdict on an effect that rests on no panel, such as that of drawn tasks."""
    design = Design(
        rule="blocked",
        better="higher" if better > 0 else "lower",
        level=effect.level,
    )
    word, because = judge(effect, route, design, (), worth)
    may_say, may_not_say = say(word, route, effect)
    return replace(
        refuse(because, worth=worth, better=better),
        verdict=word,
        **_route(route),
        **_effect(effect),
        may_say=may_say,
        may_not_say=may_not_say,
        caveats=effect.caveats,
        placebos=placebos,
        units=units,
        treated=treated,
    )


def thin(others: Floats, scale: str) -> tuple[float, ...]:
    """Placebo estimates on the scale that people read, evenly taken from all of them."""
    known = np.sort(others[1:][np.isfinite(others[1:])])
    if len(known) > MOST_PLACEBOS:
        known = known[np.linspace(0, len(known) - 1, MOST_PLACEBOS).round().astype(int)]
    told = 100 * np.expm1(known) if scale == "percent" else known
    return tuple(round(float(value), 6) for value in told)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def refuse(reason: str, *, worth: float, better: int, needs: Sequence[str] = ()) -> Verdict:
    """A verdict where nothing may be estimated, and what it would need."""
    return Verdict(
        verdict=CANNOT_TELL, sentence="", because=reason, design="none", estimator="",
        inference="refused", strength="none", scale="percent", estimate=None, low=None, high=None,
        level=0.95, p=None, log_se=None, worth=worth, better=better, may_say=(),
        may_not_say=("That there is an effect.", "That there is none."), caveats=(), checks=(),
        needs=tuple(needs), placebos=(), events=(), gap=(), units=0, treated=0, periods=0,
    )  # fmt: skip


def stop(verdict: Verdict, reasons: Sequence[str]) -> Verdict:
    """The verdict where the assignment was not as sealed: cannot tell, whatever came out."""
    if not reasons:
        return verdict
    return replace(
        verdict,
        verdict=CANNOT_TELL,
        because=reasons[0].rstrip("."),
        may_say=("The data are compatible with every effect in the interval.",),
        may_not_say=("That it helped or hurt: it was not run as it was sealed.",
                     *verdict.may_not_say),
        caveats=(*verdict.caveats, *reasons),
    )  # fmt: skip


def speak(verdict: Verdict, intervention: str, outcome: str) -> Verdict:
    """The verdict with its sentence."""
    what, subject = _lower(outcome), intervention[:1].upper() + intervention[1:]
    if verdict.estimate is None:
        return replace(verdict, sentence=f"It cannot be told: {verdict.because}.")
    span = say_interval(verdict)
    moved = "rose" if verdict.estimate > 0 else "fell"
    size = f"{abs(verdict.estimate):.3g}{say_scale(verdict.scale)}"
    if verdict.verdict in ("helped", "hurt"):
        begins = {
            "observational": f"It looks as if {_lower(intervention)} {verdict.verdict}",
            "suggestive": f"A hint that {_lower(intervention)} {verdict.verdict}",
        }.get(verdict.strength, f"{subject} {verdict.verdict}")
        return replace(verdict, sentence=f"{begins}: {what} {moved} by {size} ({span}).")
    sentence = {
        "no worthwhile effect": f"Whatever {what} did because of it, it is less than the "
        f"{verdict.worth:g}{say_scale(verdict.scale)} that would be worth having ({span}).",
    }.get(verdict.verdict, _doubt(verdict, what))
    return replace(verdict, sentence=sentence)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _doubt(verdict: Verdict, what: str) -> str:
    """Why it cannot be told: by the interval itself, where nothing else stands in the way."""
    if verdict.p is None or verdict.p <= 1 - verdict.level or verdict.strength == "none":
        return f"It cannot be told: {verdict.because} ({say_interval(verdict)})."
    unit = say_scale(verdict.scale)
    low, high = (
        "any fall"
        if end is None and way < 0
        else "any rise"
        if end is None
        else f"{end:+.3g}{unit}"
        for end, way in ((verdict.low, -1), (verdict.high, 1))
    )
    return f"It cannot be told: {what} may have moved by anything from {low} to {high}."


def say_scale(scale: str) -> str:
    """What stands behind a number on a scale."""
    return "%" if scale == "percent" else ""


def say_effect(verdict: Verdict) -> str:
    """The estimate with its interval."""
    if verdict.estimate is None:
        return "none: refused"
    return f"{verdict.estimate:+.3g}{say_scale(verdict.scale)}, {say_interval(verdict)}"


def say_interval(verdict: Verdict) -> str:
    """The interval; an end that data do not bound is said in words."""
    unit = say_scale(verdict.scale)
    low, high = (
        "no bound" if end is None else f"{end:+.3g}{unit}" for end in (verdict.low, verdict.high)
    )
    return f"{100 * verdict.level:.3g}% interval {low} to {high}"


def as_body(verdict: Verdict) -> dict[str, Any]:
    """The verdict as the journal keeps it."""
    return asdict(verdict)


def read_verdict(body: Mapping[str, Any]) -> Verdict:
    """The verdict that an entry of the journal holds."""
    told = {"gap": (), **{n: body[n] for n in Verdict.__dataclass_fields__ if n in body}}
    lists = ("may_say", "may_not_say", "caveats", "needs", "placebos")
    return Verdict(
        **{
            **told,
            **{name: tuple(body[name]) for name in lists},
            "checks": tuple(Checked(**one) for one in body["checks"]),
            **{name: tuple(Offset(**one) for one in told[name]) for name in ("events", "gap")},
        }
    )


def harm_p(effect: Effect, better: int) -> float:
    """The one-sided p of harm: small where the outcome moved the wrong way."""
    if effect.p is None:
        return 1.0
    return effect.p / 2 if effect.estimate * better < 0 else 1 - effect.p / 2
