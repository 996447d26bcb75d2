"""A real OpenID provider (oidc-provider from npm, installed by `make servers`) in its own process.

Without it the tests are skipped with one line, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

BACK = "http://127.0.0.1:8088/sign-in/openid/back"
TOOLS = Path(__file__).parents[4] / ".tools" / "openid"


def give_up(says: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(says)
    pytest.skip(says)


@pytest.fixture(scope="session")
def provider_folder() -> Path:
    """Where oidc-provider is installed."""
    if not shutil.which("node") or not (TOOLS / "node_modules").is_dir():
        give_up("no OpenID provider: `make servers` installs it (needs node and npm)")
    return TOOLS


@pytest.fixture(scope="session")
def issuer(provider_folder: Path) -> Iterator[str]:
    """The provider's address."""
    script = Path(__file__).parent / "provider.mjs"
    process = subprocess.Popen(
        ["node", str(script), str(provider_folder), BACK],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("http"):
            break
    found = said[-1].strip() if said and said[-1].startswith("http") else ""
    assert found, "the provider did not start:\n" + "".join(said)
    yield found
    process.kill()
    process.wait()
