"""Profiles: all of them by default, each whole by itself, with the memory that the page says."""

import re

import pytest

from tests.compose.files import BASE, FOLDER, Json, example, is_job, projects

PROJECTS = projects()
DEFAULT = example()["COMPOSE_PROFILES"].split(",")
APART = {"by-hand", "kraft"}
"""What nobody starts with the rest: a job by hand, and Kafka where an overlay has another broker."""
EACH = [(project, profile) for project in PROJECTS for profile in (*DEFAULT, "by-hand")]
UNITS = {"m": 1, "g": 1024}


def enabled(project: str, profile: str) -> dict[str, Json]:
    services: dict[str, Json] = PROJECTS[project]["services"]
    return {name: one for name, one in services.items() if profile in one["profiles"]}


@pytest.mark.parametrize("project", PROJECTS)
def test_a_plain_start_is_of_all_profiles(project: str) -> None:
    assert DEFAULT == ["core", "search", "batch", "monitoring", "demo"]
    named = {profile for one in PROJECTS[project]["services"].values() for profile in one["profiles"]}
    assert named - APART == set(DEFAULT)
    assert ("kraft" in named) == (project != BASE.name)


@pytest.mark.parametrize(("project", "profile"), EACH)
def test_a_profile_has_all_that_it_waits_for(project: str, profile: str) -> None:
    there = enabled(project, profile)
    assert there
    for name, one in there.items():
        for other, how in one.get("depends_on", {}).items():
            assert other in there or how.get("required") is False, f"{name} waits for {other}"


@pytest.mark.parametrize(("project", "profile"), EACH)
def test_somebody_waits_for_each_job(project: str, profile: str) -> None:
    """Else `up --wait` would take its end for a failure."""
    there = enabled(project, profile)
    awaited = {other for one in there.values() for other in one.get("depends_on", {})}
    assert {name for name, one in there.items() if is_job(one)} - awaited - {"batch"} == set()


@pytest.mark.parametrize("project", PROJECTS)
def test_core_goes_on_without_search(project: str) -> None:
    core = enabled(project, "core")
    searching = {name for name, one in core.items() if "elasticsearch-users" in one.get("depends_on", {})}
    assert searching == {"gps", "traffic", "forecast", "emergency", "weather", "camera"}
    assert not set(core) & set(enabled(project, "search"))


def test_the_page_says_how_much_memory_each_may_take() -> None:
    told = re.findall(r"^\| `?([a-z]+)`? \| ([\d.]+) GiB \|", (FOLDER / "README.md").read_text(), re.M)
    counted = {profile: memory_mib(profile) for profile in DEFAULT} | {"all": memory_mib(*DEFAULT)}
    assert dict(told) == {profile: f"{mib / 1024:.1f}" for profile, mib in counted.items()}


def memory_mib(*profiles: str) -> int:
    """Limits of what runs on, all together."""
    there = {name: one for profile in profiles for name, one in enabled(BASE.name, profile).items()}
    limits = [one["deploy"]["resources"]["limits"]["memory"] for one in there.values() if not is_job(one)]
    return sum(int(limit[:-1]) * UNITS[limit[-1]] for limit in limits)
