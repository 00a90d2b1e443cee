"""What a client of the live stream asks for, checked."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, get_args

import msgspec
import xxhash

from gateway.bounds import Bounds, BoundsError, checked
from gateway.problems import bad_field, naming_fields
from gateway.values import BBOX_REMEDY

Topic = Literal["traffic", "vehicles", "emergencies", "weather", "cameras", "predictions"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
SLOWEST_MS = 60_000
FASTEST_MS = 200
# What is urgent, what moves, and the rest.
URGENT_MS, MOVING_MS, OTHER_MS = 1_000, 5_000, 30_000
DEFAULT_MS: Mapping[Topic, int] = {
    "traffic": MOVING_MS,
    "vehicles": MOVING_MS,
    "emergencies": URGENT_MS,
    "weather": OTHER_MS,
    "cameras": OTHER_MS,
    "predictions": OTHER_MS,
}
DEFAULT_ID = "default"
LONGEST_ID = 64
MOST_ENTITIES = 1_000
EXAMPLE = '{"subscribe": ["traffic", "vehicles"], "bbox": [minlon, minlat, maxlon, maxlat], "rate_ms": 1000}'

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_ID)]
Topics = Annotated[list[Topic], msgspec.Meta(min_length=1, max_length=20)]


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Things of some topics; a new one of the same id takes the place of the one before."""

    subscribe: Topics
    id: Id = DEFAULT_ID
    bbox: list[float] | None = None
    entities: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_ENTITIES)] | None = None
    """Ids; only these."""
    rate_ms: Annotated[int, msgspec.Meta(ge=FASTEST_MS, le=SLOWEST_MS)] | None = None
    """Between two messages of a topic; None is what the topic has (`DEFAULT_MS`)."""
    resume: Annotated[str, msgspec.Meta(max_length=512)] | None = None
    """`resume` of the last message that came of it."""

    @property
    def topics(self) -> Collection[Topic]:
        """Each once."""
        return dict.fromkeys(self.subscribe)

    @property
    def bounds(self) -> Bounds | None:
        """The box, checked."""
        return None if self.bbox is None else checked(self.bbox)

    @property
    def choice(self) -> str:
        """The same for subscriptions that choose the same things."""
        chosen = (self.bbox, None if self.entities is None else sorted(set(self.entities)))
        return xxhash.xxh3_64_hexdigest(msgspec.json.encode(chosen))

    def rate_of(self, topic: Topic) -> int:
        """Milliseconds between two messages of a topic."""
        return DEFAULT_MS[topic] if self.rate_ms is None else self.rate_ms


class Unsubscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Topics of one subscription that shall end; it ends with the last of them."""

    unsubscribe: Topics
    id: Id = DEFAULT_ID


_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_subscription = msgspec.json.Decoder(Subscription)
_unsubscription = msgspec.json.Decoder(Unsubscription)


def parse(text: str) -> Subscription | Unsubscription:
    """Read a client's message.

    Raises:
        ProblemError: naming the field and the reason.
    """
    with naming_fields("message", f"send {EXAMPLE}"):
        if "unsubscribe" in _decoder.decode(text):
            return _unsubscription.decode(text)
        return _usable(_subscription.decode(text))


def of_query(given: Mapping[str, str], last_event_id: str | None) -> Subscription:
    """Read the parameters of an event stream, which are a message's members; lists have commas.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    members: dict[str, Any] = {name: given[name] for name in ("rate_ms", "resume") if name in given}
    for name in ("subscribe", "bbox", "entities"):
        if name in given:
            members[name] = given[name].split(",")
    # A browser that comes back says so in a header; the address is as it was.
    if last_event_id:
        members["resume"] = last_event_id
    with naming_fields("subscribe", f"ask with subscribe={','.join(TOPICS)}, or some of these"):
        return _usable(msgspec.convert(members, Subscription, strict=False))


def _usable(subscription: Subscription) -> Subscription:
    """What its type can't say."""
    try:
        _ = subscription.bounds
    except BoundsError as error:
        raise bad_field("bbox", str(error), BBOX_REMEDY) from error
    return subscription
