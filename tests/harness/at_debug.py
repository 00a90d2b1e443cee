"""A service's command whose workers log all there is: `python -m tests.harness.at_debug gps worker`.

But for aiokafka, which prints what it fetches: a source topic, as it was sent.
"""

import logging
import sys

from citystream import worker
from citystream.commands.service import command_line
from citystream.logs.forms import Form
from citystream.logs.setup import configure_logging
from tests.services.descriptions import SERVICES


def log_it_all(form: Form, process: str, role: str | None = None) -> None:
    """As a worker sets its log up, with every line of every logger."""
    configure_logging(form, process, role)
    for handler in logging.getLogger().handlers:
        handler.filters.clear()
    for name in (None, "citystream", "citystream.state.table"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("aiokafka").setLevel(logging.INFO)


vars(worker)["configure_logging"] = log_it_all

if __name__ == "__main__":
    command_line(SERVICES[sys.argv.pop(1)])()
