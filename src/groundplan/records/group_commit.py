"""Group commit: whoever comes while the disk is busy is written together in the next go.

One flush to the disk then serves all who waited for it (DeWitt et al. 1984, "Implementation
techniques for main memory database systems"), and nobody waits longer than for two of them.
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


class GroupCommit(Generic[Request, Answer]):
    """A queue without a thread of its own: the first who waits does the work for all who wait.

    act: does many requests in one go, and answers each with a result, or an error for it alone;
    what it raises is raised to all of them. It is never run twice at a time.
    """

    def __init__(
        self, act: Callable[[Sequence[Request]], Sequence[Answer | BaseException]]
    ) -> None:
        self._act = act
        self._guard = threading.Lock()
        self._waiting: list[_Place[Request, Answer]] = []
        self._led = False

    def ask(self, request: Request) -> Answer:
        """The answer to `request`, when it was done."""
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
            places, self._waiting = self._waiting, []
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
