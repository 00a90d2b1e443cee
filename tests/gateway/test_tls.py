"""TLS, and proxies that speak for others."""

import ssl
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
from tests.gateway.running import GUESSED, VIEWER
from tests.gateway.test_cli import run

KEY_PASSWORD = "the key's own password"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """Settings for a certificate whose key has a password."""
    issued = authority.issue_cert("127.0.0.1")
    (tmp_path / "certificate.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(KEY_PASSWORD.encode()),
    )
    (tmp_path / "key.pem").write_bytes(encrypted)
    (tmp_path / "password").write_text(f"{KEY_PASSWORD}\n")
    return {
        "CITY_GATEWAY_TLS_CERTIFICATE": str(tmp_path / "certificate.pem"),
        "CITY_GATEWAY_TLS_KEY": str(tmp_path / "key.pem"),
        "CITY_GATEWAY_TLS_KEY_PASSWORD_FILE": str(tmp_path / "password"),
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
