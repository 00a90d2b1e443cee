"""The command of Kafka Streams' peer: one Java file, compiled when it starts."""

from collections.abc import Sequence
from pathlib import Path

from bench.stream.job import GRACE_S, WINDOW_S
from demo.servers.tools import maven_jars, tool

VERSION = "4.1.0"
SOURCE = Path(__file__).with_name("KafkaStreamsPeer.java")
POM = Path(__file__).with_name("kafka_streams.pom.xml")


def command(threads: int, commit_ms: int) -> Sequence[str]:
    """The command, but for the job.

    Raises:
        ServerError: Java or Maven is missing, or Maven Central does not answer.
    """
    java = tool("java", "install a JDK, 17 or later")
    jars = maven_jars(f"kafka-streams-{VERSION}", POM)
    return [
        *(java, "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
        *("-cp", f"{jars}/*", str(SOURCE)),
        *(str(threads), str(commit_ms), str(WINDOW_S), str(GRACE_S)),
    ]
