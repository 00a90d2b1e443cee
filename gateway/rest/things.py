"""What most areas answer with: all things of a view, or one of them; as JSON, or as GeoJSON."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, geojson, query
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON
from gateway.geojson import NO_LINES, Lines
from gateway.near import nearest
from gateway.pages import cursor, page
from gateway.problems import no_such
from gateway.query import NearQuery
from gateway.view import Entry, View

V = TypeVar("V")

PLACED = (JSON, GEOJSON)
"""Media types of things that have a place."""


def listed(
    request: Request,
    view: View[Any],
    name: str,
    lines: Lines = NO_LINES,
    *,
    offers: Sequence[str] = PLACED,
    boxed: bool = False,
) -> Response:
    """All things that belong in lists, or a page of them; `boxed`: a `bbox` may choose some.

    Raises:
        ProblemError: 400 of a parameter; 406; 503 while the view was never loaded.
    """
    answers.require_known(view)
    media_type = answers.chosen(request, *offers)

    def make() -> Content:
        asked = query.page_query(request.query_params, boxed=boxed)
        entries = [entry for entry in chosen(view, asked.ids) if entry.within(asked.bbox)]
        shown, last = page(entries, key_of, asked.after, asked.limit)
        head = {
            "total": len(entries),
            "next_cursor": last and cursor(last),
            "as_of_median": view.cached(
                ("as_of_median", asked.ids, asked.bbox), lambda: answers.median_of(entries)
            ),
        }
        return answers.content(
            answers.collection(media_type, name, shown, lines, head), answers.freshness(view)
        )

    content = view.cached((media_type, request.scope["query_string"]), make)
    return answers.answer(request, content, media_type)


def near(
    request: Request,
    view: View[V],
    name: str,
    among: Callable[[NearQuery], Iterable[Entry[V]]],
    *,
    typed: bool = False,
) -> Response:
    """Things around a place, nearest first; `among` are those that may be told of.

    Raises:
        ProblemError: 400 of a parameter; 406; 503 while the view was never loaded.
    """
    answers.require_known(view)
    media_type = answers.chosen(request, JSON, GEOJSON)

    def make() -> Content:
        asked = query.near_query(request.query_params, typed=typed)
        found = nearest(among(asked), asked.longitude, asked.latitude, asked.radius_m)
        shown = [
            replace(entry, body=b'%b,"distance_m":%.1f}' % (entry.body[:-1], away_m))
            for away_m, entry in found[: asked.limit]
        ]
        head = {"total": len(found), "as_of_median": answers.median_of(entry for _, entry in found)}
        return answers.content(
            answers.collection(media_type, name, shown, NO_LINES, head), answers.freshness(view)
        )

    content = view.cached(("near", media_type, request.scope["query_string"]), make)
    return answers.answer(request, content, media_type)


def one(
    request: Request,
    view: View[Any],
    field: str,
    remedy: str,
    lines: Lines = NO_LINES,
    *,
    offers: Sequence[str] = PLACED,
    dated: bool = False,
) -> Response:
    """The thing that the path names; `dated`: it has `as_of` among its own members.

    Raises:
        ProblemError: 400 of a parameter; 404 of an unknown id; 406; 503 while the view was never loaded.
    """
    if request.scope["query_string"]:
        query.format_alone(request.query_params)
    answers.require_known(view)
    media_type = answers.chosen(request, *offers)
    key = request.path_params[field]
    entry = view.get(key)
    if entry is None:
        raise no_such(field, key, remedy)
    content = entry.answers.get((media_type, view.source))
    if content is None:
        fresh = answers.Freshness(entry.time_ms, view.source)
        if media_type == JSON:
            content = answers.content(entry.body[1:-1], fresh, dated=dated)
        else:
            content = answers.content(geojson.feature(entry, lines), fresh)
        entry.answers[media_type, view.source] = content
    return answers.answer(request, content, media_type)


def chosen(view: View[V], ids: Collection[str]) -> list[Entry[V]]:
    """The things of these ids, listed or not; without any, all that belong in lists."""
    if not ids:
        return view.in_order()
    return [entry for entry in map(view.get, sorted(ids)) if entry]


def key_of(entry: Entry[Any]) -> str:
    """A thing's place in a list."""
    return entry.key


def json(document: Any, status: int = 200) -> Response:
    """A document as it is."""
    return Response(msgspec.json.encode(document), status, media_type=JSON)
