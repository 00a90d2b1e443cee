"""Settings as the `CITY_*` environment of a process that shall have them."""

from pydantic import SecretStr

from citystream.settings import Settings


def city_environment(settings: Settings) -> dict[str, str]:
    """`CITY_*` variables from which a process loads these very settings."""
    named = ((f"CITY_{field.upper()}", getattr(settings, field)) for field in Settings.model_fields)
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in named
        if value is not None
    }
