"""A workspace's stores with a connection to a GitLab of the tests."""

from __future__ import annotations

from groundplan.sources.gitlab.fetch import GitLab, connect, show_token
from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.sync import Synced
from groundplan.terms.progress import Silent
from tests.sources.gitlab.gitlab_world import TOKEN
from tests.sources.http_server import Server
from tests.sources.stores import Stores

SOURCE = "items:127.0.0.1-ann-engine"


class Place(Stores):
    """A workspace folder that reads a project of GitLab."""

    def gitlab(self, server: Server) -> GitLab:
        return connect(
            "ann/engine", show_token(Secret(TOKEN)), Silent(), api=f"{server.base}/api/v4",
            timeout_s=5.0, now=self.clock.now, sleep=self.clock.sleep,
        )  # fmt: skip

    def read(self, server: Server) -> Synced:
        return self.run(self.gitlab(server))
