"""Asks a process of this machine whether it is well, as health checks of containers do: exits 0 or 1.

python -m citystream.probe CITY_HEALTH_PORT
"""

import http.client
import os
import sys

TIMEOUT_S = 3.0


def asked(port: int) -> str:
    """What `/healthz` of a port says.

    Raises:
        OSError, http.client.HTTPException: it doesn't answer.
        ValueError: it is not well, with its answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    text = answer.read(2_000).decode(errors="replace")
    if answer.status != http.HTTPStatus.OK:
        raise ValueError(text)
    return text


def main(variable: str) -> None:
    """Ask on the port that an environment variable names."""
    try:
        sys.stdout.write(asked(int(os.environ[variable])))
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.exit(f"port {os.environ[variable]}: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
