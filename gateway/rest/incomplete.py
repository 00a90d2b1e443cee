"""A header that names a day of which the batch layer does not have everything, whatever the answer's form."""

from gateway.days import Day
from gateway.headers import Headers

NAME = "City-Incomplete"
DESCRIBED = {NAME: "The day, if the batch layer does not have all of it; `incomplete_days` in JSON says why."}
"""For the API's description."""


def header(day: Day) -> Headers:
    """The header of an answer about this day; none if it is complete."""
    return [(NAME.lower().encode(), day.date.encode())] if day.reasons else []
