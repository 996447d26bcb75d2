"""Progress that can be asked from another thread, and told on to somebody who listens now."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import TracebackType

from groundplan.terms.progress import Progress, Stage


@dataclass(frozen=True, slots=True)
class StageState:
    """One stretch of ingest under way.

    total: None if unknown; rate: things a second; left_s: seconds, None if unknown.
    """

    name: str
    done: int
    total: int | None
    unit: str
    rate: float | None
    left_s: float | None


class Tracker:
    """Remembers the stretches of work under way; forwards to `listener`."""

    def __init__(self, listener: Progress) -> None:
        self._listener = listener
        self._lock = threading.Lock()
        self._stages: list[_Tracked] = []
        self.notes: list[str] = []

    def stage(self, name: str, total: int | None, unit: str) -> Stage:
        """Begin a stretch of work."""
        return _Tracked(self, name, total, unit, self._listener.stage(name, total, unit))

    def note(self, text: str) -> None:
        """Say one thing to a person, once."""
        with self._lock:
            if text in self.notes:
                return
            self.notes.append(text)
        self._listener.note(text)

    def states(self) -> list[StageState]:
        """What is under way now, oldest first."""
        with self._lock:
            stages = list(self._stages)
        return [stage.state() for stage in stages]

    def enter(self, stage: _Tracked) -> None:
        with self._lock:
            self._stages.append(stage)

    def leave(self, stage: _Tracked) -> None:
        with self._lock:
            if stage in self._stages:
                self._stages.remove(stage)


class _Tracked:
    def __init__(
        self, tracker: Tracker, name: str, total: int | None, unit: str, heard: Stage
    ) -> None:
        self._tracker = tracker
        self._name = name
        self._total = total
        self._unit = unit
        self._heard = heard
        self._done = 0
        self._started_s = time.monotonic()

    def advance(self, amount: int = 1) -> None:
        self._done += amount
        self._heard.advance(amount)

    def state(self) -> StageState:
        took_s = time.monotonic() - self._started_s
        rate = self._done / took_s if self._done and took_s > 0 else None
        known = rate is not None and self._total is not None
        left_s = (self._total - self._done) / rate if known and rate and self._total else None
        return StageState(self._name, self._done, self._total, self._unit, rate, left_s)

    def __enter__(self) -> Stage:
        self._started_s = time.monotonic()
        self._tracker.enter(self)
        self._heard.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tracker.leave(self)
        self._heard.__exit__(kind, error, trace)
