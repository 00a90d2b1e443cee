"""Kafka, Redis, S3 and Elasticsearch as those see them who use them."""

from monitoring.query import Query, unit_of

KAFKA_UP = Query("min by (service) (city_kafka_up)", "{{service}}", unit_of("city_kafka_up"))
KAFKA_ANSWER = Query(
    "max by (service) (city_kafka_answer_seconds)", "{{service}}", unit_of("city_kafka_answer_seconds")
)
REDIS_UP = Query('min by (service) (city_sink_up{sink="redis"})', "{{service}}", unit_of("city_sink_up"))
REDIS_MEMORY = Query("max(city_redis_memory_used_bytes)", "used", unit_of("city_redis_memory_used_bytes"))
REDIS_MEMORY_SHARE = Query(
    "max(city_redis_memory_used_ratio)", "of maxmemory", unit_of("city_redis_memory_used_ratio")
)
S3_UP = Query('min by (service) (city_sink_up{sink="s3"})', "{{service}}", unit_of("city_sink_up"))
ELASTICSEARCH_UP = Query(
    'min by (service) (city_sink_up{sink="elasticsearch"})', "{{service}}", unit_of("city_sink_up")
)
PENDING = Query("sum by (sink) (city_sink_pending)", "{{sink}}", unit_of("city_sink_pending"))
SPENT = Query(
    "sum by (activity)"
    ' (rate(city_seconds_total{activity=~"redis|elasticsearch|s3|table"}[$__rate_interval]))',
    "{{activity}}",
    "ratio",
)
