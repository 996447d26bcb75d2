"""Combining: whoever comes while the store is busy is served with others in the next go.

One flush then serves all who append (group commit: DeWitt et al. 1984, "Implementation techniques
for main memory database systems"), one query all who read (flat combining: Hendler et al. 2010).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class _Place(Generic[Request, Answer]):
    """Somebody's place in the queue; the gate opens when they are answered, or are to lead."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.outcome: Answer | BaseException | None = None
        self.gate = threading.Semaphore(0)


class Combining(Generic[Request, Answer]):
    """A queue without a thread of its own: the first who waits does the work for all who wait.

    act: does many requests in one go, and answers each with a result, or an error for it alone;
    what it raises is raised to all of them. It is never run twice at a time, and never with more
    than `most` requests.
    """

    def __init__(
        self,
        act: Callable[[Sequence[Request]], Sequence[Answer | BaseException]],
        most: int = 1_000,
    ) -> None:
        self._act = act
        self._most = most
        self._guard = threading.Lock()
        self._waiting: list[_Place[Request, Answer]] = []
        self._led = False

    def ask(self, request: Request) -> Answer:
        """The answer to `request`, when it was done; nobody waits longer than for two goes."""
        place: _Place[Request, Answer] = _Place(request)
        with self._guard:
            self._waiting.append(place)
            leads, self._led = not self._led, True
        if not leads:
            place.gate.acquire()
        if place.outcome is None:
            self._lead()
        if isinstance(place.outcome, BaseException):
            raise place.outcome
        assert place.outcome is not None
        return place.outcome

    def _lead(self) -> None:
        with self._guard:
            places, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        outcomes: Sequence[Answer | BaseException]
        try:
            outcomes = self._act([place.request for place in places])
        except BaseException as error:  # also an interrupt: the others must not wait for ever
            outcomes = [error] * len(places)
        with self._guard:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
        if following is not None:
            following.gate.release()
        for place, outcome in zip(places, outcomes, strict=True):
            place.outcome = outcome
            place.gate.release()
