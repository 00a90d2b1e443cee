"""The servers as they see themselves, by exporters of Compose's profile `monitoring`.

Named as node_exporter, redis_exporter (oliver006), kafka_exporter (danielqsj) and elasticsearch_exporter
(prometheus-community) name them.
"""

from monitoring.query import Query, Unit


def _query(expression: str, legend: str, unit: Unit) -> Query:
    return Query(expression, legend, unit, needs_exporter=True)


NODE_CPU = _query(
    '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))',
    "{{instance}}",
    "ratio",
)
NODE_MEMORY = _query(
    "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "{{instance}}", "ratio"
)
NODE_DISK = _query(
    '1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"}'
    ' / node_filesystem_size_bytes{fstype!~"tmpfs|overlay"}',
    "{{instance}} {{mountpoint}}",
    "ratio",
)
REDIS_EVICTED = _query(
    "sum by (instance) (rate(redis_evicted_keys_total[$__rate_interval]))", "{{instance}}", "1/s"
)
REDIS_COMMANDS = _query(
    "sum by (instance) (rate(redis_commands_processed_total[$__rate_interval]))", "{{instance}}", "1/s"
)
# Not the lags of partitions added up: one without a commit tells -1.
KAFKA_LAG = _query(
    "max by (consumergroup, topic) (kafka_consumergroup_lag_sum)", "{{consumergroup}} {{topic}}", ""
)
KAFKA_UNDER_REPLICATED = _query(
    "sum(kafka_topic_partition_under_replicated_partition)", "under-replicated", ""
)
ELASTICSEARCH_HEAP = _query(
    'max by (name) (elasticsearch_jvm_memory_used_bytes{area="heap"}'
    ' / elasticsearch_jvm_memory_max_bytes{area="heap"})',
    "{{name}}",
    "ratio",
)
ELASTICSEARCH_HEALTH = _query("max by (color) (elasticsearch_cluster_health_status)", "{{color}}", "")
