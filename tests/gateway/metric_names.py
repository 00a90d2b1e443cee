"""Names of the gateway's metrics, as `/metrics` has them."""

from prometheus_client import Counter, Gauge, Histogram

from gateway import metrics
from gateway.batch_metrics import DayMetrics

METRICS = [
    family.name + ("_total" if family.type == "counter" else "")
    for metric in vars(metrics).values()
    if isinstance(metric, Counter | Gauge | Histogram)
    for family in metric.describe()
] + [family.name for family in DayMetrics(lambda: None).collect()]
