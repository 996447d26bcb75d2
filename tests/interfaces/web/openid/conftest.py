"""A real OpenID provider (oidc-provider from npm) in a process of its own.

Without node or npm the tests are skipped with one line, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PINNED = "oidc-provider@9.13.3"
BACK = "http://127.0.0.1:8088/sign-in/openid/back"
TOOLS = Path(__file__).parents[4] / ".tools" / "openid"


def give_up(says: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(says)
    pytest.skip(says)


@pytest.fixture(scope="session")
def provider_folder() -> Path:
    """Where oidc-provider is installed."""
    if not shutil.which("node") or not shutil.which("npm"):
        give_up("node and npm were not found (on Debian: apt install npm)")
    if not (TOOLS / "node_modules" / "oidc-provider").is_dir():
        TOOLS.mkdir(parents=True, exist_ok=True)
        options = ["--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(
            ["npm", "install", "--prefix", str(TOOLS), *options, PINNED], check=False, timeout=300
        )
        if done.returncode:
            give_up(f"{PINNED} could not be installed by npm")
    return TOOLS


@pytest.fixture(scope="session")
def issuer(provider_folder: Path) -> Iterator[str]:
    """The provider's address."""
    script = Path(__file__).parent / "provider.mjs"
    process = subprocess.Popen(
        ["node", str(script), str(provider_folder), BACK],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    found = next((line.strip() for line in process.stdout if line.startswith("http")), "")
    assert found, "the provider did not start"
    yield found
    process.kill()
    process.wait()
