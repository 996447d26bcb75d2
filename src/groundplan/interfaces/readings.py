"""Use cases beside the practices: the signals, and the team page, for whoever cannot see pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from groundplan.experiments.catalogue import discover as discover_practices
from groundplan.interfaces.team_page import (
    AreaState,
    Overview,
    RepoState,
    TeamPage,
    compose,
    observe,
)
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.signal import Finding, Reading, Signal
from groundplan.signals.why import Why, explain
from groundplan.terms.errors import NotFound
from groundplan.terms.scope import Role, Scope
from groundplan.terms.units import Unit
from groundplan.usecase import About, Context, UseCase

_TEAM = frozenset({Role.ENGINEER, Role.LEAD, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class NoInputs:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class ReadInputs:
    """Which signal to read."""

    name: str = field(metadata={"help": "a signal's name, as signals.list has it"})


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number means, in words."""

    name: str
    title: str
    version: int
    says: str
    unit: Unit
    counts: str
    leaves_out: str
    misuse: str
    source: str
    model: str
    minimum: int
    minimum_of: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """Every signal."""

    signals: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class SignalReading:
    """A signal on the facts. finding: its sentence, if it is worth one.

    reading: null where trouble says what kept it from being read.
    """

    definition: Definition
    reading: Reading | None
    finding: Finding | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A finding, and what it is about."""

    topic: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class TeamView:
    """What a lead should read first. now: when it was composed; as_of: the newest fact's moment."""

    repositories: tuple[RepoState, ...]
    now: datetime
    as_of: datetime
    findings: tuple[Topic, ...]
    signals: tuple[SignalReading, ...]
    areas: tuple[AreaState, ...]
    troubles: tuple[str, ...]


def list_signals(*_: object) -> Definitions:
    """Every signal's definition."""
    return Definitions(tuple(define(signal) for signal in discover_signals()))


def read_signal(context: Context, scope: Scope, inputs: ReadInputs) -> SignalReading:
    """One signal on the newest facts; NotFound if there is no such signal."""
    return view_overview(observe(context, scope, _find(inputs.name)))


def explain_signal(context: Context, scope: Scope, inputs: ReadInputs) -> Why:
    """Why a signal's number is empty or not what it was; NotFound if there is no such signal."""
    signal = _find(inputs.name)
    reading = context.measure(signal, scope)
    return explain(signal, reading, context.trace(signal, scope), context.as_of.date())


def _find(name: str) -> Signal:
    for signal in discover_signals():
        if signal.name == name:
            return signal
    raise NotFound(f"There is no signal called {name!r}.", "signals.list names all.")


def read_team_page(context: Context, scope: Scope, _: NoInputs) -> TeamView:
    """The findings, every signal and every area."""
    return view_team_page(compose(context, scope, discover_signals(), discover_practices()))


def view_team_page(page: TeamPage) -> TeamView:
    """The page without what only its drawing needs."""
    return TeamView(
        page.repos,
        page.now,
        page.as_of,
        tuple(Topic(shown.topic, shown.finding) for shown in page.findings),
        tuple(view_overview(overview) for overview in page.overviews),
        page.areas,
        page.troubles,
    )


def define(signal: Signal) -> Definition:
    """What the signal means, without its SQL and its functions."""
    return Definition(**{name: getattr(signal, name) for name in Definition.__slots__})


def view_overview(overview: Overview) -> SignalReading:
    """The reading with its definition and its sentence, or what kept it from being read."""
    reading, signal = overview.reading, overview.signal
    finding = signal.speak(reading) if reading is not None else None
    return SignalReading(define(signal), reading, finding, overview.trouble)


SIGNALS: Final = (
    UseCase(
        "signals.list",
        "Every signal: what it counts, what it leaves out, what it may not be used for.",
        NoInputs,
        Definitions,
        _TEAM,
        list_signals,
        about=About.NOBODY,
    ),
    UseCase(
        "signals.read",
        "One signal on the newest facts, with its interval, its sample and its history.",
        ReadInputs,
        SignalReading,
        _TEAM,
        read_signal,
    ),
    UseCase(
        "signals.why",
        "Why a number is empty, or differs from last week's: rows, sources, what was told before.",
        ReadInputs,
        Why,
        _TEAM,
        explain_signal,
    ),
)
TEAM: Final = (
    UseCase(
        "team.page",
        "What to read first: the findings, every signal, every area.",
        NoInputs,
        TeamView,
        _TEAM,
        read_team_page,
    ),
)
