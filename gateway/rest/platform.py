"""How the platform stands."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import query
from gateway.city import City
from gateway.endpoint import JSON, Endpoint, for_role
from gateway.layer_states import LayerStates
from gateway.processes import Processes
from gateway.rest import things
from gateway.status import PlatformStatus, ProcessesDetails, platform_status, process_details
from gateway.users import Role


def endpoints(city: City, layers: LayerStates, processes: Processes) -> list[Endpoint]:
    """`/api/status` and `/api/processes`."""

    async def status(request: Request) -> Response:
        query.no_parameters(request.query_params)
        return things.json(platform_status(city, layers, processes.heard))

    async def details(request: Request) -> Response:
        query.no_parameters(request.query_params)
        return things.json(process_details(processes.heard))

    return [
        Endpoint(
            path="/api/status",
            handler=status,
            tag="platform",
            summary="How the platform stands",
            answers={JSON: PlatformStatus},
            tagged=False,
        ),
        Endpoint(
            path="/api/processes",
            handler=for_role(Role.OPERATOR, details),
            tag="platform",
            summary="Where the platform's processes run, and what their sinks say; for operators",
            answers={JSON: ProcessesDetails},
            tagged=False,
        ),
    ]
