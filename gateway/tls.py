"""The gateway's certificate, which may be renewed while it is served."""

import asyncio
import logging
import ssl
from pathlib import Path
from typing import NoReturn

from gateway.file_version import WatchedFiles
from gateway.settings import GatewaySettings

log = logging.getLogger("gateway")

CHECK_S = 1.0


class TlsError(ValueError):
    """Certificate or key can't be used; the message says why."""


class Certificate:
    """What its files have; connections go on with what they began with."""

    def __init__(self, certificate: Path, key: Path, password_file: Path | None) -> None:
        """Read it.

        Raises:
            TlsError: a file can't be read, or the key is not the certificate's.
        """
        self._certificate, self._key, self._password_file = certificate, key, password_file
        self._watched = WatchedFiles(*(file for file in (certificate, key, password_file) if file))
        self.context = self._newest = context(certificate, key, password_file)
        """For a server, as long as it runs."""
        # Files are replaced one after the other: to load them into a context that is served from could leave
        # it with a certificate and no key. A handshake takes a whole context instead.
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
        connection.context = self._newest

    async def watch(self) -> NoReturn:
        """Take a renewed one as its files come, until cancelled."""
        while True:
            await self._watched.change(CHECK_S)
            await self._renew()

    async def _renew(self) -> None:
        try:
            # A key that has a password takes a while to open.
            self._newest = await asyncio.to_thread(context, self._certificate, self._key, self._password_file)
        except TlsError as error:
            log.error("the certificate stays as it was: %s", error)
        else:
            log.info("a renewed certificate is served: %s", self._certificate)


def certificate_of(own: GatewaySettings) -> Certificate | None:
    """As the settings have it; None without TLS.

    Raises:
        TlsError: a file can't be read, or the key is not the certificate's.
    """
    if own.tls_certificate and own.tls_key:
        return Certificate(own.tls_certificate, own.tls_key, own.tls_key_password_file)
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
