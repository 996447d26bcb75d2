"""Carries out what somebody said yes to: claims a delivery, tries it, notes what came of it.

In the name of who said yes; where they have no place any more, nothing of theirs is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from groundplan.interfaces.catalogue import Asker, Workspace, answer, list_use_cases
from groundplan.interfaces.notices.chat import post_chat
from groundplan.interfaces.notices.mail import send_mail
from groundplan.interfaces.notices.messages import write_mail, write_post
from groundplan.interfaces.notices.settings import Settings
from groundplan.interfaces.notices.tries import Tried
from groundplan.records.journal import Journal
from groundplan.records.updates.deliveries import QUEUED, RESENT, STREAM, Channel, Step
from groundplan.records.updates.letters import Letter
from groundplan.sources.http.secrets import Secret
from groundplan.terms.errors import Conflict, GroundplanError, NotFound, Refused

_CASES: Final = "updates"
MOST_TRIES: Final = 50  # to note a step, while others note theirs


class Office(Workspace, Protocol):
    """A workspace with its journal, in which it stands who said yes to what."""

    @property
    def journal(self) -> Journal:
        """What people said."""


@dataclass(slots=True)
class Round:
    """What one round did. told: by step, how many; troubles: what is missing before more can go."""

    told: dict[Step, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def count(self, step: Step) -> int:
        """How many tries ended so."""
        return self.told.get(step, 0)


class Courier:
    """Sends what waits in a workspace. read_secret: what stands at `env:NAME` and the like."""

    def __init__(
        self,
        office: Office,
        settings: Settings,
        read_secret: Callable[[str], Secret],
        clock: Callable[[], datetime],
    ) -> None:
        self._office = office
        self._settings = settings
        self._read_secret = read_secret
        self._clock = clock
        self._cases = {case.name: case for case in list_use_cases()[_CASES]}

    def deliver(self) -> Round:
        """Try everything that is due, once; the oldest first."""
        done = Round()
        for asker in self._find_senders():
            try:
                letters = self._ask(asker, "outbox").deliveries
            except NotFound:
                done.troubles.append(
                    "Who said yes leads that team no more: a lead says it again, updates.resend."
                )
                continue
            for letter in reversed(letters):
                if letter.due:
                    self._carry(asker, letter, done)
        done.troubles = list(dict.fromkeys(done.troubles))
        return done

    def _find_senders(self) -> Iterator[Asker]:
        entries = self._office.journal.read(STREAM)
        yes = ((e.by, e.team) for e in entries if e.kind in (QUEUED, RESENT) and not e.erased)
        return (Asker(viewer, team) for viewer, team in dict.fromkeys(yes))

    def _carry(self, asker: Asker, letter: Letter, done: Round) -> None:
        try:
            send = self._prepare(letter)
        except GroundplanError as error:  # nothing is tried, so that nothing is counted as one
            done.troubles.append(str(error))
            return
        try:
            self._note(asker, letter, Tried(Step.CLAIM))
        except Refused:  # somebody else carries it
            return
        tried = send()
        self._note(asker, letter, tried)
        done.told[tried.step] = done.count(tried.step) + 1

    def _prepare(self, letter: Letter) -> Callable[[], Tried]:
        """How a letter is sent; NotFound where no server, room or secret is set for it."""
        if letter.channel is Channel.CHAT:
            hook = self._settings.chat.get(letter.to)
            if hook is None:
                hint = f"groundplan notices chat {letter.to} --secret env:NAME"
                raise NotFound(f"No webhook is called {letter.to}.", hint)
            address, body = self._read_secret(hook.secret), write_post(letter, hook.form)
            return lambda: post_chat(address, body, letter.key, self._clock())
        server = self._settings.mail
        if server is None:
            raise NotFound("No mail server is set.", "groundplan notices mail --help")
        if not letter.address:
            return lambda: Tried(Step.FAILED, "there is no address on the roster any more")
        password = self._read_secret(server.secret) if server.secret else None
        message = write_mail(letter, server.sender)
        return lambda: send_mail(server, password, message, letter.address)

    def _note(self, asker: Asker, letter: Letter, tried: Tried) -> None:
        """Note a step, also while others note theirs: what was sent must not stay a claim."""
        told = {"reason": tried.reason, "retry_s": tried.retry_s}
        for left in reversed(range(MOST_TRIES)):
            try:
                self._ask(asker, "deliver", delivery=letter.delivery, step=tried.step, **told)
                return
            except Conflict:
                if not left:
                    raise

    def _ask(self, asker: Asker, verb: str, **given: Any) -> Any:
        case = self._cases[f"{_CASES}.{verb}"]
        return answer(self._office, case, asker, case.inputs(**given))
