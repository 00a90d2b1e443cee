"""Nothing may talk but to whom it has to."""

from urllib.parse import urlsplit

from tests.k8s.manifests import (
    WORKLOADS,
    Json,
    chosen,
    containers,
    labels,
    of_kind,
    of_overlay,
    settings,
)

ALL = {"kafka", "redis", "s3", "elasticsearch"}
REACHES = {
    **dict.fromkeys(("gps", "traffic", "emergency", "weather", "camera"), ALL),
    "forecast": {"kafka", "redis"},
    "gateway": {"redis", "s3"},
    "airflow": {"redis", "s3", "postgres", "webhooks"},
    "simulator": {"kafka"},
    "topics": {"kafka"},
    "bucket": {"s3"},
}
DEFAULTS = {"http": 80, "https": 443}


def policies(name: str) -> dict[str, Json]:
    found = of_kind(of_overlay(name), "NetworkPolicy")
    return {key: one["spec"] for key, one in found.items()}


def server_ports(config: dict[str, str]) -> dict[str, set[int]]:
    """Server -> ports, as the settings name them."""
    urls = {name: urlsplit(config[f"CITY_{name.upper()}"]) for name in ("redis", "s3", "elasticsearch")}
    return {
        "kafka": {int(one.rpartition(":")[2]) for one in config["CITY_KAFKA"].split(",")},
        **{name: {url.port or DEFAULTS[url.scheme]} for name, url in urls.items()},
    }


def test_nothing_is_allowed_that_is_not_allowed_by_name(overlay: str) -> None:
    assert policies(overlay)["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_all_may_ask_for_names(overlay: str) -> None:
    spec = policies(overlay)["dns"]
    assert (spec["podSelector"], spec["policyTypes"]) == ({}, ["Egress"])
    (rule,) = spec["egress"]
    assert {(one["port"], one["protocol"]) for one in rule["ports"]} == {(53, "UDP"), (53, "TCP")}


def test_each_reaches_the_servers_that_it_talks_to_and_no_other(overlay: str) -> None:
    found = policies(overlay)
    workloads = of_kind(of_overlay(overlay), *WORKLOADS)
    ports = server_ports(settings(overlay)) | {"postgres": {5432}, "webhooks": {443}}
    reaching = {
        name.removeprefix("reaches-"): one for name, one in found.items() if name.startswith("reaches-")
    }
    assert set(reaching) == set(ports)
    for server, spec in reaching.items():
        assert spec["policyTypes"] == ["Egress"]
        assert chosen(spec["podSelector"], workloads) == {
            name for name in workloads if server in REACHES[name]
        }
        (rule,) = spec["egress"]
        assert {one["port"] for one in rule["ports"]} == ports[server]
        # Anywhere is for what nobody knows beforehand.
        assert ("to" in rule) is (server != "webhooks")


def test_a_label_that_lets_out_is_of_a_policy(overlay: str) -> None:
    for name, one in of_kind(of_overlay(overlay), *WORKLOADS).items():
        reached = {key.removeprefix("reaches-") for key in labels(one) if key.startswith("reaches-")}
        assert reached == REACHES[name]


def test_who_may_come_in_does_so_by_a_port_of_the_program(built: tuple[Json, ...]) -> None:
    workloads = of_kind(built, *WORKLOADS)
    named: set[str] = set()
    for name, one in of_kind(built, "NetworkPolicy").items():
        spec = one["spec"]
        if spec["policyTypes"] != ["Ingress"]:
            continue
        selected = chosen(spec["podSelector"], workloads)
        named |= selected
        assert selected == ({"topics", "bucket"} if name == "jobs" else {name})
        allowed = {port["port"] for rule in spec.get("ingress", ()) for port in rule["ports"]}
        offered = {
            port for one in containers(built) if one.workload in selected for port in one.ports.values()
        }
        # Airflow's ports are for the pod itself, and for who forwards one.
        assert allowed == (set() if name == "airflow" else offered)
        assert all(rule["from"] for rule in spec.get("ingress", ()))
    assert named == set(workloads)
