"""Who asks, and from where the answer comes: the replica at once, or the database on the reader's thread."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from sayso.core.errors import Unavailable
from sayso.core.values import read_json
from sayso.decisions.replica import Replica
from sayso.decisions.replicas import Replicas
from sayso.edge import copying, deciding, service
from sayso.edge.copying import Follower, View
from sayso.edge.deciding import DECIDING, Key, KnownKeys, OwnWrites
from sayso.uses.counting import Counter

Read = Callable[[Callable[[], Any]], Awaitable[Any]]  # runs a query on the reader's thread
COPYING = "replica"


class Decider:
    """Answers questions, and hands out copies of the replica. `read` runs a query on the reader's thread."""

    def __init__(self, replicas: Replicas, read: Read, uses: Counter) -> None:
        self._replicas, self._read, self._uses = replicas, read, uses
        self._keys, self.own = KnownKeys(), OwnWrites()
        self._latest = service.now()

    async def _key(self, authorization: str, *scopes: str) -> Key:
        key = self._keys.get(authorization)
        if key is None:
            key = await self._read(lambda: deciding.look_up(service.database(), authorization))
            self._keys.keep(authorization, key)
        key.need(*scopes)
        return key

    async def brand(self, authorization: str, *scopes: str) -> str:
        """Give the brand that a key with one of these scopes speaks for. Raises `Unproved` and `Forbidden`."""
        return (await self._key(authorization, *scopes)).brand

    async def decide(self, authorization: str, raw: bytes) -> bytes:
        """Answer a request in JSON. Raises `Unproved`, `Forbidden`, `Malformed` and `Invalid`."""
        key = await self._key(authorization, *DECIDING)
        request = deciding.read(read_json(raw))
        if request.explain:
            key.need("explain")
        # A time of day that is set back revives nothing: a later one, once seen, stays.
        self._latest = moment = max(self._latest, service.now())
        replica = self._replicas.of(key.brand)
        answered = None
        if replica and not request.explain and not self.own.outrun(request, replica.seq):
            answered = deciding.from_replica(replica, request, moment)
        if answered is None:
            ask = partial(deciding.from_database, brand=key.brand, request=request, now=moment)
            answered = await self._read(lambda: ask(service.database()))
        if not request.explain:  # which looks at a decision, and uses nothing
            for asked, said in zip(request.people, answered, strict=True):
                if said.used:
                    self._uses.count(key.brand, key.hash, asked.names, said.used)
        return deciding.reply(key, request, answered)

    async def _replica(self, authorization: str) -> Replica:
        key = await self._key(authorization, COPYING)
        replica = self._replicas.of(key.brand)
        if replica is None:
            raise Unavailable(
                "replica_loading", "The decisions are still being read.", "Ask again in a second."
            )
        return replica

    async def head(self, authorization: str, query: bytes) -> Mapping[str, Any]:
        """Give what a copy must know before its first row."""
        return View(await self._replica(authorization), copying.read_query(query)).head()

    async def rows(self, authorization: str, query: bytes) -> Mapping[str, Any]:
        """Give a page of rows."""
        view = View(await self._replica(authorization), copying.read_query(query))
        told: Mapping[str, Any] = await self._read(lambda: view.rows(copying.read_query(query)))
        return told

    async def follower(self, authorization: str, query: bytes) -> Follower:
        """Let a copy follow from where it is."""
        read = copying.read_query(query)
        return Follower(View(await self._replica(authorization), read), read)

    async def may_copy(self, authorization: str) -> None:
        """Make sure that a key may still copy. Raises `Unproved` and `Forbidden`."""
        await self._key(authorization, COPYING)

    async def lease(self, authorization: str, query: bytes) -> Mapping[str, Any]:
        """Answer a poll from the database as it is after the poll came."""
        key, read = await self._key(authorization, COPYING), copying.read_query(query)
        told: Mapping[str, Any] = await self._read(lambda: copying.lease(service.database(), key.brand, read))
        return told
