"""Resolution grows in step with the number of accounts, and no cluster grows without end."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

from groundplan.facts.identity import SeenAccount, resolve

SYLLABLES = "ba ko mi ran tel su vor ni ga lo pe xi du han zor fe".split()


def make_accounts(count: int, seed: int) -> list[SeenAccount]:
    rng = random.Random(seed)

    def word(syllables: int) -> str:
        return "".join(rng.choice(SYLLABLES) for _ in range(syllables)).title()

    firsts = [word(2) for _ in range(2_000)]
    lasts = [word(3) for _ in range(count // 3)]
    accounts: list[SeenAccount] = []
    while len(accounts) < count:
        first, last = rng.choice(firsts), rng.choice(lasts)
        login = f"{first[0]}{last}{rng.randrange(99)}".lower()
        forms = [
            (f"{first} {last}", f"{first}.{last}@{rng.choice(lasts)}.example".lower()),
            (login, f"{login}@gmail.com"),
            (f"{first} {last}", f"{rng.randrange(10**8)}+{login}@users.noreply.github.com"),
            (f"{first} {last}", f"{first}.{last}@{rng.choice(lasts)}.example".lower()),
        ]
        at = datetime(2020, 1, 1) + timedelta(hours=rng.randrange(40_000))
        for name, email in forms[: rng.randrange(1, 5)]:
            accounts.append(SeenAccount(name, email, "demo", rng.randrange(1, 50), at, at))
    return accounts[:count]


def cpu_seconds(accounts: list[SeenAccount]) -> float:
    began = time.process_time()
    resolve(accounts, {}, [])
    return time.process_time() - began


def test_four_times_the_accounts_take_about_four_times_as_long() -> None:
    small, large = make_accounts(5_000, 1), make_accounts(20_000, 2)
    resolve(small, {}, [])
    ratio = cpu_seconds(large) / cpu_seconds(make_accounts(5_000, 3))
    assert ratio < 4 * 2.5


def test_thousands_of_names_on_one_default_address_stay_apart() -> None:
    names = make_accounts(3_000, 4)
    shared = [
        SeenAccount(each.name, email, "demo", 1, None, None)
        for nr, each in enumerate(names)
        for email in ("root@localhost", "build@ci.example", f"{nr}@host-{nr}.example")
    ]
    biggest = max(len(person.accounts) for person in resolve(shared, {}, []).people)
    assert biggest < 100
