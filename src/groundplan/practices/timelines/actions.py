"""The use cases of timelines: on a file that is brought along, or on the workspace's own items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np

from groundplan.facts.trackers import (
    EVERYTHING,
    Tracker,
    list_trackers,
    read_landings,
    read_tracker,
)
from groundplan.facts.work import ITEMS_PREFIX
from groundplan.inference.forecasts import claims
from groundplan.inference.forecasts.backtest import backtest
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.inference.forecasts.paces import LONGEST_WEEKS
from groundplan.inference.forecasts.plans import place_items
from groundplan.inference.forecasts.verdicts import speak_of_backtest, write_rows
from groundplan.inference.forecasts.versions import (
    claim_three_counts,
    claim_three_days,
    look_at_promise,
    speak_of_change,
    speak_of_class,
)
from groundplan.practices.timelines import rules
from groundplan.practices.timelines.rules import Backtested
from groundplan.signals.futures import check_people, foretell
from groundplan.signals.signal import Finding
from groundplan.sources.csv.brought import Told, read_brought
from groundplan.terms.errors import BadInput, NotFound
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Scope
from groundplan.usecase import Context


def look_back(context: Context, scope: Scope, inputs: rules.BacktestInputs) -> Backtested:
    """How claims would have done on any tracker's export, the throughput bootstrap's beside."""
    tracker, told = read_brought(inputs.history, inputs.columns, context.now)
    until = np.datetime64(tracker.until)
    found = backtest(tracker.done, context.rng, until=until)
    unknown = found if isinstance(found, Unknown) else None
    rows = () if isinstance(found, Unknown) else write_rows(found)
    return Backtested(
        **told.named(),
        says=(str(unknown),) if unknown else speak_of_backtest(rows),
        items=(items := len(tracker.done) + len(tracker.open)),
        finished=len(tracker.done),
        open=len(tracker.open),
        left_out=told.file_items - items,
        until=tracker.until,
        weeks=0 if isinstance(found, Unknown) else found.weeks,
        origins=0 if isinstance(found, Unknown) else found.origins,
        unknown=unknown,
        rows=rows,
    )


def look_ahead(context: Context, scope: Scope, inputs: rules.ForecastInputs) -> rules.Timelines:
    """Three versions of when and how much, by class, each with what such claims were worth."""
    if not 0 <= inputs.items <= rules.MOST_AHEAD:
        raise BadInput("items", inputs.items, f"0 to {rules.MOST_AHEAD:,}")
    tracker, told = _read(context, scope, inputs)
    by, weeks = rules.name_day(tracker.until, inputs.by)
    futures = _futures(context, scope, tracker)
    said, dates, counts, promises = [], [], [], []
    for name, ahead in futures.items():
        items, until = _items(tracker, name, inputs), tracker.until
        growth = claims.look_ahead(tracker.joined(name), until) if inputs.joining else None
        dates += (dated := claim_three_days(name, ahead, items, until, growth))
        counts += (counted := claim_three_counts(name, ahead, by, until))
        said.append(speak_of_class(name, dated, counted))
        if inputs.by:
            promises.append(look_at_promise(name, ahead, items, by, until, growth))
    known = {name: ahead for name, ahead in futures.items() if not isinstance(ahead, Unknown)}
    return rules.Timelines(
        **told.named(),
        says=tuple(said),
        tracker=tracker.name,
        counted=tracker.counted,
        until=tracker.until,
        dates=tuple(dates),
        counts=tuple(counts),
        promises=tuple(promises),
        tracks=tuple(
            track
            for name, ahead in known.items()
            for track in _track(tracker, name, ahead, _items(tracker, name, inputs), weeks)
        ),
        paces=tuple(rules.measure(tracker, name, ahead) for name, ahead in futures.items()),
        weeks=tuple(_tell_last_weeks(context, scope, tracker, known)),
        fan=tuple(_fan_out(known, tracker.until, max(weeks, rules.USUAL_WEEKS))),
    )


def _fan_out(known: Mapping[str, Forecast], until: date, weeks: float) -> Iterator[claims.Spread]:
    for name, ahead in known.items():
        yield from claims.fan_out(name, ahead, until, weeks)


def _items(tracker: Tracker, name: str, inputs: rules.ForecastInputs) -> int:
    return inputs.items or tracker.waiting(name) or rules.USUAL_ITEMS


def _track(
    tracker: Tracker, name: str, ahead: Forecast, items: int, weeks: float
) -> tuple[claims.Track, claims.Track]:
    done, until = tracker.finished(name), tracker.until
    days = claims.track(name, done, until, "when", ahead.when(items, 0.5))
    return days, claims.track(name, done, until, "how many", weeks)


def _tell_last_weeks(
    context: Context, scope: Scope, tracker: Tracker, known: Mapping[str, Forecast]
) -> Iterator[claims.LastWeek]:
    """A week's count is told only where as many stand behind it as behind a pace."""
    world = (context.mart, context.roster, scope, tracker)
    for name, ahead in known.items():
        if tracker.open and check_people(*world, name, 1) is None:
            done, joined = tracker.finished(name), tracker.joined(name)
            yield claims.tell_last_week(name, done, joined, tracker.until, ahead)


