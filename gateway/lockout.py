"""Who has guessed wrong too often must wait; the one whose name it was, elsewhere, need not."""

from dataclasses import dataclass
from ipaddress import IPv6Address

from gateway.rates import MOST_KEYS, Rates

# Without a wrong one for so many of the longest waits, it begins anew: waiting alone must not clear it.
FORGOTTEN_AFTER = 3
# Verifications for one address, those of right passwords aside: one that tries names takes no more than a
# twentieth of what two hashing threads can do, and a full queue of them once.
VERIFIED_PER_S = 1.0
VERIFIED_AT_ONCE = 30


@dataclass(slots=True)
class _Tries:
    count: int
    last_at: float
    locked_until: float


class Lockout:
    """Counts by name and address. A try counts as wrong from its start, so that many at once count too."""

    def __init__(self, free_tries: int, first_s: float, longest_s: float) -> None:
        """`free_tries` are a person's typing errors: the last of them locks for the first time."""
        self._free_tries = free_tries
        self._first_s = first_s
        self._longest_s = longest_s
        self._tries: dict[tuple[str, str], _Tries] = {}
        self._verifications = Rates(VERIFIED_PER_S, VERIFIED_AT_ONCE)

    def wait_s(self, name: str, address: str, now: float) -> float:
        """How long this name is locked for this address; 0 if it is not."""
        if not self._tries:
            return 0.0
        tries = self._tries.get((name, network(address)))
        return max(0.0, tries.locked_until - now) if tries else 0.0

    def begin(self, name: str, address: str, now: float) -> float:
        """A password that is not remembered came: 0 if it may be verified, else how long to wait."""
        key = (name, network(address))
        tries = self._tries.get(key)
        if tries is None or now - tries.last_at > FORGOTTEN_AFTER * self._longest_s:
            self._tries.pop(key, None)
            if len(self._tries) >= MOST_KEYS:
                del self._tries[next(iter(self._tries))]
            tries = self._tries[key] = _Tries(0, now, 0.0)
        tries.count += 1
        tries.last_at = now
        beyond = tries.count - self._free_tries
        if beyond >= 0:
            # The exponent is cut, so that no count overflows.
            tries.locked_until = now + min(self._longest_s, self._first_s * 2.0 ** min(30, beyond))
        return self._verifications.take(key[1], now)

    def right(self, name: str, address: str) -> None:
        """It was right: neither a guess nor one that counts for its address."""
        key = (name, network(address))
        self._tries.pop(key, None)
        self._verifications.give_back(key[1])


def network(address: str) -> str:
    """Who counts as one: an IPv4 address, or an IPv6 /64, of which every subscriber has all addresses."""
    if ":" not in address:
        return address
    try:
        whole = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(whole.ipv4_mapped or IPv6Address(int(whole) >> 64 << 64))
