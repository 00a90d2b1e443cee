"""The exporters in Compose: alike, without rights, and where Prometheus and the panels look for them.

That programs of these versions take these arguments is proven by tests/monitoring/test_real_exporters.py.
"""

import re
from typing import Any

import pytest
import yaml

from monitoring.dashboards import expressions
from monitoring.query import expanded
from tests.compose.alerting import CONFIG_FILE
from tests.compose.files import BASE, read
from tests.harness.exporters import BUILT, arguments, checked, port, service, version
from tests.harness.promql import selected
from tests.monitoring.expressions import EXPORTERS

SERVICES = read(BASE)["services"]
SERVERS = {"redis-exporter": "redis", "kafka-exporter": "kafka", "elasticsearch-exporter": "elasticsearch"}


def jobs() -> dict[str, dict[str, Any]]:
    """By the exporter that they ask."""
    return {
        name: job
        for job in yaml.safe_load(CONFIG_FILE.read_text())["scrape_configs"]
        for found in job.get("dns_sd_configs", [])
        for name in found["names"]
        if name in BUILT
    }


def test_all_of_them_are_known_here() -> None:
    assert {name for name in SERVICES if name.endswith("-exporter")} == set(BUILT)
    assert {tuple(SERVICES[name]["profiles"]) for name in BUILT} == {("monitoring",)}


@pytest.mark.parametrize("name", BUILT)
def test_an_exporter_has_no_right_but_to_look(name: str) -> None:
    one = service(name)
    assert one["profiles"] == ["monitoring"]
    assert one["networks"] == ["back"]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "ports" not in one
    assert all(mount.split(":")[2].startswith("ro") for mount in one.get("volumes", []))


@pytest.mark.parametrize("name", BUILT)
def test_an_exporter_is_the_program_of_its_image_in_a_version(name: str) -> None:
    assert version(name).startswith("v")
    assert BUILT[name].program in " ".join(arguments(name)).split()
    repository = service(name)["image"].rpartition("/")[2].partition(":")[0]
    assert repository.replace("-", "_") == BUILT[name].module.rpartition("/")[2]


@pytest.mark.parametrize("name", BUILT)
def test_an_exporter_is_checked_where_it_answers(name: str) -> None:
    assert checked(name)[0] == port(name)


@pytest.mark.parametrize(("name", "server"), SERVERS.items())
def test_an_exporter_asks_a_server_of_ours_where_it_answers(name: str, server: str) -> None:
    (asked,) = re.findall(r"--(?:redis\.addr|kafka\.server|es\.uri)=(\S+)", " ".join(arguments(name)))
    clients = SERVICES["gps"]["environment"]
    assert asked == clients[f"CITY_{server.upper()}"].removesuffix("/0")


@pytest.mark.parametrize("name", BUILT)
def test_a_password_is_read_from_a_file_that_is_given(name: str) -> None:
    read_files = re.findall(r"/run/secrets/(\w+)", " ".join(arguments(name)))
    assert read_files == service(name).get("secrets", [])
    assert set(read_files) <= set(read(BASE)["secrets"])


def test_the_user_of_the_elasticsearch_exporter_is_made() -> None:
    script = (BASE.parent / "elasticsearch" / "users.sh").read_text()
    user = service("elasticsearch-exporter")["environment"]["ES_USERNAME"]
    (password,) = service("elasticsearch-exporter")["secrets"]
    assert f"PUT /_security/user/{user} " in script
    assert f"$(secret {password})" in script
    assert password in SERVICES["elasticsearch-users"]["secrets"]


def test_a_panels_metrics_are_of_an_exporter_that_is_asked() -> None:
    assert {f"{job['job_name']}_" for job in jobs().values()} == set(EXPORTERS)
    assert {name: f"{job['job_name']}-exporter" for name, job in jobs().items()} == {
        name: name for name in BUILT
    }
    asked = [selected(expanded(one.expression)) for one in expressions() if one.needs_exporter]
    assert {name.partition("_")[0] + "_" for names in asked for name in names} == set(EXPORTERS)
