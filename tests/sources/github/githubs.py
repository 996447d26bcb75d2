"""A workspace's stores with a connection to a GitHub of the tests."""

from __future__ import annotations

from groundplan.sources.github.fetch import GitHub, connect
from groundplan.sources.http.secrets import Secret, Token
from groundplan.sources.http.sync import Synced
from groundplan.terms.progress import Progress, Silent
from tests.sources.http_server import Server
from tests.sources.stores import Stores

TOKEN = "ghp_plantedSecretPlantedSecretPlanted000"
SOURCE = "items:github-ann-engine"


class Place(Stores):
    """A workspace folder that reads a repository of GitHub."""

    def github(
        self, server: Server, progress: Progress | None = None, name: str = "ann/engine"
    ) -> GitHub:
        token = Token(Secret(TOKEN))
        found = connect(
            name, token, progress or Silent(), api=server.base, timeout_s=0.4,
            now=self.clock.now, sleep=self.clock.sleep,
        )  # fmt: skip
        found.host = "github.com"
        return found

    def sync(
        self, server: Server, progress: Progress | None = None, name: str = "ann/engine"
    ) -> Synced:
        return self.run(self.github(server, progress, name), progress)
