"""A cookie counts where a page of our own asks."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.gateway.browser import COOKIE, SESSION, Browser, signed_in, with_token
from tests.gateway.conftest import StartGateway
from tests.gateway.running import VIEWER, Gateway, receive

PATH = "/api/traffic/live"
ELSEWHERE = "https://evil.example"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 200),
        ({"Origin": ""}, 403),
        ({"Origin": ELSEWHERE}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://{host}"}, 403),
        ({"Origin": "http://user@{host}/"}, 403),
        ({"Origin": ELSEWHERE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "", "Sec-Fetch-Site": "same-origin"}, 200),
    ],
)
async def test_only_a_page_of_ours_signs_in_and_out(
    shared_gateway: Gateway, headers: dict[str, str], code: int
) -> None:
    browser = Browser(shared_gateway)
    host = f"127.0.0.1:{shared_gateway.port}"
    given = {name: value.format(host=host) for name, value in headers.items()}
    if given.get("Origin") == "":
        del browser.http.headers["Origin"], given["Origin"]
    answer = await browser.sign_in(VIEWER, **given)
    assert answer.status_code == code
    if code == 403:
        assert answer.json()["field"] == "Origin"
        assert "set-cookie" not in answer.headers
    browser.use((await signed_in(shared_gateway)).token)
    out = await browser.http.delete(SESSION, headers=given)
    assert out.status_code == (204 if code == 200 else 403)
    assert await with_token(shared_gateway, browser.token).status() == (401 if code == 200 else 200)


async def test_another_site_s_page_reads_nothing_with_the_cookie(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_GATEWAY_CORS_ORIGINS="https://map.example")
    browser = await signed_in(gateway)
    for origin in (ELSEWHERE, "null", "https://map.example"):
        assert (await browser.http.get(PATH, headers={"Origin": origin})).status_code == 403
        with pytest.raises(InvalidStatus) as refused:
            async with browser.live(origin):
                pass
        assert refused.value.response.status_code == 403
    # Typed into the address bar, or asked by a page of ours: no origin is told of a plain GET.
    del browser.http.headers["Origin"]
    assert await browser.status(PATH) == 200
    with pytest.raises(InvalidStatus) as refused:
        async with browser.live(None):
            pass
    assert refused.value.response.status_code == 403
    # A program says no origin, and an allowed page has a credential of its own.
    for allowed in (None, "https://map.example", browser.origin):
        async with gateway.live(origin=allowed) as socket:
            await receive(socket, "heartbeat")
    assert await gateway.metric('city_gateway_refused_total{limit="origin"}') == 7


async def test_behind_a_trusted_proxy_ours_is_what_the_client_sees(
    start_gateway: StartGateway,
) -> None:
    ours = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "city.example",
        "Origin": "https://city.example",
    }
    trusting = await start_gateway(CITY_GATEWAY_TRUSTED_PROXIES="127.0.0.0/8")
    answer = await Browser(trusting).sign_in(VIEWER, **ours)
    assert answer.status_code == 200
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in attributes
    async with httpx.AsyncClient(base_url=trusting.url, headers=ours | {"Cookie": name}) as client:
        assert (await client.get(PATH)).status_code == 200
        # In clear the browser would not send it.
        assert (await client.get(PATH, headers={"X-Forwarded-Proto": "http"})).status_code == 401
    assert (await Browser(trusting).sign_in(VIEWER, **ours | {"Origin": trusting.url})).status_code == 403
    other = await start_gateway()
    assert (await Browser(other).sign_in(VIEWER, **ours)).status_code == 403
