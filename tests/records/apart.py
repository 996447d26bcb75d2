"""What happens in a process of its own, whose limits and rights are not those of the tests."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable

from groundplan.terms.errors import GroundplanError

NOBODY = 65534


def run_apart(act: Callable[[], object]) -> str:
    """What `act` raises in a process of its own, as `Class: message`; "nothing" if nothing."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            act()
            answer = "nothing"
        except GroundplanError as error:
            answer = f"{type(error).__name__}: {error}"
        except BaseException as error:
            answer = f"UNEXPECTED {error!r}"
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def limit_files(most_bytes: int) -> None:
    """From now on no file of this process grows beyond: to it, the disk is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def give_up_rights() -> None:
    """From now on this process is nobody's, if it was root's."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
