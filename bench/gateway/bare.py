"""A bare Starlette app: the gateway's routes, each returning bytes that were read from a file at the start.

Nobody is authenticated, limited, counted or cached, and nothing changes: no Starlette app does less.
"""

import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class Page(msgspec.Struct, frozen=True):
    """What is answered to one target."""

    route: str
    path: str
    query: str
    media_type: str
    body: bytes


def build(pages: list[Page]) -> Starlette:
    """The app that has these pages."""
    by_target = {(page.path, page.query.encode()): page for page in pages}

    async def answer(request: Request) -> Response:
        page = by_target[request.scope["path"], request.scope["query_string"]]
        return Response(page.body, media_type=page.media_type)

    return Starlette(routes=[Route(route, answer) for route in dict.fromkeys(page.route for page in pages)])


def main() -> None:
    """`python -m bench.gateway.bare PAGES PORT`, with the gateway's own event loop and parser."""
    pages = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[Page])
    uvicorn.run(
        build(pages),
        port=int(sys.argv[2]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
