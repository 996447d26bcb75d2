"""Who may ask, what a page may load, and what a hostile commit can do: nothing."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from groundplan.interfaces.web.guards import host_of, same_origin

ADDRESSES = (
    "/",
    "/signals",
    "/areas",
    "/nothing",
    "/static/page.css",
    "/progress",
    "/?format=json",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_strict(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in headers
    assert headers["cache-control"] in ("no-store", "no-cache")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1:8088"])
def test_a_foreign_host_is_refused(client: TestClient, host: str) -> None:
    reply = client.get("/", headers={"host": host})
    assert reply.status_code == 421
    assert "localhost" in reply.text
    assert "content-security-policy" in reply.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8088", "localhost:9", "LOCALHOST", "[::1]:8088"])
def test_a_local_host_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/about/keys", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8088"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8088"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_write_from_elsewhere_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    reply = client.post("/identities/decide", headers=headers, data={"verdict": "same"})
    assert reply.status_code == 403
    assert "Nothing was changed" in reply.text


def test_origins_and_hosts() -> None:
    assert host_of("[::1]:80") == "[::1]"
    assert same_origin(Headers({"host": "h:1", "origin": "http://h:1"}))
    assert not same_origin(Headers({"host": "h:1"}))


def test_only_reading_is_offered_elsewhere(client: TestClient) -> None:
    for method in ("post", "put", "delete", "patch"):
        reply = client.request(method, "/signals", headers={"sec-fetch-site": "same-origin"})
        assert reply.status_code == 405
        assert "<h1" in reply.text
