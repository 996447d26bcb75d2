"""What a terminal shows: progress, text without need of colour, JSON."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from groundplan.terms.progress import Stage

if TYPE_CHECKING:
    from groundplan.interfaces.cli.bars import Display


class Terminal:
    """Progress on standard error. Its display is loaded when there is something to tell."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._display: Display | None = None
        self._loading = threading.Lock()

    def stage(self, name: str, total: int | None, unit: str) -> Stage:
        """A bar for one stretch of work."""
        return self._loaded().stage(name, total, unit)

    def note(self, text: str) -> None:
        """One line for a person."""
        self._loaded().note(text)

    def _loaded(self) -> Display:
        with self._loading:
            if self._display is None:
                from groundplan.interfaces.cli.bars import Display  # noqa: PLC0415

                self._display = Display(self._quiet)
            return self._display


def print_json(value: object) -> None:
    """One JSON document on standard output; dataclasses become objects."""
    from groundplan.interfaces.codec.views import write_pretty_json  # noqa: PLC0415

    sys.stdout.write(write_pretty_json(value) + "\n")


def say(text: str = "") -> None:
    """One line of the answer on standard output."""
    sys.stdout.write(text + "\n")
