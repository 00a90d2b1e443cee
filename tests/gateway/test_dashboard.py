"""The page and its files: whole, packed, kept as long as they may be, and nothing else of the disk."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import zstandard
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from gateway.dashboard import Dashboard
from gateway.problems import ProblemError
from tests.gateway.conftest import StartGateway, gateway_environment
from tests.gateway.running import Gateway
from tests.harness.patience import PATIENCE_S

PAGE = b'<!doctype html><script type="module" src="/assets/index-1a2b.js"></script>'
SCRIPT = b";".join(b"console.log(%d)" % number for number in range(1_000))
FONT = bytes(range(256)) * 8


def build(folder: Path, page: bytes = PAGE, **assets: bytes) -> Path:
    """A built page, put into its place as a whole, as `make dashboard` does."""
    made = folder.with_name("made")
    (made / "assets").mkdir(parents=True)
    (made / "index.html").write_bytes(page)
    (made / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    (made / "assets" / "index-1a2b.js.map").write_bytes(b"{}")
    (made / "assets" / "worker-3c4d.mjs").write_bytes(SCRIPT)
    (made / "assets" / "style-5e6f.css").write_bytes(b"body{margin:0}" * 200)
    (made / "assets" / "text-7a8b.woff2").write_bytes(FONT)
    (made / "letters" / "Plain Text").mkdir(parents=True)
    (made / "letters" / "Plain Text" / "0-255.pbf").write_bytes(b"\x0a\x00")
    (made / "icon.svg").write_bytes(b"<svg/>")
    (made / "manifest.webmanifest").write_bytes(b"{}")
    (made / "sw.js").write_bytes(b"self")
    (made / "notes.md").write_bytes(b"not for the page")
    for name, body in assets.items():
        (made / "assets" / f"{name}.js").write_bytes(body)
    if folder.exists():
        folder.rename(folder.with_name("old"))
    made.rename(folder)
    return folder


@pytest.fixture(scope="module")
async def gateway(
    gateway_dir: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    """A gateway with a page, asked by nobody in particular."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.json").write_bytes(b"{}")
    folder = build(outside / "dist")
    environment = gateway_environment(gateway_dir, redis_url, "t-page")
    gateway = Gateway(gateway_dir, environment | {"CITY_GATEWAY_DASHBOARD": str(folder)})
    await gateway.start()
    gateway.http.auth = httpx.Auth()  # that sends nothing
    yield gateway
    await gateway.stop()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/assets/index-1a2b.js", "text/javascript; charset=utf-8"),
        ("/assets/worker-3c4d.mjs", "text/javascript; charset=utf-8"),
        ("/assets/style-5e6f.css", "text/css; charset=utf-8"),
        ("/assets/text-7a8b.woff2", "font/woff2"),
        ("/letters/Plain%20Text/0-255.pbf", "application/x-protobuf"),
        ("/icon.svg", "image/svg+xml"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/sw.js", "text/javascript; charset=utf-8"),
    ],
)
async def test_a_file_has_its_type_and_the_page_s_policy_and_asks_for_no_password(
    gateway: Gateway, path: str, media_type: str
) -> None:
    answer = await gateway.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers.get_list("content-security-policy")
    assert len(policy) == 1
    directives = dict(one.split(" ", 1) for one in policy[0].split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert "unsafe" not in policy[0]
    head = await gateway.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == answer.headers["content-length"]


async def test_what_has_a_hash_in_its_name_is_kept_for_a_year_and_the_rest_asked_for_anew(
    gateway: Gateway,
) -> None:
    for path in ("/assets/index-1a2b.js", "/assets/text-7a8b.woff2"):
        answer = await gateway.http.get(path)
        assert answer.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"], path
    for path in ("/", "/manifest.webmanifest", "/sw.js", "/icon.svg"):
        answer = await gateway.http.get(path)
        assert answer.headers.get_list("cache-control") == ["no-cache"], path
        again = await gateway.http.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert again.headers["cache-control"] == "no-cache"


async def test_a_script_is_packed_for_who_takes_it_and_a_font_is_not(gateway: Gateway) -> None:
    for coding, unpack in (("gzip", gzip.decompress), ("zstd", zstandard.ZstdDecompressor().decompress)):
        headers = {"Accept-Encoding": coding}
        async with gateway.http.stream("GET", "/assets/index-1a2b.js", headers=headers) as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
        assert (answer.headers["content-encoding"], answer.headers["vary"]) == (coding, "Accept-Encoding")
        assert len(body) < len(SCRIPT) / 3
        assert unpack(body) == SCRIPT
        font = await gateway.http.get("/assets/text-7a8b.woff2", headers=headers)
        assert "content-encoding" not in font.headers
        assert font.content == FONT


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/notes.md",
        "/assets/index-1a2b.js.map",
        "/assets/",
        "/assets",
        "/assets/other.js",
        "/secret.json",
        "/../secret.json",
        "/assets/../../secret.json",
        "/assets/..%2f..%2fsecret.json",
        "/%2e%2e/secret.json",
        "/assets/%00index-1a2b.js",
    ],
)
async def test_what_is_no_file_of_the_page_is_not_there(gateway: Gateway, path: str) -> None:
    answer = await gateway.http.get(httpx.URL(gateway.url).copy_with(raw_path=path.encode()))
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_page_is_only_read(gateway: Gateway) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = await gateway.http.request(method, "/")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD"), method


