"""Guessing is made slow: after a few attempts each further one has to wait, twice as long again.

By account, so that one cannot be guessed from many addresses; by address, so that one cannot try
many accounts. Attempts are counted before they are checked: many at once gain nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from groundplan.records.vault import Kind, Secret, Vault, digest_of

FREE: Final[Mapping[str, int]] = {"account": 5, "address": 30}  # attempts without a wait
LONGEST_S: Final = 900.0
FORGOTTEN: Final = timedelta(hours=24)


def wait_after(attempts: int, free: int) -> float:
    """How long after that many attempts the next one has to wait [seconds]."""
    return 0.0 if attempts < free else min(2.0 ** min(attempts - free, 20), LONGEST_S)


class Waits:
    """Attempts of the last day, by a digest of their account or address."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock

    def attempt(self, account: str, address: str) -> float:
        """Count an attempt; how long to wait first [seconds], and then nothing is counted."""
        waits = [self._left(*named) for named in (("account", account), ("address", address))]
        if not any(waits):
            # another attempt may have come in between; then this one has to wait after all
            waits = [self._count(*named) for named in (("account", account), ("address", address))]
        return max(waits)

    def forgive(self, account: str) -> None:
        """Forget an account's attempts: the right word was said."""
        self._vault.change(Kind.ATTEMPTS, _key("account", account), lambda _: None)

    def _left(self, sort: str, name: str) -> float:
        return self._wait(self._vault.find(Kind.ATTEMPTS, _key(sort, name)), sort)

    def _count(self, sort: str, name: str) -> float:
        now, key, left = self._clock(), _key(sort, name), 0.0

        def count(held: Secret | None) -> Secret | None:
            nonlocal left
            left = self._wait(held, sort)
            if left:
                return held
            times = 1 + (int(held.body["times"]) if held else 0)
            body = {"times": times}
            return Secret(Kind.ATTEMPTS, key, "", now, body, now + FORGOTTEN, now)

        self._vault.change(Kind.ATTEMPTS, key, count)
        return left

    def _wait(self, held: Secret | None, sort: str) -> float:
        if held is None or held.used_at is None:
            return 0.0
        wait = wait_after(int(held.body["times"]), FREE[sort])
        return max(0.0, wait - (self._clock() - held.used_at).total_seconds())


def _key(sort: str, name: str) -> str:
    return digest_of(f"{sort}:{name.strip().casefold()}")
