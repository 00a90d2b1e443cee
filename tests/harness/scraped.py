"""What `/metrics` answered."""

from prometheus_client.parser import text_string_to_metric_families

from citystream.contracts.metric import PREFIX


def types(text: str) -> dict[str, str]:
    """Our metrics in it -> counter, gauge or histogram."""
    return {
        family.name + ("_total" if family.type == "counter" else ""): family.type
        for family in text_string_to_metric_families(text)
        if family.name.startswith(PREFIX) and not family.name.endswith("_created")
    }
