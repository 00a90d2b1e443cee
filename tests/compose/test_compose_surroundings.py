"""What stands beside the Compose files: secrets, image, Prometheus."""

import re
import stat
import subprocess
import tomllib
from pathlib import Path

import yaml

from tests.compose.files import BASE, FOLDER, OVERLAYS, read
from tests.compose.test_compose_files import FROM_SECRETS
from tests.harness import exporters

SCRIPT = FOLDER / "generate-secrets.sh"


def generate(file: Path) -> dict[str, str]:
    subprocess.run([SCRIPT, file], check=True, capture_output=True)
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def dockerfile() -> str:
    return (FOLDER / "Dockerfile").read_text()


def test_every_secret_is_generated_and_used(tmp_path: Path) -> None:
    asked = {name for path in (BASE, *OVERLAYS) for name in FROM_SECRETS.findall(path.read_text())}
    assert set(generate(tmp_path / "secrets" / "city.env")) == asked


def test_secrets_are_long_different_and_private(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "city.env"
    values = list(generate(file).values())
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in values)
    assert len(set(values)) == len(values)
    assert not set(values) & set(generate(tmp_path / "other.env").values())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_secrets_that_are_there_stay(tmp_path: Path) -> None:
    file = tmp_path / "city.env"
    assert generate(file) == generate(file)


def test_a_new_secret_joins_those_that_are_there(tmp_path: Path) -> None:
    file = tmp_path / "city.env"
    file.write_text("POSTGRES_PASSWORD=mine\nBIND_ADDRESS=0.0.0.0\n")
    made = generate(file)
    assert (made["POSTGRES_PASSWORD"], made["BIND_ADDRESS"]) == ("mine", "0.0.0.0")
    assert len(made["AIRFLOW_PASSWORD"]) == 48
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_files_that_are_secrets_are_made_and_stay(tmp_path: Path) -> None:
    names = [Path(one["file"]) for one in read(BASE)["secrets"].values()]
    variables = generate(tmp_path / "secrets" / "city.env")
    # The same secret once more, for whom a file is better.
    same = {Path("secrets/city_redis_password"): variables["REDIS_PASSWORD"]}
    for name in names:
        assert name.parent == Path("secrets")
        made = tmp_path / name
        # Another user of the container reads it; on the host its folder is closed to all others.
        assert stat.S_IMODE(made.stat().st_mode) == 0o644
        text = made.read_text().strip()
        assert text == same[name] if name in same else re.match(r"http://127\.0\.0\.1:|[0-9a-f]{48}$", text)
        made.write_text("https://example.org/mine")
    generate(tmp_path / "secrets" / "city.env")
    for name in names:
        assert (tmp_path / name).read_text().strip() == same.get(name, "https://example.org/mine")


def test_git_ignores_the_secrets() -> None:
    assert "secrets/" in (FOLDER / ".gitignore").read_text().splitlines()


def test_the_image_has_all_packages_of_the_project() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert {source for source, target in re.findall(r"^COPY (\w+) (\w+)$", dockerfile(), re.M)} == packages
    sent = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in packages} | {"!pyproject.toml", "!uv.lock"} <= set(sent)
    assert ":latest" not in dockerfile()
    assert re.search(r"\buv==\d", dockerfile())


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
        name: int(found["environment"]["CITY_HEALTH_PORT"])
        for name, found in services.items()
        if found.get("command", [""])[0].startswith("city-") and found["command"][1] == "worker"
    }
    gateway = services["gateway"]["environment"]
    expected |= {"gateway": int(gateway["CITY_GATEWAY_OPERATIONS_PORT"])}
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


def test_the_gateway_s_image_has_the_page_and_its_port_leads_there() -> None:
    services = read(BASE)["services"]
    gateway = services["gateway"]
    assert gateway["build"]["target"] == "gateway"
    assert gateway["ports"][0].endswith(f":{gateway['environment']['CITY_GATEWAY_PORT']}")
    stages = dict(re.findall(r"^FROM .+ AS (\w+)\n((?:(?!FROM).*\n)*)", dockerfile(), re.M))
    folder = re.search(r"^COPY --from=page /page/dist (\S+)$", stages["gateway"], re.M)
    assert folder
    assert f"ENV CITY_GATEWAY_DASHBOARD={folder[1]}\n" in stages["gateway"]
    # Who names no stage gets the last one, without it.
    assert list(stages)[-1] == "process"
    for copied in re.findall(
        r"(?<= )dashboard(?:/\S+)?", "".join(re.findall(r"^COPY .+$", stages["page"], re.M))
    ):
        assert Path(copied).exists()
    sent = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert sent.index("!dashboard") < sent.index("dashboard/node_modules")


def test_scripts_can_be_run() -> None:
    for script in (SCRIPT, FOLDER / "elasticsearch/users.sh"):
        assert script.stat().st_mode & stat.S_IXUSR
        subprocess.run(["bash", "-n", script], check=True)
