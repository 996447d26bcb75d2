"""A workspace's stores with a connection to a Jira of the tests."""

from __future__ import annotations

from groundplan.sources.http.secrets import Auth, Secret
from groundplan.sources.http.sync import Synced
from groundplan.sources.jira.fetch import Jira, connect, show_token
from groundplan.terms.progress import Progress, Silent
from tests.sources.http_server import Server
from tests.sources.jira.jira_world import TOKEN, USER
from tests.sources.stores import Stores

SOURCE = "items:127.0.0.1-en"


class Place(Stores):
    """A workspace folder that reads a project of Jira."""

    def jira(self, server: Server, cloud: bool, progress: Progress | None = None) -> Jira:
        auth: Auth = show_token(Secret(TOKEN), USER if cloud else "")
        return connect(
            "EN", auth, progress or Silent(), api=server.base, timeout_s=5.0, now=self.clock.now,
            sleep=self.clock.sleep,
        )  # fmt: skip

    def read(self, server: Server, cloud: bool, progress: Progress | None = None) -> Synced:
        return self.run(self.jira(server, cloud, progress), progress)
