"""What most areas answer with: all things of a view, or one of them; as JSON, or as GeoJSON."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, geojson, query
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON
from gateway.geojson import NO_LINES, Lines
from gateway.link import now_ms
from gateway.pages import cursor, page
from gateway.problems import no_such
from gateway.view import Entry, View


def listed(
    request: Request,
    view: View[Any],
    name: str,
    lines: Lines = NO_LINES,
    *,
    ages: bool = False,
) -> Response:
    """All things that belong in lists, or a page of them.

    `ages`: each with its own age, at the second; they are made no more often than that.

    Raises:
        ProblemError: 400 of a parameter; 406; 503 while the view was never loaded.
    """
    answers.require_known(view)
    media_type = answers.chosen(request, JSON, GEOJSON)

    def make() -> Content:
        asked = query.page_query(request.query_params)
        entries = view.in_order()
        shown, last = page(entries, key_of, asked.after, asked.limit)
        head = {
            "total": len(entries),
            "next_cursor": last and cursor(last),
            "as_of_median": view.cached("as_of_median", lambda: answers.median_of(entries)),
        }
        plain = collection(media_type, name, shown, lines, head)
        if not ages:
            return Content(plain)
        return Content(collection(media_type, name, list(map(_aged, shown)), lines, head), same_as=plain)

    second = now_ms() // 1000 if ages else None
    content = view.cached((media_type, request.scope["query_string"], second), make)
    return answers.answer(request, content, answers.freshness(view), media_type)


def one(request: Request, view: View[Any], field: str, remedy: str, lines: Lines = NO_LINES) -> Response:
    """The thing that the path names.

    Raises:
        ProblemError: 400 of a parameter; 404 of an unknown id; 406; 503 while the view was never loaded.
    """
    if request.scope["query_string"]:
        query.no_parameters(request.query_params)
    answers.require_known(view)
    media_type = answers.chosen(request, JSON, GEOJSON)
    key = request.path_params[field]
    entry = view.get(key)
    if entry is None:
        raise no_such(field, key, remedy)
    content = Content(entry.body[1:-1] if media_type == JSON else geojson.feature(entry, lines))
    return answers.answer(request, content, answers.Freshness(entry.time_ms, view.source), media_type)


def key_of(entry: Entry[Any]) -> str:
    """A thing's place in a list."""
    return entry.key


def collection(
    media_type: str, name: str, entries: Collection[Entry[Any]], lines: Lines, head: dict[str, Any]
) -> bytes:
    """Members of an answer that is a list: `head` and the things."""
    if media_type == GEOJSON:
        things = geojson.features(entries, lines)
    else:
        things = b'"%b":[%b]' % (name.encode(), b",".join(entry.body for entry in entries))
    return answers.members({"count": len(entries), **head}) + b"," + things


def _aged(entry: Entry[Any]) -> Entry[Any]:
    age_ms = b"null" if entry.time_ms is None else b"%d" % answers.age_ms(entry.time_ms)
    return replace(entry, body=b'%b,"age_ms":%b}' % (entry.body[:-1], age_ms))


def json(document: Any, status: int = 200) -> Response:
    """A document as it is."""
    return Response(msgspec.json.encode(document), status, media_type=JSON)
