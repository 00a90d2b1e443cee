"""The handlers of a process's log lines, which all go to stderr."""

import logging
import sys
import threading
from dataclasses import dataclass
from typing import Any

from citystream.logs import level
from citystream.logs.forms import Form, JsonForm, TextForm
from citystream.logs.repeats import RepeatFilter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Own:
    """This process's."""

    form: Form
    formatter: logging.Formatter
    json: JsonForm


_own: _Own | None = None


def configure_logging(form: Form, process: str, role: str | None = None) -> None:
    """Lines to stderr, with what is repeated thinned; SIGUSR1 has our own say more.

    `process` and `role` are told in each line of JSON. In that form what Python itself would print, of
    exceptions and warnings, becomes a line too.
    """
    global _own
    as_json = JsonForm(process, role)
    _own = _Own(form, as_json if form == "json" else TextForm(), as_json)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_own.formatter)
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    level.use(debug=False)
    # Mode logs a table's life under the name of its class's module, which is ours.
    logging.getLogger("citystream.state.table").setLevel(logging.WARNING)
    level.by_signal()
    if form == "json":
        _take_what_python_prints()


def is_json() -> bool:
    """Whether this process's lines are JSON."""
    return _own is not None and _own.form == "json"


def on_terminal() -> bool:
    """Whether a person watches stderr, so that it may show more than lines."""
    return sys.stderr.isatty() and not is_json()


def say(line: str) -> None:
    """What a command tells who called it, on stderr: as it is, or as a line of JSON."""
    if is_json():
        log.info("%s", line)
    else:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def for_collectors(logger: logging.Logger) -> None:
    """Write a logger's lines as JSON whatever the form, and every one of them."""
    if _own is None:
        raise RuntimeError("logging is not configured")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_own.json)
    logger.addHandler(handler)
    logger.propagate = False


def write_past_locks(logger: str, message: str) -> None:
    """An ERROR line by a thread that must wait for none: another one may hold a handler's lock for ever."""
    record = logging.LogRecord(logger, logging.ERROR, "", 0, message, (), None)
    sys.stderr.write(f"{_own.formatter.format(record) if _own else message}\n")
    sys.stderr.flush()


def _take_what_python_prints() -> None:
    logging.captureWarnings(True)
    sys.excepthook = _on_uncaught
    threading.excepthook = _on_uncaught_in_thread
    sys.unraisablehook = _on_unraisable


def _on_uncaught(kind: Any, error: Any, trace: Any) -> None:
    log.critical("uncaught exception: %r", error, exc_info=(kind, error, trace))


def _on_uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is not SystemExit:
        _on_uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _on_unraisable(told: "sys.UnraisableHookArgs") -> None:
    caught = (told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback)
    log.error("%s: %r", told.err_msg or "exception ignored in", told.object, exc_info=caught)
