"""What may be pushed. Strict, unlike what is read: a field that nobody knows is a mistake."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

MOST_THINGS = 1_000  # in one push

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Word: TypeAlias = Annotated[str, Meta(max_length=200)]
Line: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1_000)]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]
State: TypeAlias = Literal["waiting", "running", "success", "failure", "ended"]


class Thing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing. id: given by whoever pushes it; what is said of one id is said of one thing."""

    id: Id


class By(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who did it, as in their commits."""

    name: Word
    email: Word = ""


class Deployment(Thing, frozen=True, kw_only=True):
    """What became of a deployment, and when."""

    environment: Id
    state: State
    at: Moment
    commit: Id | None = None
    ref: Id | None = None
    task: Id | None = None
    production: bool | None = None
    by: By | None = None


class Incident(Thing, frozen=True, kw_only=True):
    """How an incident stands. at: since when; the latest holds, whichever comes last."""

    title: Line
    started_at: Moment
    resolved_at: Moment | None = None
    at: Moment | None = None
    severity: Word = ""
    environment: Word = ""
    deployment: Id | None = None


class Measurement(Thing, frozen=True, kw_only=True):
    """One value. session: values of one session are not independent."""

    kpi: Id
    unit: Id
    value: float
    at: Moment
    commit: Id | None = None
    host: Word = ""
    session: Word = ""


class Pushed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One push: things of any of the three kinds."""

    deployments: tuple[Deployment, ...] = ()
    incidents: tuple[Incident, ...] = ()
    measurements: tuple[Measurement, ...] = ()

    @property
    def things(self) -> tuple[Thing, ...]:
        """All of them."""
        return (*self.deployments, *self.incidents, *self.measurements)
