"""The gateway's own settings, `CITY_GATEWAY_*`; servers and namespace are in `citystream.settings`."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from citystream.secrets import FileSettings
from citystream.settings import SettingsError
from gateway.session import keys
from gateway.staleness import StaleAfter
from gateway.tiles import TileServer, checked_attribution, checked_template

PREFIX = "CITY_GATEWAY_"
MOST_PROCESSES = 256


class GatewaySettings(FileSettings):
    """Where the gateway listens, and whom it lets in."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """0 takes a free port and prints it."""
    operations_host: str = "127.0.0.1"
    """Not `host`: health and metrics ask for no password, so who opens the gateway does not open them."""
    operations_port: int = Field(default=8001, ge=0, le=65535)
    """Of /healthz, /readyz and /metrics; 0 takes a free port and prints it."""
    processes: int = Field(default=1, ge=1, le=MOST_PROCESSES)
    """Processes that share the port, each with its own copy of the city."""
    users_file: Path = Path(".city/gateway-users.json")
    """Names, roles and password hashes; written by `city-gateway user add`."""
    dashboard: Path | None = None
    """Folder of the built page with the map; without it, where `make dashboard` puts it."""
    tiles: str | None = None
    """Raster tiles to lie under the map, as XYZ: `https://tiles.example.org/{z}/{x}/{y}.png`, or a path."""
    tiles_attribution: str | None = Field(default=None, max_length=200)
    """Whose they are, in plain text; shown on the map."""
    tiles_max_zoom: int = Field(default=19, ge=0, le=24)
    """The nearest zoom that there are tiles of."""
    batch_hours: int = Field(default=6, ge=0, le=168)
    """Hours of the archive that are folded in the background, to answer what Redis lacks; 0 is none."""
    batch_look_s: float = Field(default=60, ge=0, le=3_600)
    """The newest closed day is looked for so often, for the metrics `city_batch_*`; 0 is never."""
    stale_vehicles_s: float = Field(default=90, gt=0, le=604_800)
    """How far behind the newest event of all vehicles one may be before it is stale. The default is what
    GTFS-Realtime's best practices allow."""
    stale_weather_s: float = Field(default=1_800, gt=0, le=604_800)
    """The same of weather stations, which report every ten minutes or so: three reports are missing."""
    stale_cameras_s: float = Field(default=300, gt=0, le=604_800)
    """The same of cameras, which report every minute or so: as long as a window of traffic is."""
    cap_sender: str = Field(default="", pattern=r"^[^\s,<&]*$")
    """Who the CAP alerts are from, unique among all who send some (`alerts@city.example`); the namespace
    if it is empty."""
    session_key: SecretStr | None = None
    """What sessions are signed with, instead of the key file beside the users file."""
    rate_per_s: float = Field(default=50, ge=0, le=1_000_000)
    """Requests and WebSocket handshakes a second that one user may go on with, in each process; 0 is any."""
    rate_burst: int = Field(default=300, ge=1, le=1_000_000)
    """Those that one who was quiet may send at once."""
    address_rate_per_s: float = Field(default=200, ge=0, le=1_000_000)
    """The same of all that come from one address, signed in or not."""
    address_rate_burst: int = Field(default=600, ge=1, le=1_000_000)
    """The same of an address."""
    lockout_tries: int = Field(default=5, ge=1, le=1_000)
    """Wrong passwords in a row after which a name must wait, for the address that sent them."""
    lockout_s: float = Field(default=5, gt=0, le=86_400)
    """For how long at first; each further wrong one doubles it."""
    lockout_longest_s: float = Field(default=300, gt=0, le=86_400)
    """The longest wait: with 300 s one address tries a name 288 times a day."""
    connections: int = Field(default=10_000, ge=1, le=1_000_000)
    """At once, WebSockets included, in each process; each takes a file descriptor."""
    clients: int = Field(default=5_000, ge=1, le=1_000_000)
    """Live ones at once, WebSockets and event streams, in each process; at about 60 kB each, kernel buffers
    aside."""
    request_s: float = Field(default=10, gt=0, le=3_600)
    """Time that a client has to send a whole request."""
    take_s: float = Field(default=20, gt=0, le=3_600)
    """Time for which a client may take nothing of what it is sent."""
    tls_certificate: Path | None = None
    """PEM, with what leads to a root; without it there is no TLS."""
    tls_key: Path | None = None
    """PEM; the certificate's private key."""
    tls_key_password_file: Path | None = None
    """The key's password, in its first line."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses and networks, comma-separated, that are believed in X-Forwarded-For, -Proto and -Host; `*` is
    all."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins (`https://map.example`), comma-separated, whose pages may read answers; none by default."""

    @property
    def stale_after(self) -> StaleAfter:
        """All of `stale_*`."""
        return StaleAfter(self.stale_vehicles_s, self.stale_weather_s, self.stale_cameras_s)

    @property
    def tile_server(self) -> TileServer | None:
        """All of `tiles*`."""
        if self.tiles is None or self.tiles_attribution is None:
            return None
        return TileServer(self.tiles, self.tiles_attribution, self.tiles_max_zoom)

    @field_validator("tiles")
    @classmethod
    def _is_a_template(cls, url: str | None) -> str | None:
        return url and checked_template(url)

    @field_validator("tiles_attribution")
    @classmethod
    def _is_plain_text(cls, text: str | None) -> str | None:
        return text and checked_attribution(text)

    @field_validator("session_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            keys.checked(key.get_secret_value())
        return key

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            if proxy != "*":
                ip_network(proxy)
        return proxies

    @model_validator(mode="after")
    def _key_has_certificate(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("CITY_GATEWAY_TLS_CERTIFICATE and CITY_GATEWAY_TLS_KEY go together")
        return self

    @model_validator(mode="after")
    def _tiles_have_attribution(self) -> Self:
        if (self.tiles is None) != (self.tiles_attribution is None):
            raise ValueError(
                "CITY_GATEWAY_TILES and CITY_GATEWAY_TILES_ATTRIBUTION go together: set both, or neither"
            )
        return self

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            scheme, separator, host = origin.partition("://")
            if scheme not in ("http", "https") or not separator or not host or "/" in host or "*" in host:
                raise ValueError(f"{origin!r} is not an origin such as https://map.example")
        return origins


def load() -> GatewaySettings:
    """Settings from the environment.

    Raises:
        SettingsError: naming each variable that can't be used and why.
    """
    try:
        return GatewaySettings()
    except ValidationError as error:
        problems = (_problem(one["loc"], one["msg"]) for one in error.errors())
        raise SettingsError("; ".join(problems)) from error
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _problem(where: tuple[int | str, ...], reason: str) -> str:
    return f"{PREFIX}{str(where[0]).upper()}: {reason}" if where else reason
