"""Every setting, from the environment: `CITY_` and the field's name in capitals; or from a file of that name.

Defaults suit one machine with all servers on localhost. Secrets are never printed.
"""

import ssl
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from citystream.contracts import personal
from citystream.contracts.city_model import checked_timezone
from citystream.logs.forms import Form
from citystream.secrets import FileSettings

NAMESPACE = r"^[a-z][a-z0-9-]{0,39}$"


class SettingsError(ValueError):
    """A setting can't be used; the message names the variable and the reason."""


def _redactable(fields: str) -> str:
    # Asked only of a list that somebody gives: all events' modules come with it.
    from citystream.contracts.registry import EVENTS

    names = personal.listed(fields)
    for type_, event in EVENTS.items():
        if problem := personal.clash(names, type_, event):
            raise ValueError(problem)
    return fields


class Settings(FileSettings):
    """One process's settings."""

    model_config = SettingsConfigDict(env_prefix="CITY_", frozen=True, extra="ignore", env_ignore_empty=True)

    namespace: str = Field(default="city", pattern=NAMESPACE)
    """Stands before every topic, group, Redis key, S3 path and index."""
    source_namespace: str | None = Field(default=None, pattern=NAMESPACE)
    """Another, whose events and archive this one works on too: a new version beside the old."""
    model: Path | None = None
    """The city as GeoJSON (roads, hospitals, sensors, cameras, stations)."""
    timezone: Annotated[str, AfterValidator(checked_timezone)] | None = None
    """IANA name; unset is the model's, and UTC where it has none."""
    data_dir: Path = Path(".data")
    """RocksDB tables lie below it."""

    log: Form = "text"
    """Form of log lines, on stderr: text to read, or one JSON object a line for collectors."""

    kafka: str = "127.0.0.1:9092"
    """host:port, comma-separated."""
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca_file: Path | None = None
    kafka_cert_file: Path | None = None
    kafka_key_file: Path | None = None
    kafka_session_timeout_s: float = Field(default=10.0, ge=6.0, le=90.0)
    """A worker that died is missed after this long; brokers refuse less than 6 s, Faust more than 90 s."""
    kafka_instance_id: str | None = None
    """Static membership: a worker that is back within the session keeps its partitions."""
    partitions: int = Field(default=4, ge=1, le=10_000)
    """Of topics that we create."""
    replication: int = Field(default=1, ge=1)
    retention_hours: int = Field(default=168, ge=1)
    """How long Kafka keeps raw events: the time S3 may be away."""
    max_event_bytes: int = Field(default=1_048_576, ge=1024)
    """The largest event that a topic of ours takes."""

    redis: str = "redis://127.0.0.1:6379/0"
    """`rediss://` for TLS; user and password may stand in the URL."""
    redis_username: str | None = None
    redis_password: SecretStr | None = None
    redis_ca_file: Path | None = None

    s3: str | None = None
    """Endpoint of an S3-compatible server; unset is AWS."""
    s3_bucket: str = "city"
    s3_region: str = "us-east-1"
    s3_access_key: str | None = None
    s3_secret_key: SecretStr | None = None
    """Without keys the AWS chain is asked: profile, role, instance."""
    s3_ca_file: Path | None = None

    elasticsearch: str = "http://127.0.0.1:9200"
    elasticsearch_username: str | None = None
    elasticsearch_password: SecretStr | None = None
    elasticsearch_api_key: SecretStr | None = None
    elasticsearch_ca_file: Path | None = None

    publish_ms: int = Field(default=100, ge=10, le=60_000)
    """Fastest rhythm of writes to Redis: freshness."""
    checkpoint_ms: int = Field(default=1_000, ge=50, le=60_000)
    """Rhythm of table, changelog and commit: what a crash repeats."""
    index_ms: int = Field(default=5_000, ge=50, le=600_000)
    """Rhythm of writes to Elasticsearch, and of history in Redis."""
    disorder_s: float = Field(default=10.0, ge=0)
    """The watermark stays this far behind the newest event."""
    lateness_s: float = Field(default=60.0, ge=0)
    """A window still takes events this long after the watermark passed its end."""
    future_s: float = Field(default=60.0, ge=0)
    """An event may be this far ahead of its Kafka timestamp; beyond it is a dead letter."""
    margin_km: float = Field(default=100.0, ge=0, le=5_000)
    """A position further outside the city model's bounds is a dead letter."""
    window_s: int | None = Field(default=None, ge=1, le=3600)
    """Tumbling window; unset is the service's own."""
    deduplicate: bool = True
    """Drop events whose identity (entity, and id or time) was seen in the same partition in the lateness."""
    sink_pending: int = Field(default=200_000, ge=20_000)
    """Closed windows kept for a sink that is away; beyond it the oldest are dropped, and counted.

    At half of it folding waits for a sink that is up; what one chunk closes must fit the other half.
    """
    sink_timeout_s: float = Field(default=2.0, gt=0)
    dead_letter_bytes: int = Field(default=262_144, ge=0)
    """A longer dead letter is cut, with its length and hash."""
    dead_letter_share: float = Field(default=0.5, gt=0, le=1)
    """A partition of which more than this share is refused is paused; 1 never pauses."""
    dead_letter_window: int = Field(default=1_000, ge=4)
    """Records over which the share is taken; fewer never pause."""

    archive_records: int = Field(default=100_000, ge=1)
    archive_bytes: int = Field(default=16_777_216, ge=1)
    archive_s: float = Field(default=30.0, gt=0)
    """An object is cut at this many records or bytes, or at this age."""

    plate_key: SecretStr | None = None
    """Key of the hash that stands for a plate; without it a plate is redacted."""

    redact_fields: Annotated[str, AfterValidator(_redactable)] = ",".join(personal.NAMES)
    """Fields, comma-separated, whose values are redacted in archive and dead letters; `none` is none."""

    health_host: str = "127.0.0.1"
    health_port: int = Field(default=0, ge=0, le=65535)
    """/healthz, /readyz and /metrics; 0 takes a free port and logs it."""
    stuck_s: float = Field(default=120.0, gt=0)
    """Records wait and none was folded for so long: /healthz says 503. Make it longer than any recovery."""

    @property
    def shared(self) -> str:
        """Namespace of source topics, of the archive and its groups, and of closed days."""
        return self.source_namespace or self.namespace

    @property
    def future_ms(self) -> int:
        """`future_s` in milliseconds."""
        return round(self.future_s * 1000)

    @property
    def redacted(self) -> tuple[str, ...]:
        """Names of the fields to redact."""
        return personal.listed(self.redact_fields)

    def kafka_ssl(self) -> ssl.SSLContext | None:
        """TLS context for Kafka; None for plain connections."""
        if "SSL" not in self.kafka_security.split("_"):
            return None
        context = ssl.create_default_context(cafile=self.kafka_ca_file)
        if self.kafka_cert_file:
            context.load_cert_chain(self.kafka_cert_file, self.kafka_key_file)
        return context


def secret(value: SecretStr | None) -> str | None:
    """The secret itself, for the one call that needs it."""
    return value.get_secret_value() if value else None


def load() -> Settings:
    """Settings from the environment.

    Raises:
        SettingsError: naming each variable that can't be used and why.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"CITY_{'_'.join(str(part) for part in one['loc']).upper()}: {one['msg']}"
            for one in error.errors()
        )
        raise SettingsError(problems) from error
    except ValueError as error:
        raise SettingsError(str(error)) from error
