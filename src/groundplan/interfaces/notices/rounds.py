"""Sends what waits while pages are served, where somebody set that up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from groundplan.interfaces.notices.courier import Round
from groundplan.terms.errors import GroundplanError

LONGEST_S: Final = 90.0  # that a letter on its way is waited for


class Rounds(threading.Thread):
    """Looks again and again until it is ended; what goes wrong is told once, not each time.

    look: one round. every_s: how long to wait between two [seconds]. note: tells a trouble.
    """

    def __init__(
        self, look: Callable[[], Round], every_s: float, note: Callable[[str], None]
    ) -> None:
        super().__init__(name="send-notices", daemon=True)
        self._look = look
        self._every_s = every_s
        self._note = note
        self._stopped = threading.Event()
        self._told: list[str] = []

    def run(self) -> None:
        """Look, wait, look again."""
        while True:
            try:
                troubles = self._look().troubles
            except GroundplanError as error:
                troubles = [str(error)]
            for each in troubles:
                if each not in self._told:
                    self._note(each)
            self._told = troubles
            if self._stopped.wait(self._every_s):
                return

    def end(self) -> None:
        """Wait for the round that runs, and look no more."""
        self._stopped.set()
        self.join(LONGEST_S)
