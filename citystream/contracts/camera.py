"""Cameras: what they count on roads."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from citystream.contracts.event import Count, Event, Id, SpeedKmh
from citystream.contracts.state import MICRO, Summary, mean

WINDOWS = "road"
LATEST = "camera"
"""Names of the views."""

WINDOW_S = 300
"""Length of a road's window."""


class CameraCounts(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """Road users seen since the camera's last observation, by class."""

    catch_all: ClassVar[str] = "other"

    car: Count = 0
    bus: Count = 0
    truck: Count = 0
    motorcycle: Count = 0
    bicycle: Count = 0
    pedestrian: Count = 0
    other: Count = 0


class Camera(Event, frozen=True, gc=False, kw_only=True):
    """One observation of one camera. A plate comes hashed, or is hashed before anything is stored.

    At least one of counts, speed and incident is there.
    """

    entity_fields = ("camera_id",)

    camera_id: Id
    road_id: Id
    counts: CameraCounts | None = None
    mean_speed_kmh: SpeedKmh | None = None
    incident: Annotated[
        Annotated[str, Meta(max_length=200)] | None,
        Meta(description="What the camera makes of it.", examples=["stopped_vehicle"]),
    ] = None
    plate_hash: Annotated[
        Annotated[str, Meta(min_length=16, max_length=128)] | None,
        Meta(
            description="Keyed hash of a plate, never the plate.",
            examples=["5f0c8f3f1c6e4a55b0f4f0f7c2d7a9e1"],
        ),
    ] = None

    def __post_init__(self) -> None:
        if self.counts is None and self.mean_speed_kmh is None and self.incident is None:
            raise ValueError("counts: is missing, and so are mean_speed_kmh and incident")


class CameraWindow(msgspec.Struct, array_like=True):
    """What all cameras of one road saw."""

    observations: int = 0
    car: int = 0
    bus: int = 0
    truck: int = 0
    motorcycle: int = 0
    bicycle: int = 0
    pedestrian: int = 0
    speed_sum: int = 0
    """micro km/h"""
    speed_count: int = 0
    incidents: int = 0
    other: int = 0

    def merge(self, other: "CameraWindow") -> "CameraWindow":
        mine, theirs = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return CameraWindow(*(left + right for left, right in zip(mine, theirs, strict=True)))

    def summary(self) -> Summary:
        return {
            "observations": self.observations,
            "counts": {
                "car": self.car,
                "bus": self.bus,
                "truck": self.truck,
                "motorcycle": self.motorcycle,
                "bicycle": self.bicycle,
                "pedestrian": self.pedestrian,
                "other": self.other,
            },
            "mean_speed_kmh": mean(self.speed_sum, self.speed_count, MICRO),
            "incidents": self.incidents,
        }