def what_if(context: Context, scope: Scope, inputs: rules.WhatIfInputs) -> rules.Changed:
    """Who pays for a change of the plan: how much later each item's 85% day comes."""
    tracker, read = _read(context, scope, inputs)
    changed, order = rules.change_plan(tracker, inputs)
    futures = _futures(context, scope, tracker)
    told = not any(isinstance(ahead, Unknown) for ahead in futures.values())
    people = tracker.people(EVERYTHING, LONGEST_WEEKS) if told else 0
    share = rules.share_of_people(inputs, people)
    worked = claims.spread_capacity(share, inputs.after, inputs.during) if share != 1 else ()
    before = rules.plan_items(tracker, tracker.open)
    placed = place_items(changed, before, futures, tracker.until, worked)
    shifts = [one.shift_days or 0 for one in placed]
    return rules.Changed(
        **read.named(),
        says=tuple(speak_of_change(placed, futures)),
        tracker=tracker.name,
        until=tracker.until,
        pay=sum(days > 0 for days in shifts),
        gain=sum(days < 0 for days in shifts),
        items=len(placed),
        order=order,
        places=tuple(placed[: rules.MOST_ROWS]),
    )


def find_sentences(context: Context, scope: Scope) -> list[Finding]:
    """When what is open in the busiest tracker is done; nothing without items or a promise."""
    sources = list_trackers(context.mart, scope.teams)
    if not sources:
        return []
    tracker = read_tracker(context.mart, sources[0], scope.teams, context.now)
    found: list[Finding] = []
    for name, ahead in _futures(context, scope, tracker).items():
        if not isinstance(ahead, Unknown):
            found += rules.speak_of_tracker(tracker, name, ahead)
    return found


def _futures(context: Context, scope: Scope, tracker: Tracker) -> dict[str, Forecast | Unknown]:
    """The future of each class; withheld where a few people are known to stand behind it."""
    world = (context.mart, context.roster, scope, tracker)
    return {name: foretell(*world, name) for name in tracker.classes}


def _read(
    context: Context, scope: Scope, inputs: rules.ForecastInputs | rules.WhatIfInputs
) -> tuple[Tracker, Told]:
    if inputs.file:
        return read_brought(inputs.file, inputs.columns, context.now)
    names = list_trackers(context.mart, scope.teams)
    asked = inputs.tracker.strip()
    if asked != rules.LANDINGS and (asked or names):
        fits = (name for name in names if asked in ("", name, name.removeprefix(ITEMS_PREFIX)))
        source = next(fits, None)
        if source is None:
            raise NotFound(f"There is no tracker called {asked[:80]!r} here.", "Leave it out.")
        return read_tracker(context.mart, source, scope.teams, context.now), Told()
    return read_landings(context.mart, scope.repos, context.now), Told()
