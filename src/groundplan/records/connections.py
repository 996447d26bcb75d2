"""Connections that are kept and lent again: the one used last first, a broken one never.

Few at a time, and in the order of asking: threads that all run at once would only wait for
Python's lock, in no order at all, and the unlucky ones for seconds.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from groundplan.terms.errors import Refused

Connection = TypeVar("Connection")


class Connections(Generic[Connection]):
    """At most `most` connections at a time; who comes later waits for their turn.

    open_one, close_one: make and end one. works: whether one that was kept may be used again.
    """

    def __init__(
        self,
        open_one: Callable[[], Connection],
        close_one: Callable[[Connection], None],
        most: int,
        works: Callable[[Connection], bool] = lambda _: True,
    ) -> None:
        self._open_one = open_one
        self._close_one = close_one
        self._works = works
        self._guard = threading.Lock()
        self._free = most
        self._waiting: deque[threading.Semaphore] = deque()
        self._idle: list[Connection] = []
        self._closed = False

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """A connection for one use; after an error it is closed and not lent again."""
        self._await_turn()
        try:
            connection = self._take()
            try:
                yield connection
            except BaseException:
                self._close_one(connection)
                raise
            self._give_back(connection)
        finally:
            self._pass_turn()

    def _await_turn(self) -> None:
        gate = None
        with self._guard:
            if self._free:
                self._free -= 1
            else:
                gate = threading.Semaphore(0)
                self._waiting.append(gate)
        if gate is not None:
            gate.acquire()

    def _pass_turn(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1

    def _take(self) -> Connection:
        while True:
            with self._guard:
                if self._closed:
                    raise Refused("The journal was closed.", "Open it again.")
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._open_one()
            if self._works(connection):
                return connection
            self._close_one(connection)

    def _give_back(self, connection: Connection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        self._close_one(connection)

    def close(self) -> None:
        """Close those that are idle now, and the others when they come back."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            self._close_one(connection)
