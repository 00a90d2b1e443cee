"""Where a client is in what it subscribed to: a word that it gives back after a gap to go on from there.

Revisions are this process's own, so a word of another one (or of a subscription that chooses other things)
is no place here: all is sent anew.
"""

import re
import secrets
from collections.abc import Mapping
from typing import cast

from gateway.problems import bad_field
from gateway.subscription import Subscription, Topic

_EPOCH = secrets.token_hex(4)
_WORD = re.compile(r"([0-9a-f]{8})~([0-9a-f]{16})((?:~[a-z]+\.\d{1,15})*)")


def word(choice: str, revisions: Mapping[Topic, int]) -> str:
    """What tells how far a client is in each topic."""
    return "~".join((_EPOCH, choice, *(f"{topic}.{revision}" for topic, revision in revisions.items())))


def revisions(subscription: Subscription) -> Mapping[Topic, int]:
    """How far a client that resumes is in each topic; none where it must begin anew.

    Raises:
        ProblemError: it is no word of any gateway's.
    """
    if subscription.resume is None:
        return {}
    matched = _WORD.fullmatch(subscription.resume)
    if matched is None:
        raise bad_field("resume", "not a gateway's", "give `resume` of the last message, unchanged, or none")
    epoch, choice, places = matched.groups()
    if epoch != _EPOCH or choice != subscription.choice:
        return {}
    pairs = (place.split(".") for place in places.split("~")[1:])
    return {cast("Topic", topic): int(revision) for topic, revision in pairs}
