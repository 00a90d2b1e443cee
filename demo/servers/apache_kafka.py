"""Apache Kafka from Maven Central: one node, KRaft. It keeps what it acknowledged through `kill -9`."""

from pathlib import Path

from demo.servers.kafka_protocol import answers_api_versions
from demo.servers.ports import free_port
from demo.servers.server import Server
from demo.servers.tools import maven_jars, run, tool

VERSION = "4.1.0"
# For a broker of a few minutes the optimising compiler costs more than it gives.
SHORT_LIVED = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
CLUSTER_ID = "Y2l0eS1zdHJlYW0tZGVtbw"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=8
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=6000
"""


class ApacheKafka(Server):
    """One broker that is its own controller; data survives stop, kill and restart."""

    name = "apache-kafka"
    # One that was killed reads the logs of all its partitions again.
    start_timeout_s = 180.0
    stop_timeout_s = 15.0

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        controller_port: int | None = None,
        java_options: tuple[str, ...] = ("-Xmx512m",),
    ) -> None:
        super().__init__(directory, port)
        self._java_options = java_options
        self.controller_port = controller_port if controller_port is not None else free_port()
        self._properties = directory / "server.properties"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def prepare(self) -> None:
        if self._properties.exists():
            return
        text = PROPERTIES.format(
            port=self.port, controller_port=self.controller_port, data=self.directory / "kafka"
        )
        partial = self._properties.with_suffix(".partial")
        partial.write_text(text)
        formatter = self._java(SHORT_LIVED, "kafka.tools.StorageTool")
        run([*formatter, "format", "-t", CLUSTER_ID, "-c", str(partial)], timeout_s=60)
        partial.rename(self._properties)

    def command(self) -> list[str]:
        return [*self._java(self._java_options, "kafka.Kafka"), str(self._properties)]

    def answers(self) -> bool:
        return answers_api_versions(self.port)

    def _java(self, options: tuple[str, ...], main: str) -> list[str]:
        jars = install()
        return [tool("java", "install a Java runtime, 17 or later"), *options, "-cp", f"{jars}/*", main]


def install() -> Path:
    """Folder of Kafka's jars, fetched the first time.

    Raises:
        ServerError: Java or Maven is missing, or Maven Central does not answer.
    """
    tool("java", "install a Java runtime, 17 or later")
    return maven_jars(f"kafka-{VERSION}", Path(__file__).with_name("kafka.pom.xml"))
