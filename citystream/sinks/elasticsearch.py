"""The search index: deterministic ids, external versions, newest per document in bulk."""

from typing import TYPE_CHECKING, Any

from citystream.contracts import indices
from citystream.contracts.event_time import rfc3339
from citystream.fold.updates import Update
from citystream.servers.connections import elasticsearch_client
from citystream.service import Latest, Windows
from citystream.settings import Settings
from citystream.sinks.buffered import BufferedSink

if TYPE_CHECKING:
    from elasticsearch import AsyncElasticsearch

CONFLICT = 409
# Of a user who may write and no more: the server answers.
FORBIDDEN = [401, 403]
# A server that is busy or broken says one of these; anything else below 500 is the document's fault.
RETRY = frozenset({429, *range(500, 600)})

TEMPLATE_PRIORITY = 100


class NotTakenError(Exception):
    """Elasticsearch took some documents and not others."""


class ElasticsearchSink(BufferedSink):
    """Indexes windows and things."""

    name = library = "elasticsearch"
    batch = 1_000
    ask_every_s = 5.0

    def __init__(self, settings: Settings, service: str) -> None:
        super().__init__(settings.sink_pending, max(settings.sink_timeout_s, 5.0))
        self._namespace = settings.namespace
        self._service = service
        self._settings = settings
        self._made: AsyncElasticsearch | None = None
        self._prepared = False
        self.refused = 0
        """Documents that the index would never take."""

    async def check_alive(self) -> None:
        # A server that takes nothing may answer still: what waits is written, and tells.
        if not self.waiting:
            await super().check_alive()

    async def ask(self) -> None:
        await self.client.options(ignore_status=FORBIDDEN).info()

    async def close(self) -> None:
        if self._made:
            await self._made.close()

    @property
    def client(self) -> "AsyncElasticsearch":
        """Made when it is first asked for."""
        if self._made is None:
            self._made = elasticsearch_client(self._settings)
        return self._made

    async def write(self, updates: list[Update]) -> None:
        if not self._prepared:
            await self._prepare()
        operations: list[dict[str, Any]] = []
        for update in updates:
            operations += (self._action(update), self._document(update))
        answer = await self.client.bulk(operations=operations)
        if not answer["errors"]:
            return
        retry = 0
        for item in answer["items"]:
            status = item["index"]["status"]
            if status in RETRY:
                retry += 1
            elif status >= 400 and status != CONFLICT:
                self.refused += 1
        if retry:
            raise NotTakenError(f"{retry} of {len(updates)} documents")

    async def _prepare(self) -> None:
        """Strings as keywords, `location` as a point, for every index of this type."""
        await self.client.indices.put_index_template(
            name=f"{self._namespace}-{self._service}",
            index_patterns=[f"{self._namespace}-{self._service}-*"],
            priority=TEMPLATE_PRIORITY,
            template={
                "mappings": {
                    "dynamic_templates": [
                        {"text": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}
                    ],
                    "properties": {
                        "location": {"type": "geo_point"},
                        "window_start": {"type": "date"},
                        "window_end": {"type": "date"},
                        "timestamp": {"type": "date"},
                    },
                }
            },
        )
        self._prepared = True

    def _action(self, update: Update) -> dict[str, Any]:
        view = update.view
        if isinstance(view, Windows):
            index = indices.windows(self._namespace, self._service, view.name, update.start_s)
            id_ = indices.window_id(update.key, update.start_s, update.generation, update.partition)
            version = indices.window_doc_version(update.offset)
        elif isinstance(view, Latest):
            index = indices.states(self._namespace, self._service, view.name)
            id_, version = update.key, indices.latest_doc_version(update.time_ms, update.offset)
        else:
            index = indices.states(self._namespace, self._service, view.name)
            id_ = indices.window_id(update.key, 0, update.generation, update.partition)
            version = indices.window_doc_version(update.offset)
        return {"index": {"_index": index, "_id": id_, "version": version, "version_type": "external_gte"}}

    def _document(self, update: Update) -> dict[str, Any]:
        document = update.document()
        document |= {"key": update.key, "partition": update.partition, "timestamp": rfc3339(update.time_ms)}
        if isinstance(update.view, Windows):
            document["window_start"] = rfc3339(update.start_s * 1000)
            document["window_end"] = rfc3339((update.start_s + update.window_s) * 1000)
        if update.place:
            document["location"] = {"lon": update.place[0], "lat": update.place[1]}
        return document
