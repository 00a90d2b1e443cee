"""The gateway's certificate."""

import ssl
from pathlib import Path

from gateway.settings import GatewaySettings


class TlsError(ValueError):
    """Certificate or key can't be used; the message says why."""


def context_of(own: GatewaySettings) -> ssl.SSLContext | None:
    """As the settings have it; None without TLS.

    Raises:
        TlsError: a file can't be read, or the key is not the certificate's.
    """
    if own.tls_certificate and own.tls_key:
        return context(own.tls_certificate, own.tls_key, own.tls_key_password_file)
    return None


def context(certificate: Path, key: Path, password_file: Path | None) -> ssl.SSLContext:
    """For a server, TLS 1.2 or newer, with the ciphers that OpenSSL holds good.

    Raises:
        TlsError: a file can't be read, or the key is not the certificate's.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A wrong password must not make OpenSSL ask for one at the terminal.
        password = password_file.read_text().rstrip("\r\n") if password_file else ""
        made.load_cert_chain(certificate, key, password)
    except (OSError, ValueError) as error:
        raise TlsError(f"{certificate}, {key}: {error}; see CITY_GATEWAY_TLS_CERTIFICATE") from error
    return made
