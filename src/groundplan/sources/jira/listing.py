"""Pages of a search: by tokens on Cloud, by places that may shift on Data Center."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from groundplan.sources.http.replies import PageSize, Reply, Request
from groundplan.sources.jira.asking import AT_ONCE, Asking, objects

_NO_TOKEN: Final = 400  # a token is good for a week


@dataclass(slots=True)
class Search:
    """A question and how far its answer was read. place: JSON; empty before the first page."""

    asking: Asking
    jql: str
    fields: str
    place: dict[str, Any]
    expand: str = ""
    total: int | None = None
    size: PageSize = field(default_factory=lambda: PageSize(AT_ONCE))

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """Issues, a page at a time; `place` is where to go on after each, `done` at the end."""
        while not self.place.get("done"):
            yield self._cloud_page() if self.asking.cloud else self._server_page()

    def _cloud_page(self) -> list[dict[str, Any]]:
        token = self.place.get("token")
        given = {"nextPageToken": token} if token else {}
        reply = self._send("search/jql", given, (_NO_TOKEN,) if token else ())
        if reply.status == _NO_TOKEN:
            self.place.clear()
            return self._cloud_page()
        data = reply.data if isinstance(reply.data, dict) else {}
        found = objects(data.get("issues"))
        self.place["token"] = data.get("nextPageToken")
        if not self.place["token"] or data.get("isLast") is True or self.place["token"] == token:
            self.place.update(done=True, token=None)
        return found

    def _server_page(self) -> list[dict[str, Any]]:
        """One page, with the last issue of the one before it to see that nothing has shifted."""
        while True:
            at, last = self.place.get("at", 0), self.place.get("last")
            start = max(0, at - 1)
            reply = self._send("search", {"startAt": start})
            data = reply.data if isinstance(reply.data, dict) else {}
            found = objects(data.get("issues"))
            self.total = int(data.get("total") or 0)
            if last is not None and (not found or found[0].get("key") != last):
                back = max(0, at - self.size.now)  # something before it is gone: read that again
                self.place.update(at=back, last=None)
                continue
            fresh = found[1:] if last is not None else found
            end = start + len(found)
            if found:
                self.place.update(at=end, last=found[-1].get("key"))
            if not fresh or end >= self.total:
                self.place["done"] = True
            return fresh

    def _send(self, path: str, given: dict[str, Any], expect: tuple[int, ...] = ()) -> Reply:
        def sized(size: int) -> Request:
            params = {
                "jql": self.jql, "fields": self.fields, "maxResults": max(2, size), **given,
                **({"expand": self.expand} if self.expand else {}),
            }  # fmt: skip
            return Request(self.asking.rest(path), params=params, expect=expect)

        reply = self.asking.client.send(sized, self.size)
        self.asking.note_time(reply)
        return reply
