"""What waits is sent while pages are served, where somebody set that; never without."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from groundplan.interfaces.notices.rounds import Rounds
from groundplan.interfaces.notices.settings import keep_every, read_settings
from groundplan.terms.errors import BadInput
from tests.interfaces.notices.conftest import Team
from tests.interfaces.notices.servers import MailServer, free_port

PATIENCE_S = 60.0


def wait_for(what: Callable[[], bool]) -> bool:
    """Whether it came true in time."""
    ends = time.monotonic() + PATIENCE_S
    while not what() and time.monotonic() < ends:
        time.sleep(0.05)
    return what()


def test_what_waits_is_sent_in_rounds_until_they_end(team: Team, mail: MailServer) -> None:
    rounds = Rounds(team.send, 0.05, pytest.fail)
    rounds.start()
    team.publish()
    assert wait_for(lambda: set(team.states().values()) == {"sent"})
    rounds.end()
    assert not rounds.is_alive()
    assert sorted(to for to, _ in mail.inbox.mails) == ["ona@example.com", "support@example.com"]


def test_a_trouble_is_told_once(team: Team) -> None:
    team.publish()
    told: list[str] = []
    looked = threading.Semaphore(0)

    def look() -> object:
        looked.release()
        return team.send()

    rounds = Rounds(look, 0.01, told.append)  # type: ignore[arg-type]
    rounds.start()
    for _ in range(4):
        assert looked.acquire(timeout=PATIENCE_S)
    rounds.end()
    assert len(told) == 1
    assert "No mail server is set." in told[0]


def test_how_often_is_kept_beside_the_rest(team: Team, mail: MailServer) -> None:
    before = read_settings(team.folder)
    assert before.every_s == 0
    keep_every(team.folder, 60)
    after = read_settings(team.folder)
    assert (after.every_s, after.mail, after.chat) == (60, before.mail, before.chat)
    keep_every(team.folder, 0)
    assert read_settings(team.folder) == before
    for seconds in (5, -1, float("nan")):
        with pytest.raises(BadInput, match="10 or more"):
            keep_every(team.folder, seconds)


@pytest.mark.parametrize("wanted", [True, False])
def test_serve_sends_where_that_was_set(team: Team, mail: MailServer, wanted: bool) -> None:
    team.publish()
    if wanted:
        keep_every(team.folder, 10)
    served = serve(team.folder)
    try:
        assert served.stdout is not None
        assert any("Ctrl-C" in line for line in served.stdout)
        arrived = wait_for(lambda: len(mail.inbox.mails) == 2) if wanted else bool(mail.inbox.mails)
        assert arrived == wanted
    finally:
        served.send_signal(signal.SIGINT)
        served.communicate(timeout=PATIENCE_S)
    assert set(team.states().values()) == {"sent" if wanted else "waiting"}


def serve(folder: Path) -> subprocess.Popen[str]:
    """A team's server, as somebody starts it."""
    port = str(free_port())
    words = ["serve", "--team", "--workspace", str(folder), "--port", port, "--no-open",
             "--url", f"http://127.0.0.1:{port}"]  # fmt: skip
    run = "from groundplan.interfaces.cli.main import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", run, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}, cwd=folder,
    )  # fmt: skip
