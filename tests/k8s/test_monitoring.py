"""Prometheus and Grafana get on a cluster what they have in Compose."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitoring.__main__ import ALERTS, FOLDER
from tests.k8s.manifests import BESIDE, OVERLAYS, WORKLOADS, chosen, containers, of_kind, of_overlay

PROMETHEUS = Path("compose/prometheus/prometheus.yml")
OURS = ("city", "gateway")
COMPLETE = [name for name in OVERLAYS if name != BESIDE]


def test_what_is_scraped_has_the_labels_of_compose(overlay: str) -> None:
    objects = of_overlay(overlay)
    scraped: dict[str, set[str]] = {}
    workloads = of_kind(objects, *WORKLOADS)
    services = of_kind(objects, "Service")
    for name, one in of_kind(objects, "ServiceMonitor").items():
        assert one["spec"]["selector"]["matchLabels"].items() <= services[name]["metadata"]["labels"].items()
        (endpoint,) = one["spec"]["endpoints"]
        (port,) = [port for port in services[name]["spec"]["ports"] if port["name"] == endpoint["port"]]
        selector = {"matchLabels": services[name]["spec"]["selector"]}
        assert chosen(selector, workloads) == {name}
        (container,) = [one for one in containers(objects) if one.workload == name]
        assert container.ports[port["targetPort"]] == port["port"]
        job, process, dropped = endpoint["relabelings"]
        assert process == {"targetLabel": "process", "sourceLabels": ["__meta_kubernetes_service_name"]}
        assert dropped == {"action": "labeldrop", "regex": "service"}
        assert job["targetLabel"] == "job"
        scraped.setdefault(job["replacement"], set()).add(name)
    jobs = yaml.safe_load(PROMETHEUS.read_text())["scrape_configs"]
    assert scraped == {
        one["job_name"]: set(one["dns_sd_configs"][0]["names"]) for one in jobs if one["job_name"] in OURS
    }


def test_a_scrape_is_as_often_as_in_compose(overlay: str) -> None:
    every = yaml.safe_load(PROMETHEUS.read_text())["global"]["scrape_interval"]
    for one in of_kind(of_overlay(overlay), "ServiceMonitor").values():
        assert [endpoint["interval"] for endpoint in one["spec"]["endpoints"]] == [every]


def squeezed(value: Any) -> Any:
    """With single spaces: kustomize breaks long texts at other places."""
    if isinstance(value, dict):
        return {key: squeezed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [squeezed(inner) for inner in value]
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("overlay", COMPLETE)
def test_alerts_are_those_of_compose(overlay: str) -> None:
    (rule,) = of_kind(of_overlay(overlay), "PrometheusRule").values()
    assert squeezed(rule["spec"]) == squeezed(yaml.safe_load(ALERTS.read_text()))


def dashboards(overlay: str) -> dict[str, Any]:
    """By their files' names."""
    return {
        name: json.loads(text)
        for one in of_kind(of_overlay(overlay), "ConfigMap").values()
        if one["metadata"].get("labels", {}).get("grafana_dashboard") == "1"
        for name, text in one["data"].items()
    }


@pytest.mark.parametrize("overlay", COMPLETE)
def test_dashboards_are_those_of_compose(overlay: str) -> None:
    assert dashboards(overlay) == {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}


def test_a_version_beside_another_has_neither_of_its_own() -> None:
    assert not of_kind(of_overlay(BESIDE), "PrometheusRule")
    assert not dashboards(BESIDE)
