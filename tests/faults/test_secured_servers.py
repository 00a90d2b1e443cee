"""The same worker on servers that ask who it is: Kafka with SASL over TLS, Redis with a password."""

import datetime
import ipaddress
import secrets
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from citystream.contracts import topics
from citystream.log.admin import TopicsError, create_topics
from citystream.stream import time_rules
from demo.servers.apache_kafka import ApacheKafka
from demo.servers.ports import free_port
from demo.servers.valkey import Valkey
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs, recount
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

SERVICE = "traffic"
EVENTS = 500
USER = "city"


class SecuredKafka(ApacheKafka):
    """Apache Kafka with a second listener, SASL_SSL."""

    def __init__(self, directory: Path, password: str) -> None:
        super().__init__(directory)
        self.secured_port = free_port()
        self.password = password
        self.certificate = directory / "certificate.pem"

    @property
    def secured_address(self) -> str:
        return f"127.0.0.1:{self.secured_port}"

    def prepare(self) -> None:
        super().prepare()
        key_store = self.directory / "keystore.pem"
        key, certificate = self_signed()
        key_store.write_bytes(key + certificate)
        self.certificate.write_bytes(certificate)
        plain = f"PLAINTEXT://{self.address}"
        secured = f"SECURED://{self.secured_address}"
        login = "org.apache.kafka.common.security.plain.PlainLoginModule"
        with (self.directory / "server.properties").open("a") as properties:
            # Of two lines for one property the later counts.
            properties.write(
                f"listeners={plain},{secured},CONTROLLER://127.0.0.1:{self.controller_port}\n"
                f"advertised.listeners={plain},{secured}\n"
                "listener.security.protocol.map="
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL\n"
                "sasl.enabled.mechanisms=PLAIN\n"
                f"listener.name.secured.plain.sasl.jaas.config={login} required "
                f'user_{USER}="{self.password}";\n'
                f"ssl.keystore.type=PEM\nssl.keystore.location={key_store}\n"
            )


def self_signed() -> tuple[bytes, bytes]:
    """Key and certificate of 127.0.0.1, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return (
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.public_bytes(pem),
    )


@pytest.mark.usefixtures("apache_only")
async def test_a_worker_works_with_sasl_tls_and_passwords(settings: MakeSettings, tmp_path: Path) -> None:
    kafka_password, redis_password = secrets.token_hex(), secrets.token_hex()
    kafka, valkey = SecuredKafka(tmp_path / "kafka", kafka_password), Valkey(tmp_path / "redis")
    try:
        kafka.start()
        valkey.start()
        with redis.Redis.from_url(valkey.address) as client:
            client.config_set("requirepass", redis_password)
        secured = {
            "kafka_security": "SASL_SSL",
            "kafka_username": USER,
            "kafka_password": kafka_password,
            "kafka_ca_file": kafka.certificate,
            "kafka": kafka.secured_address,
        }
        own = settings(**secured, redis=valkey.address, redis_password=redis_password, archive_s=1)
        wrong = settings(**secured | {"kafka_password": "wrong"})
        with pytest.raises(TopicsError):
            await create_topics(wrong, [SERVICE])
        await create_topics(own, [SERVICE])
        topic = topics.source(own.namespace, SERVICE)
        worker = Worker(SERVICE, own, tmp_path)
        worker.start()
        await worker.ready()
        # The test's own clients take the plain listener, and the password in the URL.
        plain = settings(kafka=kafka.address, redis=valkey.address.replace("://", f"://:{redis_password}@"))
        await kafka_log.produce(plain.kafka, topic, events.stream(SERVICE, 1, EVENTS))
        await kafka_log.drained(plain, SERVICE)
        await worker.flushed("redis")
        assert worker.stop() == 0
        text = worker.process.log.read_text()
        assert kafka_password not in text
        assert redis_password not in text
        described, rules = SERVICES[SERVICE], time_rules(own)
        log = await kafka_log.read(plain, topic)
        (view,) = described.windows
        assert await outputs.windows(plain, SERVICE, view) == recount.windows(described, view, log, rules)
        assert len(await outputs.archived(plain, SERVICE)) == sum(map(len, log.values()))
    finally:
        kafka.kill()
        valkey.kill()
