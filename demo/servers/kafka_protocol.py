"""The one request that every Kafka server answers first: which requests do you know?"""

import socket
import struct

API_VERSIONS = 18
CORRELATION_ID = 7


def answers_api_versions(port: int, timeout_s: float = 2.0) -> bool:
    """Whether a Kafka server on this port answers ApiVersions (version 0) without an error."""
    client = b"probe"
    body = struct.pack(f">hhih{len(client)}s", API_VERSIONS, 0, CORRELATION_ID, len(client), client)
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as connection:
        connection.sendall(struct.pack(">i", len(body)) + body)
        answer = connection.recv(10, socket.MSG_WAITALL)
    if len(answer) < 10:
        return False
    _, correlation_id, error = struct.unpack(">iih", answer)
    return bool(correlation_id == CORRELATION_ID and error == 0)
