"""How long work tells where it is, without knowing who listens."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol


class Stage(Protocol):
    """One stretch of work under way; a context manager."""

    def advance(self, amount: int = 1) -> None:
        """So much more is done."""

    def __enter__(self) -> Stage:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""


class Progress(Protocol):
    """Somebody who wants to know: a terminal, a page, nobody."""

    def stage(self, name: str, total: int | None, unit: str) -> Stage:
        """Begin a stretch of `total` things (None: unknown) called `unit`."""

    def note(self, text: str) -> None:
        """Say one thing that a person should know, such as what was left out and why."""


class _Silence:
    def advance(self, amount: int = 1) -> None:
        return

    def __enter__(self) -> _Silence:
        return self

    def __exit__(self, *_: object) -> None:
        return


class Silent:
    """Nobody listens."""

    def stage(self, name: str, total: int | None, unit: str) -> Stage:
        return _Silence()

    def note(self, text: str) -> None:
        return
