"""Requests as rows, what they would displace, and the words of an answer. No clock, no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from textwrap import shorten
from typing import Any, Final

from groundplan.inference.arrivals import Arrived, follow_arrivals
from groundplan.inference.forecasts.displacement import Displacement
from groundplan.inference.proportions import share_of
from groundplan.inference.survival import quantile_of_waiting
from groundplan.records import asked
from groundplan.records.asked import Priority, Request, Stage, Verdict
from groundplan.records.roster import Roster, name_of
from groundplan.records.words import check_line
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import DAYS, WORKING_DAYS, FileText, WorkingDays

ANSWER_WITHIN: Final = 1.0  # working days
LONGEST_WAIT: Final = 20  # working days that are followed
USED_AFTER: Final = timedelta(weeks=3)  # from delivery until the asker is asked

_NUMBER = {"help": "the request's number, as listed"}
_SIZE = {"help": "as how many items of work it counts, or merged changes where there are no items"}


@dataclass(frozen=True, slots=True)
class AskInputs:
    """A request."""

    what: str = field(metadata={"help": "what is needed, in a sentence"})
    why: str = field(metadata={"help": "why it is needed"})
    users: str = field(metadata={"help": "who will use it"})
    use: str = field(metadata={"help": "what they will do with it"})
    by: date | None = field(default=None, metadata={"help": "by when, if a day matters"})


@dataclass(frozen=True, slots=True)
class MailInputs:
    """A request that came as e-mail."""

    mail: FileText = field(metadata={"help": "a saved e-mail (.eml); attachments are left out"})
    by: date | None = field(default=None, metadata={"help": "by when, if the mail says so"})


@dataclass(frozen=True, slots=True)
class NumberInputs:
    """Which request."""

    number: int = field(metadata=_NUMBER)


@dataclass(frozen=True, slots=True)
class WeighInputs:
    """Which request, and how large it is."""

    number: int = field(metadata=_NUMBER)
    size: int = field(default=1, metadata=_SIZE)


@dataclass(frozen=True, slots=True)
class DecideInputs:
    """A verdict, with what it needs."""

    number: int = field(metadata=_NUMBER)
    verdict: Verdict = field(metadata={"help": "absorb: do it yourself, interrupting nobody"})
    until: date | None = field(default=None, metadata={"help": "hold: until which day"})
    person: str = field(default="", metadata={"help": "pass: to whom on the roster, name or id"})
    priority: Priority | None = field(default=None, metadata={"help": "backlog: how urgent"})
    reason: str = field(default="", metadata={"help": "why; a decline needs it"})
    size: int = field(default=1, metadata=_SIZE)


@dataclass(frozen=True, slots=True)
class SayInputs:
    """Words about a request."""

    number: int = field(metadata=_NUMBER)
    text: str = field(metadata={"help": "in words that the asker will read"})


@dataclass(frozen=True, slots=True)
class DeliverInputs:
    """Which request is delivered, and since when."""

    number: int = field(metadata=_NUMBER)
    delivered_on: date | None = field(default=None, metadata={"help": "the day; today if empty"})


@dataclass(frozen=True, slots=True)
class UseInputs:
    """Whether it is used."""

    number: int = field(metadata=_NUMBER)
    used: bool = field(default=False, metadata={"help": "whether the asker uses it"})
    note: str = field(default="", metadata={"help": "for what, or why not"})


@dataclass(frozen=True, slots=True)
class Row:
    """A request as the viewer may read it. verdict, answer: the last ones, in words, or "".

    waiting_days: for its first answer, None once there is one. late: longer than a working day.
    mine: the viewer's own. ask_used: delivered long enough ago to say whether it is used.
    """

    number: int
    what: str
    why: str
    asker: str
    users: str
    use: str
    by: date | None
    asked_on: date
    stage: Stage
    verdict: str
    answer: str
    waiting_days: WorkingDays | None
    late: bool
    mine: bool
    delivered_on: date | None
    used: bool | None
    ask_used: bool
    note: str


@dataclass(frozen=True, slots=True)
class Requests:
    """waiting: longest first. under_way: held, negotiated or taken. over: newest first."""

    waiting: tuple[Row, ...]
    under_way: tuple[Row, ...]
    over: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Weighed(Displacement):
    """A request before its verdict. counted: what `size` counts. draft: an answer to edit."""

    number: int
    what: str
    size: int
    counted: str
    draft: str


@dataclass(frozen=True, slots=True)
class Record:
    """What became of requests. answered: within 1, 2, ... working days; half_by: until their first
    answer, the open ones counted while they wait. absorbed: of the verdicts that hold; evaporated:
    of those whose hold is over; used: of those delivered of which it was said."""

    asked: int
    unanswered: int
    answered: tuple[Arrived, ...]
    half_by: Measured
    absorbed: Measured
    evaporated: Measured
    used: Measured


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


def check_asked(inputs: AskInputs, today: date) -> dict[str, Any]:
    """The body of a request; BadInput names the field that makes no sense."""
    if inputs.by is not None and inputs.by < today:
        raise BadInput("by", inputs.by.isoformat(), f"{today} or later")
    words = {n: check_line(n, getattr(inputs, n)) for n in ("what", "why", "users", "use")}
    nobody = {"name": "", "email": "", "message_id": "", "asked_on": today.isoformat()}
    return {**words, **nobody, "by": inputs.by and inputs.by.isoformat()}


def check_decided(inputs: DecideInputs, person: str, today: date) -> dict[str, Any]:
    """The body of a verdict; BadInput for what it lacks. person: the id of whom it is passed to."""
    verdict, until = inputs.verdict, inputs.until
    if verdict is Verdict.HOLD and (until is None or until <= today):
        raise BadInput("until", until.isoformat() if until else "nothing", f"a day after {today}")
    if verdict is Verdict.BACKLOG and inputs.priority is None:
        raise BadInput("priority", "nothing", ", ".join(Priority))
    if verdict is Verdict.DECLINE or inputs.reason.strip():
        check_line("reason", inputs.reason)
    return {
        "number": inputs.number,
        "verdict": verdict.value,
        "until": until.isoformat() if until and verdict is Verdict.HOLD else None,
        "person": person if verdict is Verdict.PASS else "",
        "priority": inputs.priority if verdict is Verdict.BACKLOG else None,
        "reason": inputs.reason.strip(),
        "size": asked.check_size(inputs.size),
    }


def show(one: Request, today: date, roster: Roster, viewer: str) -> Row:
    """A request as a row."""
    days, answered = asked.answered_in(one, today)
    stage = asked.judge(one, today)
    waits, since = not answered and stage is not Stage.WITHDRAWN, one.delivered_on
    return Row(
        number=one.number, what=one.what, why=one.why,
        asker=one.name or one.email or name_of(roster, one.owner),
        users=one.users, use=one.use, by=one.by, asked_on=one.asked_on, stage=stage,
        verdict=asked.say_verdict(one.decision, roster),
        answer=one.answers[-1].text if one.answers else "",
        waiting_days=days if waits else None, late=waits and days > ANSWER_WITHIN,
        mine=one.owner == viewer, delivered_on=since, used=one.used,
        ask_used=since is not None and one.used is None and since + USED_AFTER <= today,
        note=one.withdrawn or one.used_note,
    )  # fmt: skip


def write_draft(found: Displacement) -> str:
    """An answer that says what a yes would cost, for a lead to edit."""
    now_on, after_on = found.now_on, found.after_on
    if isinstance(now_on, Unknown):
        return "Thank you, this is with us. We name no day yet, as it would be a guess."
    now = f"85% sure by {now_on.day} {now_on:%B %Y}"
    if not found.moved:
        return f"Yes: {now}."
    names = [shorten(one.name, width=60, placeholder=" ...") for one in found.moved[:2]]
    more = found.of_moved - len(names)
    before = f"{', '.join(names)} and {more} more" if more else " and ".join(names)
    after = ""
    if not isinstance(after_on, Unknown):
        after = f": 85% sure by {after_on.day} {after_on:%B %Y}"
    shift = found.moved[0].shift_days
    pays = "moves too" if isinstance(shift, Unknown) else f"moves by {DAYS.say(shift)}"
    return f"Yes, after {before}{after}. Or now, {now}; then {names[0]} {pays}."


def keep_record(known: Sequence[Request], today: date) -> Record:
    """What became of requests until today."""
    waited = [asked.answered_in(one, today) for one in known]
    days, answered = [day for day, _ in waited], [done for _, done in waited]
    verdicts = [one.decision.verdict for one in known if one.decision is not None]
    held = [came for one in known if (came := asked.has_evaporated(one, today)) is not None]
    told = [one.used for one in known if one.used is not None]
    return Record(
        asked=len(known),
        unanswered=sum(not done for done in answered),
        answered=tuple(follow_arrivals(days, answered, LONGEST_WAIT, "requests")),
        half_by=quantile_of_waiting(days, answered, WORKING_DAYS, "requests"),
        absorbed=share_of(verdicts.count(Verdict.ABSORB), len(verdicts), "verdicts"),
        evaporated=share_of(sum(held), len(held), "requests whose hold is over"),
        used=share_of(sum(told), len(told), "delivered requests of which it was said"),
    )
