"""Cameras: five minutes of counts by class on each road, and the newest observation of each camera."""

from operator import attrgetter
from typing import Any

import msgspec

from citystream.contracts.camera import LATEST, WINDOW_S, WINDOWS, Camera, CameraWindow
from citystream.contracts.state import MICRO, Summary
from citystream.service import Latest, Service, Windows
from services.camera.plates import redactor


def add(window: CameraWindow, event: Camera, time_ms: int) -> None:
    """One more observation."""
    counts = event.counts
    window.observations += 1
    if counts is not None:
        window.car += counts.car
        window.bus += counts.bus
        window.truck += counts.truck
        window.motorcycle += counts.motorcycle
        window.bicycle += counts.bicycle
        window.pedestrian += counts.pedestrian
        window.other += counts.other
    if event.mean_speed_kmh is not None:
        window.speed_sum += round(event.mean_speed_kmh * MICRO)
        window.speed_count += 1
    if event.incident:
        window.incidents += 1


def observation(event: Camera, time_ms: int) -> dict[str, Any]:
    """What readers get of a camera; no plate, hashed or not."""
    return {
        "camera_id": event.camera_id,
        "road_id": event.road_id,
        "counts": msgspec.to_builtins(event.counts),
        "mean_speed_kmh": event.mean_speed_kmh,
        "incident": event.incident,
        "time_ms": time_ms,
    }


def document(road_id: str, window: CameraWindow) -> Summary:
    """What the search index gets of a road's five minutes."""
    return {"road_id": road_id, **window.summary()}


def service(plate_key: str | None) -> Service[Camera]:
    """The camera service with the key of the hash that stands for a plate."""
    return Service(
        name="camera",
        event=Camera,
        windows=(
            Windows(
                name=WINDOWS,
                key=attrgetter("road_id"),
                state=CameraWindow,
                add=add,
                window_s=WINDOW_S,
                document=document,
            ),
        ),
        latest=(Latest(name=LATEST, key=attrgetter("camera_id"), value=observation),),
        redact=redactor(plate_key),
    )
