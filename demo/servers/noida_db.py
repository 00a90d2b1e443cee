"""noida-db: Kafka's and Elasticsearch's protocols in one small binary from a wheel.

A tool for demo and development: `kill -9` loses acknowledged records, so faults and exactness are
tested on Apache Kafka.
"""

from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from demo.servers.kafka_protocol import answers_api_versions
from demo.servers.ports import free_port
from demo.servers.server import Server, http_status


class NoidaKafka(Server):
    """Kafka's protocol alone."""

    name = "noida-db"
    services: ClassVar[tuple[str, ...]] = ("kafka",)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        # The binary itself: the wheel's `noida-db` script is a Python parent that signals stop at.
        binary = Path(str(files("noida_db").joinpath("noida-db")))
        binary.chmod(0o755)
        ports = (option for service in self.services for option in self._port_option(service))
        return [
            *(str(binary), "start"),
            *("--data-dir", str(self.directory / "noida-db")),
            *("--only", ",".join(self.services)),
            *ports,
        ]

    def _port_option(self, service: str) -> tuple[str, str]:
        return f"--{service}-port", str(self.port)

    def answers(self) -> bool:
        return answers_api_versions(self.port)


class NoidaElasticsearch(NoidaKafka):
    """Elasticsearch's protocol alone."""

    services = ("elasticsearch",)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        return http_status(self.port, "/") == 200


class NoidaDb(NoidaKafka):
    """Both in one process."""

    services = ("kafka", "elasticsearch")

    def __init__(
        self, directory: Path, port: int | None = None, elasticsearch_port: int | None = None
    ) -> None:
        super().__init__(directory, port)
        self.elasticsearch_port = elasticsearch_port if elasticsearch_port is not None else free_port()

    @property
    def elasticsearch_url(self) -> str:
        return f"http://127.0.0.1:{self.elasticsearch_port}"

    def _port_option(self, service: str) -> tuple[str, str]:
        return f"--{service}-port", str(self.port if service == "kafka" else self.elasticsearch_port)

    def answers(self) -> bool:
        return super().answers() and http_status(self.elasticsearch_port, "/") == 200
