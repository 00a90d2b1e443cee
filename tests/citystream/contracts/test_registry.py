"""Which types are the platform's own."""

import subprocess
import sys
from pathlib import Path

from citystream.contracts.registry import EVENTS

PARKING = '''
from citystream.contracts.event import Event, Id, SpeedKmh
from citystream.contracts.gps import Gps


class Parking(Event, frozen=True, gc=False, kw_only=True):
    """One count of one car park."""

    entity_fields = ("lot_id",)

    lot_id: Id
'''
ASK = """
import sys
from citystream import contracts
contracts.__path__.append(sys.argv[1])
from citystream.contracts.registry import EVENTS
print(*(f"{type_}:{event.__name__}" for type_, event in EVENTS.items()))
"""


def test_the_platforms_own_types() -> None:
    assert {type_: event.__name__ for type_, event in EVENTS.items()} == {
        "camera": "Camera",
        "emergency": "Emergency",
        "gps": "Gps",
        "traffic": "Traffic",
        "weather": "Weather",
    }


def test_a_new_type_is_one_new_file(tmp_path: Path) -> None:
    (tmp_path / "parking.py").write_text(PARKING)
    ask = [sys.executable, "-c", ASK, str(tmp_path)]
    told = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.split()
    assert "parking:Parking" in told
    assert len(told) == len(EVENTS) + 1
