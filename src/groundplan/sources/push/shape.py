"""What was pushed, as rows of facts. Pure: the same thing comes to the same rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from groundplan.facts.erasure import Mask
from groundplan.facts.host import DEPLOYMENTS
from groundplan.facts.host_items import INCIDENTS, MEASUREMENTS
from groundplan.facts.raw import RawReply, Told
from groundplan.sources.http.covering import cover_json
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import tell_each
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.push.objects import (
    MOST_THINGS,
    Deployment,
    Incident,
    Measurement,
    Pushed,
    Thing,
)
from groundplan.terms.errors import BadInput
from groundplan.terms.people import Account

FORM: Final = 1  # raised when the same replies would come to other rows

_KINDS: Final[Mapping[str, type[Thing]]] = {
    "push/deployment": Deployment, "push/incident": Incident, "push/measurement": Measurement,
}  # fmt: skip


def read_things(body: bytes) -> Sequence[Told]:
    """The things of a push, each to be kept by itself, and only once.

    Errors: BadInput names the first thing that does not fit, and why.
    """
    try:
        pushed = msgspec.json.decode(body, type=Pushed)
    except msgspec.ValidationError as error:
        raise BadInput("push", str(error)[:200], "what docs/connectors.md says") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadInput(
            "push", "no JSON", "an object of deployments, incidents, measurements"
        ) from None
    for one in pushed.measurements:
        if not math.isfinite(one.value):
            raise BadInput("value", one.value, "a finite number")
    if not 0 < len(pushed.things) <= MOST_THINGS:
        raise BadInput("push", f"{len(pushed.things):,} things", f"1 to {MOST_THINGS:,}")
    kinds = {form: kind for kind, form in _KINDS.items()}
    return [
        Told(kinds[type(one)], msgspec.json.encode(one), {"id": one.id}, once=True)
        for one in pushed.things
    ]


def shape(reply: RawReply) -> Shaped:
    """The rows of one thing."""
    shaped = Shaped()
    form = _KINDS.get(reply.kind)

    def tell(body: bytes) -> None:
        _TELLERS[reply.kind](shaped, msgspec.json.decode(body, type=form))

    tell_each(shaped, reply.kind, [reply.body], tell if form else None, lambda _: None)
    return shaped


def cover(body: bytes, mask: Mask) -> bytes:
    """A thing with pseudonyms for whoever was erased."""
    return cover_json(body, mask, account_of)


def account_of(value: Mapping[str, Any]) -> Account | None:
    """The account that a JSON object is, if it is one; how erasure finds people."""
    name, email = value.get("name"), value.get("email")
    known = isinstance(name, str) and isinstance(email, str) and email
    return Account(str(name), str(email)) if known else None


def _tell_deployment(shaped: Shaped, told: Deployment) -> None:
    at = _plain(told.at)
    who = Face(told.by.name, told.by.email) if told.by else NOBODY
    shaped.add(DEPLOYMENTS, {
        "deployment_id": told.id, "event_id": f"{told.state}:{at.isoformat()}", "happened_at": at,
        "state": told.state, "told_state": told.state, "environment": told.environment,
        "production": told.production, "commit_id": told.commit, "ref": told.ref,
        "task": told.task, "name": who.name, "email": who.email,
    })  # fmt: skip


def _tell_incident(shaped: Shaped, told: Incident) -> None:
    resolved = _plain(told.resolved_at) if told.resolved_at else None
    started = _plain(told.started_at)
    shaped.add(INCIDENTS, {
        "incident_id": told.id, "title": told.title, "severity": told.severity,
        "environment": told.environment, "deployment_id": told.deployment,
        "started_at": started, "resolved_at": resolved,
        "told_at": _plain(told.at) if told.at else resolved or started,
    })  # fmt: skip


def _tell_measurement(shaped: Shaped, told: Measurement) -> None:
    shaped.add(MEASUREMENTS, {
        "measurement_id": told.id, "kpi": told.kpi, "unit": told.unit, "value": told.value,
        "measured_at": _plain(told.at), "commit_id": told.commit, "host": told.host,
        "session": told.session,
    })  # fmt: skip


_TELLERS: Final[Mapping[str, Callable[[Shaped, Any], None]]] = {
    "push/deployment": _tell_deployment, "push/incident": _tell_incident,
    "push/measurement": _tell_measurement,
}  # fmt: skip


def _plain(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
