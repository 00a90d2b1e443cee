"""Who is scaled by what, and who may be taken away."""

from citystream.contracts import topics
from citystream.contracts.registry import EVENTS
from citystream.settings import Settings
from tests.k8s import crds
from tests.k8s.manifests import (
    BESIDE,
    OVERLAYS,
    Json,
    chosen,
    containers,
    labels,
    of_kind,
    of_overlay,
    pod,
    settings,
)

# As KEDA calls them.
MECHANISMS = {"PLAIN": "plaintext", "SCRAM-SHA-256": "scram_sha256", "SCRAM-SHA-512": "scram_sha512"}


def overlay_settings(name: str) -> Settings:
    fields = {key.removeprefix("CITY_").lower(): value for key, value in settings(name).items()}
    return Settings(**{key: value for key, value in fields.items() if key in Settings.model_fields})  # type: ignore[arg-type]


def test_each_type_is_scaled_by_the_lag_of_its_groups(overlay: str) -> None:
    objects = of_overlay(overlay)
    config = overlay_settings(overlay)
    scaled = of_kind(objects, "ScaledObject")
    assert set(scaled) == set(EVENTS)
    for type_, one in scaled.items():
        spec = one["spec"]
        assert spec["scaleTargetRef"]["name"] == type_
        assert spec["scaleTargetRef"]["kind"] == "StatefulSet"
        assert (spec["minReplicaCount"] >= 1, spec["maxReplicaCount"]) == (True, config.partitions)
        assert [trigger["metadata"]["consumerGroup"] for trigger in spec["triggers"]] == [
            topics.app_id(config.namespace, type_),
            topics.archive_group(config.shared, type_),
        ]
        for trigger in spec["triggers"]:
            told = trigger["metadata"]
            assert trigger["type"] == "kafka"
            assert told["topic"] == topics.source(config.shared, type_)
            assert set(told) <= crds.kafka_trigger()["triggerMetadata"]
            (worker,) = [one for one in containers(objects) if one.workload == type_]
            assert worker.spec["name"] == spec["scaleTargetRef"]["envSourceContainerName"]
            assert told["bootstrapServersFromEnv"] in worker.variables(settings(overlay))
        stream, archive = (int(trigger["metadata"]["lagThreshold"]) for trigger in spec["triggers"])
        assert stream > 0
        # What an archive holds back when all is well asks for no worker.
        assert archive * spec["minReplicaCount"] >= config.partitions * config.archive_records


def test_partitions_move_seldom(overlay: str) -> None:
    for one in of_kind(of_overlay(overlay), "ScaledObject").values():
        down = one["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert down["stabilizationWindowSeconds"] >= 900
        assert all(policy["value"] == 1 and policy["type"] == "Pods" for policy in down["policies"])


def test_keda_asks_kafka_as_the_workers_do(overlay: str) -> None:
    objects, config = of_overlay(overlay), overlay_settings(overlay)
    known = of_kind(objects, "TriggerAuthentication")
    for one in of_kind(objects, "ScaledObject").values():
        for trigger in one["spec"]["triggers"]:
            sasl = config.kafka_security.startswith("SASL")
            tls = "enable" if "SSL" in config.kafka_security.split("_") else "disable"
            assert trigger["metadata"].get("tls", "disable") == tls
            mechanism = MECHANISMS[config.kafka_sasl_mechanism] if sasl else None
            assert trigger["metadata"].get("sasl") == mechanism
            assert ("authenticationRef" in trigger) is sasl
            if sasl:
                targets = known[trigger["authenticationRef"]["name"]]["spec"]["secretTargetRef"]
                given = {target["parameter"]: (target["name"], target["key"]) for target in targets}
                assert set(given) <= crds.kafka_trigger()["authParams"]
                assert given["username"] == ("city-secrets", "city_kafka_username")
                assert given["password"] == ("city-secrets", "city_kafka_password")


def test_one_scaler_decides_and_no_manifest_does(overlay: str) -> None:
    objects = of_overlay(overlay)
    by_keda = {one["spec"]["scaleTargetRef"]["name"] for one in of_kind(objects, "ScaledObject").values()}
    hpas = of_kind(objects, "HorizontalPodAutoscaler").values()
    by_hpa = {one["spec"]["scaleTargetRef"]["name"] for one in hpas}
    assert by_hpa == {"gateway"}
    assert not by_keda & by_hpa
    for name, one in of_kind(objects, "StatefulSet", "Deployment").items():
        # With a number, each `apply` would set it again.
        assert ("replicas" in one["spec"]) is (name not in by_keda | by_hpa)


def test_the_gateway_is_scaled_by_what_it_asks_of_a_processor(overlay: str) -> None:
    (hpa,) = of_kind(of_overlay(overlay), "HorizontalPodAutoscaler").values()
    assert hpa["spec"]["scaleTargetRef"]["kind"] == "Deployment"
    assert hpa["spec"]["metrics"][0]["resource"]["name"] == "cpu"
    (main,) = pod(of_kind(of_overlay(overlay), "Deployment")["gateway"])["containers"]
    assert main["resources"]["requests"]["cpu"]


def test_a_budget_is_of_one_service_and_lets_nodes_be_drained(built: tuple[Json, ...]) -> None:
    workloads = of_kind(built, "StatefulSet", "Deployment")
    budgets = of_kind(built, "PodDisruptionBudget")
    # One that is begun anew at once, where nobody waits.
    assert set(budgets) == set(workloads) - {"simulator"}
    for name, one in budgets.items():
        assert chosen(one["spec"]["selector"], workloads) == {name}
        assert one["spec"]["maxUnavailable"] == 1
        assert "minAvailable" not in one["spec"]


def test_replicas_are_spread_over_zones_and_machines(built: tuple[Json, ...]) -> None:
    workloads = of_kind(built, "StatefulSet", "Deployment")
    for name, one in workloads.items():
        spread = pod(one)["topologySpreadConstraints"]
        assert [constraint["topologyKey"] for constraint in spread] == [
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        ]
        for constraint in spread:
            assert chosen(constraint["labelSelector"], workloads) == {name}
        assert one["spec"]["selector"]["matchLabels"].items() <= labels(one).items()
        assert chosen(one["spec"]["selector"], workloads) == {name}


def test_dev_is_smaller() -> None:
    dev, prod = (
        of_kind(of_overlay(name), "ScaledObject", "HorizontalPodAutoscaler") for name in ("dev", "prod")
    )
    assert set(OVERLAYS) == {"dev", "prod", "green"}
    for name, one in dev.items():
        for field in ("minReplicaCount", "maxReplicaCount", "minReplicas", "maxReplicas"):
            if field in one["spec"]:
                assert one["spec"][field] < prod[name]["spec"][field]


def test_a_version_beside_another_shares_events_and_archive_and_nothing_else() -> None:
    prod, green = overlay_settings("prod"), overlay_settings(BESIDE)
    assert green.shared == prod.shared == prod.namespace != green.namespace
    differing = {name for name, value in settings(BESIDE).items() if settings("prod")[name] != value}
    assert differing == {"CITY_NAMESPACE"}
    names = [of_kind(of_overlay(name), "Namespace").keys() for name in ("prod", BESIDE)]
    assert names[0].isdisjoint(names[1])
    hosts = [
        one["spec"]["rules"][0]["host"]
        for name in ("prod", BESIDE)
        for one in of_kind(of_overlay(name), "Ingress").values()
    ]
    assert len(set(hosts)) == 2
    # Closed days are made by one.
    assert of_kind(of_overlay(BESIDE), "StatefulSet")["airflow"]["spec"]["replicas"] == 0
