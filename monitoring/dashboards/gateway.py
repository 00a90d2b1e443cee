"""What people and programs are answered."""

from monitoring.board import Board, Choice, Row
from monitoring.bounds import REDIS_DOWN_S
from monitoring.panels import UP, Words, figure, lines, states
from monitoring.queries import gateway

SOURCE_WORDS: Words = {0: ("speed", "green"), 1: ("batch", "orange"), 2: ("last known", "red")}

REQUESTS = Row(
    "Requests",
    (
        lines(
            "Requests by route",
            "Requests a second of each route; a jump of one route is a client that went wrong, or a new one.",
            gateway.BY_ROUTE,
            width=12,
        ),
        lines(
            "Requests by status",
            "Requests a second by method and status; 5xx are ours, 429 are clients that ask too often.",
            gateway.BY_STATUS,
            width=12,
        ),
        lines(
            "Median latency by route",
            "Time in which half of a route's answers are handed over; it is of memory, so milliseconds: more "
            "means a busy process.",
            gateway.P50_BY_ROUTE,
            width=12,
        ),
        lines(
            "p99 latency by route",
            "Time in which all but a hundredth of a route's answers are handed over; if all routes are slow "
            "add processes, if one is look at S3 and Redis.",
            gateway.P99_BY_ROUTE,
            width=12,
        ),
        lines(
            "Error budget burn",
            "Share of 5xx by what 99.9 % allows, over several windows; at 1 the budget is just used up, a "
            "long window above 1 is a lasting fault.",
            *gateway.BURN,
            width=18,
        ),
        figure(
            "Error budget left, 7 days",
            "Part of a week's allowed errors that is left, of 99.9 %; below 0 the objective is missed: mend "
            "before new things are rolled out.",
            gateway.BUDGET_LEFT,
        ),
    ),
)

CLIENTS = Row(
    "Who asks",
    (
        lines(
            "Sign-ins",
            "Passwords a second by outcome; many wrong or locked ones are somebody who tries passwords: see "
            "the audit log.",
            gateway.SIGN_INS,
        ),
        lines(
            "Sessions",
            "Browsers' sessions a second, begun, ended or refused; forged ones are an attack, or a session "
            "key that changed.",
            gateway.SESSIONS,
        ),
        lines(
            "Refused by limit",
            "What each limit refused a second; one client at its limit is its own fault, many mean that the "
            "limit is too low.",
            gateway.REFUSED,
        ),
        lines(
            "Live clients",
            "Clients of the live stream; near CITY_GATEWAY_CLIENTS of a process more are refused: add "
            "processes.",
            gateway.LIVE_CLIENTS,
        ),
        lines(
            "Live messages",
            "Messages a second sent to live clients by type; deltas without end of few clients are broad "
            "subscriptions.",
            gateway.LIVE_MESSAGES,
        ),
        lines(
            "Live clients dropped, last 10 min",
            "WebSocket clients dropped since they took nothing in time; many at once point to the network or "
            "to a busy gateway.",
            gateway.LIVE_DROPPED,
        ),
    ),
)

SOURCES = Row(
    "Out of what",
    (
        states(
            "Where answers come from",
            "Of each topic the worst source of any gateway; batch or last known means that Redis is lost: "
            "bring it back.",
            gateway.SOURCES,
            words=SOURCE_WORDS,
        ),
        states(
            "Redis followed",
            "Whether each gateway follows Redis; while it is down answers are from the archive or as last "
            "known.",
            gateway.REDIS_UP,
            words=UP,
            width=6,
        ),
        states(
            "Batch layer read",
            "Whether S3 answers each reader of the batch layer; while it is down histories lack closed days: "
            "bring S3 back.",
            gateway.BATCH_UP,
            words=UP,
            width=6,
        ),
        lines(
            "Redis lost for",
            "For how long Redis has been lost; above 30 s an alert fires: bring it back, the live states are "
            "published again by themselves.",
            gateway.REDIS_DOWN,
            bounds=(REDIS_DOWN_S,),
            width=12,
        ),
        lines(
            "Losses of Redis, last hour",
            "Times that Redis was lost; several an hour are a network or a Redis that restarts: look at its "
            "log.",
            gateway.REDIS_LOSSES,
            width=12,
        ),
        lines(
            "Age of the newest event",
            "Age of the newest event of each topic; one that ages alone is a feed or a service that stopped.",
            gateway.DATA_AGE,
        ),
        lines(
            "Things known",
            "Vehicles, roads, incidents, stations and cameras that are known; a fall is a feed that lost "
            "senders.",
            gateway.THINGS,
        ),
        lines(
            "Changes announced",
            "Keys a second that services announced as changed; 0 while events are folded means that the "
            "gateway hears no announcements.",
            gateway.CHANGES,
        ),
        lines(
            "Refresh time",
            "Time to read one batch of changed keys from Redis; above some 100 ms answers lag: look at Redis "
            "and at the gateway's processor.",
            gateway.REFRESH_P50,
            gateway.REFRESH_P99,
            width=12,
        ),
        lines(
            "Unreadable, last hour",
            "Values that do not follow the contracts, the last good one is kept; any at all mean that parts "
            "of different versions run.",
            gateway.UNREADABLE,
            width=12,
        ),
    ),
)

PROCESS = Row(
    "Processes",
    (
        lines(
            "Processes of a port",
            "How many are wanted, alive and ready where several share a port; alive below wanted is one that "
            "ended: see its log.",
            gateway.PROCESSES,
            width=12,
        ),
        lines(
            "Memory",
            "Memory of each gateway's processes; near its container's limit it will be killed: fewer live "
            "clients, or more memory.",
            gateway.RESIDENT,
            width=12,
        ),
    ),
)

BOARD = Board(
    uid="city-gateway",
    title="City: gateway",
    description="What the gateway answers, how soon, to whom, and out of what.",
    rows=(REQUESTS, CLIENTS, SOURCES, PROCESS),
    choices=(Choice("route", "city_gateway_requests_total"),),
)
