"""What the gateway refused for coming too often."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

METRIC = "city_gateway_refused_total"
LIMITS = frozenset({"rate", "address"})


async def refused(metrics_url: str) -> int:
    """Requests beyond a user's or an address's rate, since the gateway started.

    Raises:
        httpx.HTTPError: its metrics can't be read.
    """
    async with httpx.AsyncClient(timeout=10.0) as client:
        answer = await client.get(metrics_url)
    answer.raise_for_status()
    samples = (one for family in text_string_to_metric_families(answer.text) for one in family.samples)
    return round(sum(one.value for one in samples if one.name == METRIC and one.labels["limit"] in LIMITS))
