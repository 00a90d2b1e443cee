"""Grafana's dashboards as code: `python -m monitoring` writes their JSON. No process needs it."""
