"""A schedule follows from its seed, and holds every kind of fault."""

from tests.faults import schedule
from tests.faults.schedule import WORKER, draw

WORKERS = ["traffic-all-1", "traffic-all-2"]
SERVERS = {"kafka": schedule.KAFKA, "redis": schedule.REDIS, "s3": schedule.S3}


def test_the_same_seed_draws_the_same_faults_and_another_seed_others() -> None:
    assert draw(1, 50, WORKERS, SERVERS) == draw(1, 50, WORKERS, SERVERS)
    assert draw(1, 50, WORKERS, SERVERS) != draw(2, 50, WORKERS, SERVERS)


def test_as_many_faults_as_asked_for_strike_every_process_in_every_way() -> None:
    for seed in range(20):
        steps = draw(seed, 50, WORKERS, SERVERS)
        faults = [fault for step in steps for fault in step]
        assert len(faults) == 50
        found = {("worker" if one.target in WORKERS else one.target, one.kind) for one in faults}
        wanted = {("worker", kind) for kind in WORKER}
        wanted |= {(name, kind) for name, kinds in SERVERS.items() for kind in kinds}
        assert found == wanted


def test_no_process_is_struck_twice_in_a_step() -> None:
    for seed in range(20):
        for step in draw(seed, 50, WORKERS, SERVERS):
            assert len({fault.target for fault in step}) == len(step)
