"""TLS, and proxies that speak for others."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from websockets.asyncio.client import connect

from citystream.settings import SettingsError
from gateway.settings import load
from gateway.tls import TlsError, context
from tests.gateway.conftest import StartGateway
from tests.gateway.raw import basic
from tests.gateway.running import GUESSED, VIEWER, Gateway, receive, subscribe, until
from tests.gateway.test_cli import run
from tests.harness.patience import PATIENCE_S

KEY_PASSWORD = "the key's own password"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """Settings for a certificate whose key has a password."""
    issue(authority, tmp_path, KEY_PASSWORD)
    return settings(tmp_path)


def issue(authority: trustme.CA, folder: Path, password: str) -> bytes:
    """Write a certificate, its key and the key's password; the certificate as a client sees it."""
    issued = authority.issue_cert("127.0.0.1")
    (folder / "certificate.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    (folder / "key.pem").write_bytes(encrypted)
    (folder / "password").write_text(f"{password}\n")
    return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())


def settings(folder: Path) -> dict[str, str]:
    return {
        "CITY_GATEWAY_TLS_CERTIFICATE": str(folder / "certificate.pem"),
        "CITY_GATEWAY_TLS_KEY": str(folder / "key.pem"),
        "CITY_GATEWAY_TLS_KEY_PASSWORD_FILE": str(folder / "password"),
    }


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return client


async def test_requests_and_websockets_come_over_tls_and_not_in_clear(
    start_gateway: StartGateway, authority: trustme.CA, files: dict[str, str]
) -> None:
    gateway = await start_gateway(
        **files, CITY_GATEWAY_HOST="0.0.0.0", CITY_GATEWAY_TRUSTED_PROXIES="127.0.0.1"
    )
    url = f"https://127.0.0.1:{gateway.port}"
    async with httpx.AsyncClient(base_url=url, auth=VIEWER, verify=trusting(authority)) as client:
        answer = await client.get("/api/status")
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        # A proxy on 127.0.0.1 speaks for many; the one who guesses there locks only himself out.
        for _ in range(6):
            guesser = {"X-Forwarded-For": "198.51.100.7"}
            last = await client.get("/api/status", auth=(GUESSED[0], "a wrong password"), headers=guesser)
        assert last.status_code == 429
        other = {"X-Forwarded-For": "198.51.100.8"}
        assert (await client.get("/api/status", auth=GUESSED, headers=other)).status_code == 200
    async with connect(
        f"wss://127.0.0.1:{gateway.port}/ws/live",
        additional_headers={"Authorization": basic(VIEWER)},
        proxy=None,
        ssl=trusting(authority),
    ) as socket:
        assert "heartbeat" in str(await socket.recv())
    with pytest.raises(httpx.TransportError):
        await gateway.http.get("/api/status")
    assert "in clear" not in gateway.process.last_lines()


async def shown(gateway: Gateway, authority: trustme.CA) -> bytes:
    """The certificate that a new connection is shown."""
    async with asyncio.timeout(PATIENCE_S):
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, ssl=trusting(authority))
        certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return certificate


async def logged(gateway: Gateway) -> str:
    return gateway.process.log.read_text()


def one_after_the_other(served: Path, renewed: Path) -> None:
    """As a program does that renews certificates on a host."""
    for file in ("password", "key.pem", "certificate.pem"):
        (renewed / file).replace(served / file)


def all_at_once(served: Path, renewed: Path) -> None:
    """As Kubernetes does: the folder is a link, which is set to another one."""
    link = renewed.with_name("link")
    link.symlink_to(renewed)
    link.replace(served)


