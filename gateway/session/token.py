"""A session as text that nobody else can write: what the cookie holds."""

import hashlib
from functools import lru_cache

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from gateway.session.keys import Keys
from gateway.users import User


class Claims(msgspec.Struct, frozen=True, array_like=True):
    """What a token says of its session."""

    id: str
    name: str
    user_id: str
    """Who has the name by chance later on is somebody else."""
    password: str
    """Of the password it was begun with: another password ends it."""
    expires_s: int
    """Epoch, s."""


def sign(keys: Keys, claims: Claims) -> str:
    """The token."""
    return str(_serializer(keys).dumps(msgspec.to_builtins(claims)))


def read(keys: Keys, token: str) -> Claims | None:
    """What it says, if one of these keys signed it."""
    try:
        return msgspec.convert(_serializer(keys).loads(token), Claims)
    except (BadData, msgspec.ValidationError):
        return None


@lru_cache(maxsize=1_024)
def password_of(user: User) -> str:
    """Another one for each password; tells nothing of it, for it is made of the salted hash."""
    return hashlib.blake2b(user.hash.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=4)
def _serializer(keys: Keys) -> URLSafeSerializer:
    return URLSafeSerializer(
        list(keys), "city session", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )
