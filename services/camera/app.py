"""`city-camera`: the camera service's command."""

from citystream.commands.service import command_line
from citystream.contracts.camera import Camera
from citystream.service import Service
from citystream.settings import Settings, secret
from services.camera.aggregate import service


def prepare(settings: Settings) -> Service[Camera]:
    """The service with the key that hashes plates."""
    return service(secret(settings.plate_key))


main = command_line(service(None), prepare)
