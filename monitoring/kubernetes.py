"""The same alerts and dashboards for Kubernetes: a PrometheusRule, and a Kustomization of ConfigMaps."""

import textwrap
from collections.abc import Iterable

RULE = """\
# Made of compose/prometheus/alerts.yml: make dashboards
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: city
spec:
"""

CONFIG_MAPS = """\
# Dashboards as ConfigMaps, which the sidecar of Grafana's chart finds by their label: make dashboards
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
generatorOptions:
  disableNameSuffixHash: true
  labels: {grafana_dashboard: "1"}
configMapGenerator:
"""


def rule(alerts: str) -> str:
    """A PrometheusRule of a file with rules, as Prometheus itself reads it."""
    return RULE + textwrap.indent(alerts, "  ")


def config_maps(files: Iterable[str]) -> str:
    """The Kustomization of dashboards' files, `dashboards/city-overview.json` say."""
    return CONFIG_MAPS + "".join(
        f"  - {{name: dashboard-{file.rpartition('/')[2].removesuffix('.json')}, files: [{file}]}}\n"
        for file in files
    )
