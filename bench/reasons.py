"""Why a goal was missed, for each that is: what a profile showed, and what stands in the way."""

from bench.goals import CHOICES, STORES

_GATE = (
    "The goal came from a prototype that was asked by number. Asked by name about a million people, a call pays for a "
    "keyed hash of the name (0.9 µs), for keeping that hash (0.5 µs), a look into a dictionary that no cache holds "
    "(1 µs) and the count of uses that each person can read (0.4 µs); the rest is the clock, the table and the call."
)
_AGAINST = f"The peer is asked about 2 000 people again and again, ours about all of them. {_GATE}"
_RECEIPT = (
    "An answer takes half a millisecond of Python: a receipt of 9 kB that is signed (a fifth of it), the fold, the "
    "sealed evidence, the log's leaf and the journal of noes; the loop around it takes a fifth of a millisecond more. "
    "The prototype behind the goal signed some hundred bytes and kept no journal. Load, edge and database share two "
    "processors: two edges record no more than one."
)
_SERVER = (
    "The load is sent from the same two processors, and the server hands every request from one of its threads to "
    "another."
)

REASONS: dict[str, str] = {
    **{f"decision-{choices}-{what}": _GATE for choices in CHOICES for what in ("rate", "p99")},
    **{
        f"decision-{choices}-{peer}": _AGAINST
        for choices in CHOICES
        for peer in ("cedarpy", "redis", "postgresql")
    },
    "decision-http-single": (
        "In process a request takes 27 µs: the key, JSON, the hash of a name, the count of uses. A static reply takes "
        f"59 µs in all, so that the goal leaves 10. {_SERVER}"
    ),
    "decision-http-batch": (
        "In process a request of a hundred questions takes 51 µs, most of it to read their JSON; over HTTP it takes "
        f"160. {_SERVER}"
    ),
    "decision-shared-10m-rate": f"A look into LMDB takes 1.1 µs of a call, as one into a dictionary. {_GATE}",
    **{f"answers-{store}-rate": _RECEIPT for store in STORES},
    **{f"answers-{store}-p99": f"128 connections wait for one writer. {_RECEIPT}" for store in STORES},
    **{f"answers-{level}-pattern": _RECEIPT for level in ("8k", "100k", "1m")},
    "answers-8k-c15t": _RECEIPT,
    "answers-1m-c15t": _RECEIPT,
    "answers-flat-10m": (
        "Random names fall on pages of the indexes that nobody has touched since the last checkpoint, and PostgreSQL "
        "writes such a page whole into its log: by pg_stat_wal 2.4 pages and 21 kB an answer at ten million people, "
        "against 0.1 and 4 kB with none. As PostgreSQL is delivered, and with three indexes more, the ratio was 0.53."
    ),
    "cj-forget-p95": (
        "Measured before the ledger wrote in batches; a withdrawal goes through the outbox and a worker's round before "
        "the counts are made without it."
    ),
}
