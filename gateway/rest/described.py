"""The API's description, for programs and for people."""

from collections.abc import Sequence
from html import escape
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, openapi, query
from gateway.content import Content
from gateway.endpoint import HTML, JSON, Endpoint

DOCUMENT_PATH = "/api/openapi.json"
PAGE_PATH = "/api/docs"


def endpoints(others: Sequence[Endpoint]) -> list[Endpoint]:
    """`/api/openapi.json` and `/api/docs`, of the other endpoints and of themselves."""

    async def document(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.chosen(request, JSON)
        return answers.answer(request, content)

    async def page(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.chosen(request, HTML)
        return Response(html, media_type=HTML)

    own = [
        Endpoint(
            path=DOCUMENT_PATH,
            handler=document,
            tag="description",
            summary="This description, as OpenAPI 3.1",
            answers={JSON: {"type": "object", "required": ["openapi", "paths"]}},
            problems=(406,),
        ),
        Endpoint(
            path=PAGE_PATH,
            handler=page,
            tag="description",
            summary="This description, for people",
            answers={HTML: {"type": "string"}},
            tagged=False,
            problems=(406,),
        ),
    ]
    described = openapi.document([*others, *own])
    content = Content(msgspec.json.encode(described))
    html = _page(described)
    return own


def _page(described: dict[str, Any]) -> str:
    """One page without script or style of its own, as the security headers want it."""
    info = described["info"]
    routes = "".join(
        _route(method.upper(), path, operation)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}</title>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        f'<p>For programs: <a href="{DOCUMENT_PATH}">{DOCUMENT_PATH}</a> (OpenAPI 3.1).</p>{routes}</html>'
    )


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code><td>{one['in']}"
        f"<td>{'required' if one['required'] else ''}<td>{escape(one.get('description', ''))}"
        for one in operation.get("parameters", ())
    )
    good = next(iter(operation["responses"].values()))
    kinds = ", ".join(escape(kind) for kind in good.get("content", {"no body": None}))
    table = f"<table><tr><th>parameter<th>in<th><th>{rows}</table>" if rows else ""
    return (
        f"<h2><code>{method} {escape(path)}</code></h2><p>{escape(operation['summary'])}. {kinds}.</p>{table}"
    )
