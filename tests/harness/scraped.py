"""What `/metrics` answered."""

from collections import defaultdict
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from citystream.contracts.metric import PREFIX
from citystream.contracts.metrics import CATALOGUE


def types(text: str) -> dict[str, str]:
    """Our metrics in it -> counter, gauge or histogram."""
    return {name: family.type for name, family in _ours(text)}


def with_labels_of_the_catalogue(text: str) -> set[str]:
    """Our metrics that have samples; fail where these have other labels than the catalogue says."""
    found: defaultdict[str, set[frozenset[str]]] = defaultdict(set)
    for name, family in _ours(text):
        for sample in family.samples:
            found[name].add(frozenset(sample.labels) - {"le"})
    for name, labels in found.items():
        assert labels == {frozenset(CATALOGUE[name].labels)}, name
    return set(found)


def _ours(text: str) -> Iterator[tuple[str, Metric]]:
    for family in text_string_to_metric_families(text):
        if family.name.startswith(PREFIX) and not family.name.endswith("_created"):
            yield family.name + ("_total" if family.type == "counter" else ""), family
