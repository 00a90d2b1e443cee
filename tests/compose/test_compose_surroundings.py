"""What stands beside the Compose files: secrets, image, Prometheus."""

import re
import stat
import subprocess
from pathlib import Path

import yaml

from tests.compose.files import BASE, EXAMPLE, FOLDER, SCRIPT, generate, ours, read
from tests.harness import dockerfile, exporters

IMAGES = dockerfile.images()


def secrets(folder: Path) -> dict[str, str]:
    """What the script makes in a folder, by name."""
    return {file.name: file.read_text() for file in generate(folder).iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_secret_is_generated_and_used(tmp_path: Path) -> None:
    declared = read(BASE)["secrets"]
    assert {name: one["file"] for name, one in declared.items()} == {
        name: f"./secrets/{name}" for name in secrets(tmp_path)
    }
    used = {
        name
        for one in read(BASE)["services"].values()
        for name in (*one.get("secrets", []), *one.get("build", {}).get("secrets", []))
    }
    assert used == set(declared)


def test_secrets_are_long_different_and_private(tmp_path: Path) -> None:
    made, others = secrets(tmp_path / "one"), secrets(tmp_path / "other")
    webhooks = {name for name in made if name in ("alert_webhook", "watchdog_webhook")}
    empty = {name for name, value in made.items() if not value}
    assert {made[name] for name in webhooks} == {"http://127.0.0.1:9/nobody-is-told\n"}
    # Optional ones, and those of the build.
    assert empty == {"city_alert_webhook", "registry", "registry_ca"}
    values = [value for name, value in made.items() if name not in webhooks | empty]
    assert len(values) == 15
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in values)
    assert len({*values, *others.values()} - {""}) == 2 * len(values) + 1
    # Another user of the container reads a file; on the host their folder is closed to all others.
    assert mode(tmp_path / "one" / "secrets") == 0o700
    assert {mode(tmp_path / "one" / "secrets" / name) for name in made} == {0o644}
    assert mode(tmp_path / "one" / ".env") == 0o600


def test_what_is_there_stays_and_what_is_missing_joins_it(tmp_path: Path) -> None:
    made = secrets(tmp_path)
    (tmp_path / ".env").write_text("BIND_ADDRESS=0.0.0.0\n")
    (tmp_path / "secrets" / "alert_webhook").write_text("https://example.org/mine")
    (tmp_path / "secrets" / "registry").write_text("PIP_INDEX_URL=https://packages.example/simple\n")
    (tmp_path / "secrets" / "city_plate_key").unlink()
    again = secrets(tmp_path)
    assert (tmp_path / ".env").read_text() == "BIND_ADDRESS=0.0.0.0\n"
    changed = {name for name, value in again.items() if made[name] != value}
    assert changed == {"alert_webhook", "registry", "city_plate_key"}
    assert len(again["city_plate_key"]) == 64
    assert again["alert_webhook"] == "https://example.org/mine"


def test_the_variables_are_those_of_the_example(tmp_path: Path) -> None:
    generate(tmp_path)
    assert (tmp_path / ".env").read_text() == EXAMPLE.read_text()


def test_git_ignores_what_the_script_makes() -> None:
    assert {"secrets/", ".env"} <= set((FOLDER / ".gitignore").read_text().splitlines())


def test_prometheus_asks_every_process_where_it_answers() -> None:
    services = read(BASE)["services"]
    config = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text())
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    asked = {
        name: found["port"]
        for job in jobs.values()
        for found in job.get("dns_sd_configs", [])
        for name in found["names"]
    }
    expected = {
        name: int(IMAGES[ours(found)].environment["CITY_HEALTH_PORT"])
        for name, found in services.items()
        if found.get("command", [""])[0].startswith("city-") and found["command"][1] == "worker"
    }
    expected["gateway"] = int(IMAGES["gateway"].environment["CITY_GATEWAY_OPERATIONS_PORT"])
    assert asked == expected | {name: exporters.port(name) for name in exporters.BUILT}


def test_prometheus_sends_alerts_to_alertmanager() -> None:
    config = yaml.safe_load((FOLDER / "prometheus/prometheus.yml").read_text())
    ((target,),) = (
        one["targets"] for manager in config["alerting"]["alertmanagers"] for one in manager["static_configs"]
    )
    name, _, port = target.partition(":")
    found = read(BASE)["services"][name]
    assert found["ports"][0].endswith(f":{port}")
    assert set(found["networks"]) & set(read(BASE)["services"]["prometheus"]["networks"])


def test_scripts_can_be_run() -> None:
    for script in (SCRIPT, FOLDER / "elasticsearch/users.sh"):
        assert script.stat().st_mode & stat.S_IXUSR
        subprocess.run(["bash", "-n", script], check=True)
