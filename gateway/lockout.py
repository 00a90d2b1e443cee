"""Who has guessed wrong too often must wait; the one whose name it was, elsewhere, need not."""

from dataclasses import dataclass
from ipaddress import IPv6Address

from gateway.rates import MOST_KEYS, Rates

# A person's typing errors; then 5 s, 10 s, 20 s, ... up to the longest: one address tries a name 288 times
# a day.
FREE_TRIES = 5
FIRST_S = 5.0
LONGEST_S = 300.0
# Without a wrong one for so long, it begins anew: longer than the longest wait, or waiting would clear it.
FORGOTTEN_AFTER_S = 900.0
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

    def __init__(self) -> None:
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
        if tries is None or now - tries.last_at > FORGOTTEN_AFTER_S:
            self._tries.pop(key, None)
            if len(self._tries) >= MOST_KEYS:
                del self._tries[next(iter(self._tries))]
            tries = self._tries[key] = _Tries(0, now, 0.0)
        tries.count += 1
        tries.last_at = now
        if tries.count >= FREE_TRIES:
            # The exponent is cut far beyond the longest, so that no count overflows.
            tries.locked_until = now + min(LONGEST_S, FIRST_S * 2.0 ** min(9, tries.count - FREE_TRIES))
        return self._verifications.take(key[1], now)

    def right(self, name: str, address: str) -> None:
        """It was right: neither a guess nor one that counts for its address."""
        key = (name, network(address))
        self._tries.pop(key, None)
        self._verifications.give_back(key[1])


def network(address: str) -> str:
    """Who counts as one: an IPv4 address, or an IPv6 /64, of which every subscriber has all addresses."""
    try:
        whole = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(whole.ipv4_mapped or IPv6Address(int(whole) >> 64 << 64))