async def test_files_are_counted_without_their_names(gateway: Gateway) -> None:
    for path in ("/assets/index-1a2b.js", "/assets/style-5e6f.css"):
        await gateway.http.get(path)
    assert await gateway.metric('city_gateway_requests_total{method="GET",route="/assets/{file}"') >= 2
    assert await gateway.metric('city_gateway_requests_total{method="GET",route="/assets/index') == 0


async def test_the_page_opens_no_other_door(gateway: Gateway) -> None:
    assert (await gateway.http.get("/api/status")).status_code == 401
    assert (await gateway.http.get("/api/")).status_code == 401
    assert (await gateway.http.get("/ws/live")).status_code == 401


async def test_without_a_built_page_the_api_is_there_and_the_page_comes_when_it_is_built(
    start_gateway: StartGateway, tmp_path: Path
) -> None:
    folder = tmp_path / "dist"
    gateway = await start_gateway(CITY_GATEWAY_DASHBOARD=str(folder))
    missing = await gateway.http.get("/", auth=None)
    assert missing.status_code == 404
    assert str(folder) in missing.json()["detail"]
    assert "make dashboard" in missing.json()["remedy"]
    assert (await gateway.http.get("/api/status")).status_code == 200
    folder.mkdir()
    assert (await gateway.http.get("/", auth=None)).status_code == 404
    folder.rmdir()
    build(folder)
    assert (await gateway.http.get("/", auth=None)).content == PAGE


def asked(dashboard: Dashboard) -> httpx.AsyncClient:
    """A client of the dashboard alone."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await dashboard.answer(Request(scope, receive, send))
        except ProblemError as problem:
            response = problem.response()
        await response(scope, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://city", timeout=PATIENCE_S)


async def test_a_new_build_takes_the_old_one_s_place_and_leaves_its_parts(tmp_path: Path) -> None:
    folder = build(tmp_path / "dist", first=b"first")
    async with asked(Dashboard(folder)) as client:
        assert (await client.get("/assets/first.js")).content == b"first"
        build(folder, page=b"another", second=b"second")
        assert (await client.get("/")).content == b"another"
        assert (await client.get("/assets/second.js")).content == b"second"
        # A page that is open loads a part of its own build late.
        assert (await client.get("/assets/first.js")).content == b"first"


async def test_what_was_read_stays_while_the_folder_is_away(tmp_path: Path) -> None:
    folder = build(tmp_path / "dist")
    async with asked(Dashboard(folder)) as client:
        await client.get("/")
        folder.rename(tmp_path / "elsewhere")
        assert (await client.get("/")).content == PAGE
        assert (await client.get("/assets/index-1a2b.js")).content == SCRIPT


async def test_a_folder_that_could_not_be_read_is_read_by_who_asks_next(tmp_path: Path) -> None:
    folder = build(tmp_path / "dist")
    broken = folder / "assets" / "broken.js"
    # It is there, and not even root reads from its beginning.
    broken.symlink_to("/proc/self/mem")
    async with asked(Dashboard(folder)) as client:
        assert (await client.get("/")).status_code == 404
        broken.unlink()
        assert (await client.get("/")).content == PAGE


async def test_many_who_ask_first_get_the_same(tmp_path: Path) -> None:
    folder = build(tmp_path / "dist")
    async with asked(Dashboard(folder)) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(20)))
    assert {answer.content for answer in answers} == {PAGE}
