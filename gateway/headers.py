"""What every answer carries unless its handler says otherwise: kept by nobody, and closed to tricks."""

Headers = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")
SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
TLS: Headers = [(b"strict-transport-security", b"max-age=31536000")]


def completed(own: Headers, defaults: Headers) -> Headers:
    """A handler's headers, and those of the defaults that it did not set."""
    names = {name for name, _ in own}
    return own + [one for one in defaults if one[0] not in names]


def defaults(*, tls: bool) -> Headers:
    """Of a port."""
    return [NO_STORE, *SECURITY, *(TLS if tls else ())]
