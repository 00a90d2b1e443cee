"""A day's manifest in words."""

from collections.abc import Iterable

from citystream.contracts import s3_paths
from citystream.contracts.daily_view import batch_view
from citystream.contracts.daily_views import DAILY
from citystream.contracts.manifest import Compacted, Manifest, Stored
from citystream.contracts.quality import REPORT
from citystream.settings import Settings

OF_ONE_OBJECT = frozenset({REPORT, *(batch_view(view) for view in DAILY.values())})


def report(manifest: Manifest) -> str:
    """A line a type, and why it is not complete."""
    lines = [f"{manifest.date} ({manifest.timezone})"]
    for type_, one in manifest.compacted.items():
        lines.append(f"  {type_:10} {_counts(one)}: {'incomplete' if one.reasons else 'complete'}")
        lines += [f"             {reason}" for reason in one.reasons]
    for name, view in manifest.views.items():
        lines.append(f"  {name:24} {view.rows:,} rows")
        # Of others its events' reasons stand above.
        lines += [f"{' ' * 27}{reason}" for reason in view.reasons if not view.objects]
    for name, job in manifest.jobs.items():
        failed = f", {job.checks_failed} checks failed" if job.checks_failed else ""
        lines.append(f"  {name:24} {job.rows:,} rows in {job.seconds:.1f} s{failed}")
    return "\n".join(lines)


def _counts(one: Compacted) -> str:
    counts = {
        "duplicates": one.duplicates,
        "records twice": one.repeated,
        "unreadable": _rows(one.unreadable),
        "stray": _rows(one.stray),
    }
    return ", ".join(
        [f"{one.rows:,} rows", *(f"{count:,} {name}" for name, count in counts.items() if count)]
    )


def _rows(objects: Iterable[Stored]) -> int:
    return sum(one.rows for one in objects)


def locations(manifest: Manifest, settings: Settings) -> list[tuple[str, str]]:
    """What there is of the day, and its one object, or a pattern that matches its objects and no others."""
    root = f"s3://{settings.s3_bucket}/"
    found = []
    for type_, one in manifest.compacted.items():
        prefix = s3_paths.version_prefix(s3_paths.compacted_prefix(settings.shared, type_), one.version)
        for name, folder, objects in (
            ("compacted", "", one.objects),
            (s3_paths.UNREADABLE, f"{s3_paths.UNREADABLE}/", one.unreadable),
            (s3_paths.STRAY, f"{s3_paths.STRAY}/", one.stray),
        ):
            if objects:
                found.append((f"{name}/{type_}", f"{root}{prefix}{folder}date=*/hour=*/*.parquet"))
    for name, view in manifest.views.items():
        if name in OF_ONE_OBJECT:
            found += [(f"views/{name}", f"{root}{one.key}") for one in view.objects]
        elif view.objects:
            prefix = s3_paths.version_prefix(s3_paths.view_prefix(settings.shared, name), view.version)
            found.append((f"views/{name}", f"{root}{prefix}date=*/hour=*/*.parquet"))
    return found
