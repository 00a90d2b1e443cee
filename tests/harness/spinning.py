"""A traffic service whose fold never ends once a reading counts 13 vehicles."""

from citystream.commands.service import command_line
from citystream.contracts.traffic import Traffic, TrafficWindow
from citystream.service import Service, Windows


def spin_forever(window: TrafficWindow, event: Traffic, time_ms: int) -> None:
    """Count, or spin."""
    window.readings += 1
    while event.vehicle_count == 13:
        pass


SERVICE = Service(
    name="traffic",
    event=Traffic,
    windows=(
        Windows(
            name="spun", key=lambda event: event.road_id, state=TrafficWindow, add=spin_forever, window_s=60
        ),
    ),
)

if __name__ == "__main__":
    command_line(SERVICE)()
