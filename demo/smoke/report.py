"""What a smoke run saw, what it wanted, and the line of JSON that says so."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    """One thing that must hold."""

    what: str
    saw: object
    wanted: object
    ok: bool

    def line(self) -> str:
        return f"{'ok    ' if self.ok else 'FAILED'} {self.what}: {self.saw} (wanted {self.wanted})"


def equal(what: str, saw: object, wanted: object) -> Check:
    """Saw must be what was wanted."""
    return Check(what, saw, wanted, saw == wanted)


def below(what: str, saw: float | None, bound: float) -> Check:
    """Saw must be there, and less than the bound."""
    return Check(what, saw, f"under {bound:g}", saw is not None and saw < bound)


@dataclass(frozen=True)
class Result:
    """A whole run."""

    facts: dict[str, Any]
    """What the JSON line holds beside `ok`."""
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def document(self) -> dict[str, Any]:
        """The JSON line."""
        return {"ok": self.ok, **self.facts, "failed": [one.line() for one in self.checks if not one.ok]}
