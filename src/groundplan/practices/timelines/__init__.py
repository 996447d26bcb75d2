"""Timelines: when, and how much by then, in three versions that come true as often as they say."""

from groundplan.practices.timelines import actions, rules
from groundplan.terms.scope import Role
from groundplan.usecase import About, Practice, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})

PRACTICE = Practice(
    name="timelines",
    title="Timelines",
    says="When the work will be done and how much of it by a date, at 50, 85 and 95%, from the "
    "tracker's own history, with how often such claims came true.",
    source="Leadership Diary; What I Learned as an Engineering Lead",
    reads=("items", "item_events", "landings"),
    writes=(),
    use_cases=(
        UseCase("timelines.forecast",
                "When so many items are done, and how many by a date: three versions, each with "
                "its record.",
                rules.ForecastInputs, rules.Timelines, _TEAM, actions.look_ahead),
        UseCase("timelines.what_if",
                "Who pays if items are added, removed or reordered, or people come or go.",
                rules.WhatIfInputs, rules.Changed, _TEAM, actions.what_if),
        UseCase("timelines.backtest",
                "How often such claims would have come true on any tracker's export, and how sharp "
                "they were, beside the throughput bootstrap.",
                rules.BacktestInputs, rules.Backtested, _TEAM, actions.look_back,
                about=About.NOBODY),
    ),
    findings=actions.find_sentences,
    claims=("evidence/forecast_coverage", "evidence/delay"),
    page="page.html",
)  # fmt: skip
