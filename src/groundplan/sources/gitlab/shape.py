"""GitLab's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from groundplan.facts.erasure import Mask
from groundplan.facts.host import ISSUE, PULL
from groundplan.facts.raw import RawReply
from groundplan.sources.gitlab import ci
from groundplan.sources.gitlab.people import account_of, people_in
from groundplan.sources.gitlab.threads import Place, tell_issue, tell_merge_request
from groundplan.sources.gitlab.webhooks import WEBHOOK, shape_push
from groundplan.sources.http.covering import cover_json
from groundplan.sources.http.rows import MILESTONE, RELEASE, shape_gone, shape_json, tell_each
from groundplan.sources.http.shaped import Shaped

FORM: Final = 1  # raised when the same replies would come to other rows

MERGE_REQUEST_PAGE: Final = "gitlab/merge_requests"
ISSUE_PAGE: Final = "gitlab/issues"
PIPELINE_PAGE: Final = "gitlab/pipelines"
DEPLOYMENT_PAGE: Final = "gitlab/deployments"
RELEASE_PAGE: Final = "gitlab/releases"
MILESTONE_PAGE: Final = "gitlab/milestones"
GONE: Final = "gitlab/gone"

_GONE: Final[Mapping[str, str]] = {
    ISSUE_PAGE: ISSUE, MERGE_REQUEST_PAGE: PULL, RELEASE_PAGE: RELEASE, MILESTONE_PAGE: MILESTONE,
}  # fmt: skip


def shape(reply: RawReply) -> Shaped:
    """The rows of one reply: `things` of a kind, with `people` whom else they name."""
    return shape_json(reply, partial(_tell, reply))


def _tell(reply: RawReply, shaped: Shaped, data: Any) -> None:
    host = str(reply.about["host"])
    if reply.kind == GONE:
        shape_gone(shaped, data, host, _GONE)
        return
    if reply.kind == WEBHOOK:
        shape_push(data, host, shaped)
        return
    tell = _tellers(shaped, Place(host, people_in(data, host))).get(reply.kind)
    found = data.get("things") if isinstance(data, dict) else data
    tell_each(shaped, reply.kind, found, tell, lambda one: one.get("iid") or one.get("id"))


def cover(body: bytes, mask: Mask, host: str) -> bytes:
    """A reply with pseudonyms for whoever was erased."""
    return cover_json(body, mask, lambda value: account_of(value, host))


def _tellers(shaped: Shaped, place: Place) -> dict[str, Callable[[Any], None]]:
    return {
        MERGE_REQUEST_PAGE: lambda value: tell_merge_request(shaped, value, place),
        ISSUE_PAGE: lambda value: tell_issue(shaped, value, place),
        PIPELINE_PAGE: lambda value: ci.tell_pipeline(shaped, value, place.host),
        DEPLOYMENT_PAGE: lambda value: ci.tell_deployment(shaped, value, place.host),
        RELEASE_PAGE: lambda value: ci.tell_release(shaped, value, place.host),
        MILESTONE_PAGE: lambda value: ci.tell_milestone(shaped, value),
    }
