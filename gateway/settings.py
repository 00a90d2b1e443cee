"""The gateway's own settings, from `CITY_GATEWAY_*`; servers and namespace are in `citystream.settings`."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from citystream.settings import SettingsError

PREFIX = "CITY_GATEWAY_"


class GatewaySettings(BaseSettings):
    """Where the gateway listens, and whom it lets in."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    """0 takes a free port and prints it."""
    users_file: Path = Path(".city/gateway-users.json")
    """Names, roles and password hashes; written by `city-gateway user add`."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins (`https://map.example`), comma-separated, whose pages may read answers; none by default."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

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
        problems = (f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        raise SettingsError("; ".join(problems)) from error
