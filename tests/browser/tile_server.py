"""A tile server: one tile for all places, such as a street map has, with the header that pages need."""

import struct
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SIDE_PX = 256
LAND, STREET, AVENUE, PARK, WATER, HOUSE = range(6)
COLOURS = ("f2efe9", "ffffff", "fcd6a4", "c8facc", "aad3df", "d9d0c9")


class TileServer:
    """Begins at once; `asked` has the paths that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        tile, asked = _tile(), self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(tile)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(tile)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def template(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{{z}}/{{x}}/{{y}}.png"

    def stop(self) -> None:
        """Whoever asks from now on is refused."""
        self._server.shutdown()
        self._server.server_close()


def _tile() -> bytes:
    size = struct.pack(">IIBBBBB", SIDE_PX, SIDE_PX, 8, 3, 0, 0, 0)
    # Before each row stands by what it is told: by nothing but its own pixels.
    rows = b"".join(b"\0" + bytes(_place(x, y) for x in range(SIDE_PX)) for y in range(SIDE_PX))
    colours = bytes.fromhex("".join(COLOURS))
    parts = ((b"IHDR", size), (b"PLTE", colours), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, body) for name, body in parts)


def _part(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _place(x: int, y: int) -> int:
    """What lies at a pixel."""
    if abs(x - 2 * y + 96) < 12:
        return AVENUE
    if x % 64 < 6 or y % 64 < 6:
        return STREET
    if x > 192 and y < 128:
        return PARK
    if x < 64 and y > 192:
        return WATER
    return HOUSE if x % 21 > 8 and y % 29 > 12 else LAND