def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Where the first and the second certificate lie, and the one that is served, at first the first."""
    first, second, served = (tmp_path / name for name in ("first", "second", "served"))
    first.mkdir()
    second.mkdir()
    served.symlink_to(first)
    return first, second, served


@pytest.mark.parametrize("replace", [one_after_the_other, all_at_once])
async def test_a_renewed_certificate_is_served_and_connections_go_on(
    start_gateway: StartGateway,
    authority: trustme.CA,
    tmp_path: Path,
    replace: Callable[[Path, Path], None],
) -> None:
    first, second, served = folders(tmp_path)
    old = issue(authority, first, KEY_PASSWORD)
    gateway = await start_gateway(**settings(served))
    assert await shown(gateway, authority) == old
    async with connect(
        f"wss://127.0.0.1:{gateway.port}/ws/live",
        additional_headers={"Authorization": basic(VIEWER)},
        proxy=None,
        ssl=trusting(authority),
    ) as before:
        new = issue(authority, second, "the renewed key's password")
        replace(served, second)
        await until(lambda: shown(gateway, authority), lambda certificate: certificate == new)
        await subscribe(before, "weather")
        await receive(before, "subscription")
        assert before.transport.get_extra_info("ssl_object").getpeercert(binary_form=True) == old
    url = f"https://127.0.0.1:{gateway.port}"
    async with httpx.AsyncClient(base_url=url, auth=VIEWER, verify=trusting(authority)) as client:
        assert (await client.get("/api/status")).status_code == 200
    assert "a renewed certificate is served" in await logged(gateway)


async def test_a_certificate_waits_for_the_key_that_fits_it(
    start_gateway: StartGateway, authority: trustme.CA, tmp_path: Path
) -> None:
    first, second, served = folders(tmp_path)
    old = issue(authority, first, KEY_PASSWORD)
    gateway = await start_gateway(**settings(served))
    new = issue(authority, second, KEY_PASSWORD)
    stays = "the certificate stays as it was: "
    (second / "certificate.pem").replace(first / "certificate.pem")
    await until(lambda: logged(gateway), lambda text: stays in text)
    assert [await shown(gateway, authority) for _ in range(5)] == [old] * 5
    (first / "key.pem").unlink()
    await until(lambda: logged(gateway), lambda text: text.count(stays) == 2)
    assert await shown(gateway, authority) == old
    (second / "key.pem").replace(first / "key.pem")
    await until(lambda: shown(gateway, authority), lambda certificate: certificate == new)
    # Each pair that did not fit was told of once.
    told = await logged(gateway)
    assert (told.count(stays), told.count("a renewed certificate is served")) == (2, 1)
    assert "Traceback" not in told
    assert KEY_PASSWORD not in told


async def test_each_of_several_processes_takes_a_renewed_certificate(
    start_gateway: StartGateway, authority: trustme.CA, tmp_path: Path
) -> None:
    first, second, served = folders(tmp_path)
    old = issue(authority, first, KEY_PASSWORD)
    gateway = await start_gateway(**settings(served), CITY_GATEWAY_PROCESSES="2")
    await until(lambda: gateway.metric('city_gateway_processes{state="ready"}'), lambda ready: ready == 2)
    assert await shown(gateway, authority) == old
    new = issue(authority, second, KEY_PASSWORD)
    all_at_once(served, second)
    taken = "a renewed certificate is served"
    await until(lambda: logged(gateway), lambda text: text.count(taken) == 2)
    assert {await shown(gateway, authority) for _ in range(20)} == {new}


async def test_who_listens_to_others_without_tls_is_warned(start_gateway: StartGateway) -> None:
    gateway = await start_gateway(CITY_GATEWAY_HOST="0.0.0.0")
    assert "passwords come in clear" in gateway.process.last_lines()


def test_nothing_older_than_tls_1_2_is_spoken(files: dict[str, str]) -> None:
    made = context(*(Path(file) for file in files.values()))
    assert made.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(("which", "instead"), [(0, "nowhere.pem"), (0, "key.pem"), (1, "password")])
def test_a_certificate_that_cannot_be_used_is_refused_by_its_files(
    files: dict[str, str], which: int, instead: str
) -> None:
    given = [Path(file) for file in files.values()]
    given[which] = given[which].with_name(instead)
    with pytest.raises(TlsError, match="CITY_GATEWAY_TLS_CERTIFICATE"):
        context(*given)


def test_a_key_whose_password_is_not_given_is_refused_at_the_start(
    files: dict[str, str], gateway_dir: Path
) -> None:
    given = files | {"CITY_GATEWAY_TLS_KEY_PASSWORD_FILE": "", "CITY_GATEWAY_OPERATIONS_PORT": "0"}
    users_file = str(gateway_dir / "users.json")
    ended = run("serve", "--port", "0", **given, CITY_GATEWAY_USERS_FILE=users_file)
    assert ended.returncode == 1
    assert "CITY_GATEWAY_TLS_CERTIFICATE" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CITY_GATEWAY_TLS_KEY", "key.pem", "CITY_GATEWAY_TLS_CERTIFICATE .* go together"),
        ("CITY_GATEWAY_TRUSTED_PROXIES", "10.0.0.0/8, my-proxy", "CITY_GATEWAY_TRUSTED_PROXIES"),
    ],
)
def test_a_bad_setting_is_refused_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=told):
        load()
