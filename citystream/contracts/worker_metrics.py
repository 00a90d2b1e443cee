"""What every worker tells on `/metrics` of its health port; `service` is the type of event."""

from citystream.contracts.metric import counter, gauge

METRICS = (
    counter("events_folded_total", "Events folded into states.", "service"),
    counter("events_late_total", "Events that came after their window had closed for good.", "service"),
    counter("events_duplicate_total", "Events dropped because their id was seen.", "service"),
    counter("events_refused_total", "Events that became dead letters.", "service"),
    counter(
        "events_tolerated_total",
        "Events taken though they were not clean; the forms are in [contracts.md](contracts.md).",
        "service",
        "form",
    ),
    counter(
        "events_unlisted_total",
        "Words met that are in no list, so that the field is read as `other` or `unknown`. Free text, and "
        "what comes after the first 50 words, is `(others)`.",
        "service",
        "field",
        "word",
    ),
    counter("records_lost_total", "Records that retention took before they were folded.", "service"),
    counter("records_archived_total", "Records written to S3.", "service"),
    counter("archive_objects_total", "Objects written to S3.", "service"),
    counter("archive_failures_total", "Objects that S3 did not take; tried again.", "service"),
    counter("checkpoints_total", "Checkpoints done.", "service"),
    counter("checkpoint_failures_total", "Partitions' checkpoints that failed; tried again.", "service"),
    counter("sink_written_total", "Values that a sink has taken.", "service", "sink"),
    counter(
        "sink_dropped_total", "Values given up because more than the bound were waiting.", "service", "sink"
    ),
    counter(
        "seconds_total",
        "Where time goes. Of the stream role's chunks: `poll` (waiting for one), `decode` (estimated from a "
        "sample of each chunk), `fold`, `paused` (waiting for a sink); these four make a second. Of its "
        "clocks, which run while chunks are waited for: `table` (checkpoint), `redis`, `elasticsearch`. Of "
        "the archive role: `encode`, `s3`. Of the forecast role: `poll`, `learn`, `table`, `redis`.",
        "service",
        "role",
        "activity",
    ),
    counter("process_cpu_seconds_total", "Processor time that the process has used.", "service"),
    gauge("process_resident_bytes", "Memory that the process has.", "service"),
    gauge("table_bytes", "RocksDB's files and memory of the partitions owned.", "service", "role"),
    gauge("states", "States held in memory.", "service"),
    gauge("lag_records", "Records between what is done and the log's end.", "service", "role"),
    gauge("partitions", "Partitions owned.", "service", "role"),
    gauge("kafka_up", "1 while Kafka answers within 5 s, else 0.", "service", "role"),
    gauge("kafka_answer_seconds", "How long its last answer to a small question took.", "service", "role"),
    gauge("archive_lag_seconds", "Age of the oldest record that is not in S3.", "service"),
    gauge(
        "archive_retention_used_ratio",
        "That age as a part of the topic's `retention.ms`; at 1 Kafka deletes what is not in S3.",
        "service",
    ),
    gauge(
        "paused_partitions",
        "Partitions not read. `dead_letters`: until an operator resumes them; `buffer_full`: until S3 takes "
        "more.",
        "service",
        "role",
        "cause",
    ),
    gauge("watermark_timestamp_seconds", "Lowest watermark of the partitions owned.", "service"),
    gauge("freshness_seconds", "Median age of the last events published.", "service"),
    gauge("sink_up", "1 while the sink takes writes, 0 while its breaker is open.", "service", "sink"),
    gauge("sink_pending", "Values waiting for a sink.", "service", "sink"),
    gauge(
        "redis_memory_used_bytes",
        "Memory of the Redis that the worker writes to; absent while that does not answer.",
        "service",
    ),
    gauge(
        "redis_memory_used_ratio",
        "The same as a part of `maxmemory`; absent too where Redis has none.",
        "service",
    ),
)
