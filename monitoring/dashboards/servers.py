"""Kafka, Redis, S3 and Elasticsearch: as our processes see them, and by exporters."""

from monitoring.board import Board, Row
from monitoring.bounds import REDIS_MEMORY
from monitoring.panels import UP, figure, lines, states
from monitoring.queries import exporters, servers

BOARD = Board(
    uid="city-servers",
    title="City: servers",
    description="Whether Kafka, Redis, S3 and Elasticsearch answer, how soon, and how full they are.",
    rows=(
        Row(
            "As our processes see them",
            (
                states(
                    "Kafka answers",
                    "Whether Kafka answers each service within 5 s; one service alone is its network, all of "
                    "them is Kafka.",
                    servers.KAFKA_UP,
                    words=UP,
                    width=6,
                ),
                states(
                    "Redis takes writes",
                    "Whether each service can write to Redis; while it can't answers age or come from the "
                    "archive.",
                    servers.REDIS_UP,
                    words=UP,
                    width=6,
                ),
                states(
                    "S3 takes writes",
                    "Whether each service can write to S3; while it can't Kafka keeps the records, for as "
                    "long as its retention.",
                    servers.S3_UP,
                    words=UP,
                    width=6,
                ),
                states(
                    "Elasticsearch takes writes",
                    "Whether each service can write to Elasticsearch; while it can't search lacks what is "
                    "new.",
                    servers.ELASTICSEARCH_UP,
                    words=UP,
                    width=6,
                ),
                lines(
                    "Kafka's answer",
                    "How long Kafka's last answer to a small question took; if it rises look at the brokers' "
                    "disks.",
                    servers.KAFKA_ANSWER,
                ),
                lines(
                    "Waiting for a sink",
                    "Values of all services that wait for each sink; one that only rises is a server that is "
                    "away or too slow.",
                    servers.PENDING,
                ),
                lines(
                    "Time spent on servers",
                    "Seconds a second that all services together wait for each server and the table; one "
                    "that rises has become slow.",
                    servers.SPENT,
                ),
                figure(
                    "Redis memory of maxmemory",
                    "Redis's memory as a part of maxmemory; near 1 it evicts and answers lack old windows: "
                    "raise maxmemory.",
                    servers.REDIS_MEMORY_SHARE,
                    bounds=(REDIS_MEMORY,),
                ),
                lines(
                    "Redis memory",
                    "Memory that Redis uses; growth without end means more keys than the city has things: "
                    "look for another namespace in it.",
                    servers.REDIS_MEMORY,
                    width=18,
                ),
            ),
        ),
        Row(
            "As they see themselves: needs the exporters",
            (
                lines(
                    "Processor of machines",
                    "Busy share of each machine's cores, from node_exporter; near 100 % give services a "
                    "machine more.",
                    exporters.NODE_CPU,
                ),
                lines(
                    "Memory of machines",
                    "Used share of each machine's memory, from node_exporter; near 100 % processes are "
                    "killed.",
                    exporters.NODE_MEMORY,
                ),
                lines(
                    "Disks",
                    "Used share of each disk, from node_exporter; a full one stops Kafka or a worker: free "
                    "or grow it.",
                    exporters.NODE_DISK,
                ),
                lines(
                    "Redis commands",
                    "Commands a second, from redis_exporter; a sudden fall with rising pending is a Redis "
                    "that hangs.",
                    exporters.REDIS_COMMANDS,
                ),
                lines(
                    "Redis evictions",
                    "Keys a second that Redis evicts, from redis_exporter; any that stay mean maxmemory is "
                    "too small.",
                    exporters.REDIS_EVICTED,
                ),
                lines(
                    "Kafka lag of groups",
                    "Records behind as the broker sees each group, from kafka_exporter; it includes groups "
                    "that are not ours.",
                    exporters.KAFKA_LAG,
                ),
                lines(
                    "Kafka under-replicated partitions",
                    "Partitions with fewer replicas than wanted, from kafka_exporter; above 0 a broker is "
                    "away or slow.",
                    exporters.KAFKA_UNDER_REPLICATED,
                ),
                lines(
                    "Elasticsearch heap",
                    "Used share of each node's heap, from elasticsearch_exporter; one that stays above 85 % "
                    "needs more.",
                    exporters.ELASTICSEARCH_HEAP,
                ),
                lines(
                    "Elasticsearch health",
                    "1 for the cluster's colour, from elasticsearch_exporter; yellow is normal with one "
                    "node, red lacks data.",
                    exporters.ELASTICSEARCH_HEALTH,
                ),
            ),
            folded=True,
        ),
    ),
)
