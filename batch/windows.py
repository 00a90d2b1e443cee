"""windows: the services' own windows of a day, folded from its compacted events.

compacted events of an hour -> the service's `add` -> states by key and window -> S3
"""

from collections import defaultdict
from collections.abc import Mapping

from batch.folding import Hour, fold_hour
from batch.run import Result
from batch.session import Session
from batch.workers import as_done
from citystream.contracts.manifest import BatchView, Compacted, Stored, windows_view


async def windows(session: Session, version: str, compacted: Mapping[str, Compacted]) -> Result:
    """Write the windows of a day's compacted events; nobody reads them until a manifest names them.

    Raises:
        OSError: S3 does not answer.
    """
    # A type whose service is no longer installed keeps the views that it has.
    known = {type_: whole for type_, whole in compacted.items() if type_ in session.services}
    hours = [
        Hour(type_, events, version)
        for type_, whole in known.items()
        for events in whole.objects
        if session.services[type_].windows
    ]
    stored: dict[str, list[Stored]] = defaultdict(list)
    step = session.progress.step("windows: hours folded", len(hours))
    async for _, made in as_done(session.pool, fold_hour, hours):
        for view, one in made.items():
            stored[view].append(one)
        step.advance()
    step.finish()
    views = {}
    for type_, whole in known.items():
        for window in session.services[type_].windows:
            name = windows_view(type_, window.name)
            objects = sorted(stored[name], key=lambda each: each.hour_ms)
            views[name] = BatchView(
                version=version,
                made_from={type_: whole.version},
                objects=objects,
                rows=sum(each.rows for each in objects),
                reasons=whole.reasons,
            )
    return Result(views)
