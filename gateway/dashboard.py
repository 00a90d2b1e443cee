"""The page with the map, and what it is made of: the files of one folder, as the build left them.

Only what was in the folder when it was read is there to be asked for: no path that a client names is
ever looked up in a file system.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, content
from gateway.content import Codings, Content
from gateway.file_version import Version, versions
from gateway.problems import ProblemError, no_route, not_for_this_route
from gateway.tiles import TileServer, origin_of

log = logging.getLogger("gateway")

PAGE = "index.html"
BUILT = Path(__file__).parents[1] / "dashboard" / "dist"
"""Where `make dashboard` puts it, in a checkout."""
POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    # The map library's style sheet has its buttons' pictures in it.
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
"""Content-Security-Policy: nothing of another origin, and no script or style that stands in the page.

Each file has it, for a worker goes by that of its own file.
"""

# The build puts a hash of a file's bytes into its name there.
_NEVER_CHANGES = "/assets/"
_LASTING = ((b"cache-control", b"public, max-age=31536000, immutable"), (b"vary", b"Accept-Encoding"))
_CHECKED = ((b"cache-control", b"no-cache"), (b"vary", b"Accept-Encoding"))

_PACKABLE = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".pbf": "application/x-protobuf",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_PACKED = {".ico": "image/x-icon", ".png": "image/png", ".webp": "image/webp", ".woff2": "font/woff2"}
MEDIA_TYPES: Mapping[str, str] = _PACKABLE | _PACKED
"""Of a file, by its suffix; one with another suffix is not served, such as a source map."""


@dataclass(frozen=True, slots=True)
class _Route:
    """What is counted as one."""

    path: str


@dataclass(frozen=True, slots=True)
class _File:
    content: Content
    media_type: str
    kept: tuple[tuple[bytes, bytes], ...]
    route: _Route


_Files = Mapping[str, _File]


class Dashboard:
    """Read when it is first asked for, and again when there is another page; what was read last stays."""

    def __init__(self, folder: Path, tiles: TileServer | None = None) -> None:
        self._folder = folder
        self._policy = (b"content-security-policy", policy(tiles).encode())
        self._version: Version | None = None
        self._files: _Files = {}
        self._before: _Files = {}
        self._reading = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The file of a path.

        Raises:
            ProblemError: there is none, or not for this method.
        """
        if self._newest() != self._version:
            await self._read()
        path = request.scope["path"]
        # A page that was loaded before a build may still want a part of what it was built with.
        file = self._files.get(path) or self._before.get(path)
        if file is None:
            raise no_route(path) if path != "/" else not_built(self._folder)
        request.scope["route"] = file.route
        if request.method not in ("GET", "HEAD"):
            raise not_for_this_route(request.method, "GET, HEAD")
        return answers.answer(request, file.content, file.media_type, self._policy, kept=file.kept)

    def _newest(self) -> Version | None:
        return versions(self._folder / PAGE)[0]

    async def _read(self) -> None:
        async with self._reading:
            version = self._newest()
            if version is None or version == self._version:
                return
            try:
                files = await asyncio.to_thread(read, self._folder)
            except OSError as error:
                # It is being written; who asks next finds it whole.
                log.warning("dashboard: %s could not be read: %s", self._folder, error)
                return
            self._before, self._files, self._version = self._files, files, version


def policy(tiles: TileServer | None) -> str:
    """Of a page that shows these tiles: the map library fetches them, so no picture is of another origin."""
    origin = tiles and origin_of(tiles.url)
    return "; ".join(f"{one} {origin}" if origin and one.startswith("connect-src") else one for one in POLICY)


def not_built(folder: Path) -> ProblemError:
    """404: there is no page."""
    return ProblemError(
        404,
        f"no dashboard in {folder}",
        remedy="`make dashboard` builds it, CITY_GATEWAY_DASHBOARD names its folder; the API is at /api/docs",
    )


def read(folder: Path) -> _Files:
    """All files of a folder by their paths, packed.

    Raises:
        OSError: one can't be read.
    """
    paths = (path for path in sorted(folder.rglob("*")) if path.suffix in MEDIA_TYPES and path.is_file())
    return {_served_as(path.relative_to(folder)): _file(path, path.relative_to(folder)) for path in paths}


def _served_as(name: Path) -> str:
    return "/" if name == Path(PAGE) else f"/{name.as_posix()}"


def _file(path: Path, name: Path) -> _File:
    served = _served_as(name)
    codings: Codings = content.SMALL if path.suffix in _PACKABLE else {}
    made = Content(path.read_bytes(), codings=codings)
    if made.worth_packing:
        for coding in codings:
            made.packed(coding)
    kept = _LASTING if served.startswith(_NEVER_CHANGES) else _CHECKED
    route = _Route(served if len(name.parts) == 1 else f"/{name.parts[0]}/{{file}}")
    return _File(made, MEDIA_TYPES[path.suffix], kept, route)
