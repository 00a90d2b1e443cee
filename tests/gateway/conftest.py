"""One gateway for most tests, over one namespace; `start_gateway` makes others."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from citystream.contracts import city_model
from citystream.contracts.city_model import CityModel, Place, Road
from demo.servers.valkey import Valkey
from gateway import users
from tests.gateway.running import GUESSED, OPERATOR, VIEWER, Gateway
from tests.gateway.speed_layer import SpeedLayer

StartGateway = Callable[..., Awaitable[Gateway]]


def _road(road_id: str, west: float, neighbours: list[str]) -> Road:
    line = [(west, 52.50), (west + 0.01, 52.51)]
    return Road(road_id, f"{road_id.title()} Street", line, 1_300.0, 50.0, 2, neighbours)


MODEL = CityModel(
    roads={
        "north": _road("north", 13.40, ["east"]),
        "east": _road("east", 13.50, ["north"]),
        "south": _road("south", 13.60, []),
        "quiet": _road("quiet", 13.70, []),
    },
    hospitals={},
    sensors={},
    cameras={"cam-1": Place("cam-1", "cam-1", (13.405, 52.505), "north")},
    stations={"station-1": Place("station-1", "Old Tower", (13.45, 52.52))},
)


@pytest.fixture(scope="session")
def gateway_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Users, city model and logs."""
    directory = tmp_path_factory.mktemp("gateway")
    (directory / "city.geojson").write_bytes(city_model.dump(MODEL))
    ada = users.make(VIEWER[0], users.Role.VIEWER, VIEWER[1])
    olga = users.make(OPERATOR[0], users.Role.OPERATOR, OPERATOR[1])
    known = {"ada": ada, "olga": olga, "gwen": users.make(GUESSED[0], users.Role.VIEWER, GUESSED[1])}
    users.write(directory / "users.json", known)
    return directory


def gateway_environment(directory: Path, redis_url: str, namespace: str) -> dict[str, str]:
    return {
        "CITY_NAMESPACE": namespace,
        "CITY_REDIS": redis_url,
        "CITY_MODEL": str(directory / "city.geojson"),
        # Nobody there: most of them have no batch layer.
        "CITY_S3": "http://127.0.0.1:1",
        "CITY_GATEWAY_USERS_FILE": str(directory / "users.json"),
        # A process that folds an archive that most of them lack.
        "CITY_GATEWAY_BATCH_HOURS": "0",
        # A process that reads days, which most do not ask for.
        "CITY_GATEWAY_BATCH_LOOK_S": "0",
        # All tests ask as the same few users from one address, some of them in a loop.
        "CITY_GATEWAY_RATE_PER_S": "0",
        "CITY_GATEWAY_ADDRESS_RATE_PER_S": "0",
    }


@pytest.fixture(scope="session")
async def shared_speed(redis_url: str) -> AsyncIterator[SpeedLayer]:
    """The services' side of the shared gateway's namespace."""
    layer = SpeedLayer(redis_url, f"t{secrets.token_hex(3)}-gateway")
    yield layer
    await layer.client.aclose()


@pytest.fixture(scope="session")
async def shared_gateway(
    gateway_dir: Path, redis_url: str, shared_speed: SpeedLayer
) -> AsyncIterator[Gateway]:
    """A gateway that many tests ask, each about ids of its own."""
    environment = gateway_environment(gateway_dir, redis_url, shared_speed.namespace) | {"CITY_LOG": "json"}
    gateway = Gateway(gateway_dir, environment)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture(scope="session")
async def strict_gateway(gateway_dir: Path, redis_url: str) -> AsyncIterator[Gateway]:
    """A gateway with low limits, for tests that go beyond them."""
    namespace = f"t{secrets.token_hex(3)}-strict"
    low = {
        "CITY_GATEWAY_RATE_PER_S": "4",
        "CITY_GATEWAY_RATE_BURST": "40",
        "CITY_GATEWAY_CONNECTIONS": "60",
        "CITY_GATEWAY_REQUEST_S": "1",
    }
    gateway = Gateway(gateway_dir, gateway_environment(gateway_dir, redis_url, namespace) | low)
    await gateway.start()
    yield gateway
    await gateway.stop()


@pytest.fixture
def users_file(gateway_dir: Path, tmp_path: Path) -> Path:
    """The usual users, for this test to change."""
    copy = tmp_path / "users.json"
    copy.write_bytes((gateway_dir / "users.json").read_bytes())
    return copy


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Redis that only this test uses."""
    server = Valkey(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def own_speed(valkey: Valkey, namespace: str) -> AsyncIterator[SpeedLayer]:
    """The services' side of it, in this test's own namespace."""
    layer = SpeedLayer(valkey.address, namespace)
    yield layer
    await layer.client.aclose()


@pytest.fixture
async def speed(redis_url: str, namespace: str) -> AsyncIterator[SpeedLayer]:
    """The services' side of this test's own namespace."""
    layer = SpeedLayer(redis_url, namespace)
    yield layer
    await layer.client.aclose()


@pytest.fixture
async def start_gateway(gateway_dir: Path, redis_url: str, namespace: str) -> AsyncIterator[StartGateway]:
    """Starts gateways over this test's own namespace; arguments are variables that go before the usual."""
    started: list[Gateway] = []

    async def start(**environment: str) -> Gateway:
        gateway = Gateway(gateway_dir, gateway_environment(gateway_dir, redis_url, namespace) | environment)
        started.append(gateway)
        await gateway.start()
        return gateway

    yield start
    for gateway in started:
        await gateway.stop()
