"""Why a goal was missed, for those that are: what a profile showed, and what stands in the way."""

from bench.goals import CHOICES, STORES

_TWO_CORES = "On two cores the load that is sent and the server that answers it share the machine."
_RECEIPT = (
    "Nine tenths of an answer are Python, and a tenth and more is the signature over a receipt of 9 kB: reading, "
    "folding, sealing, the log's leaf, the journal of noes and the signed receipt come to half a millisecond. The "
    "figure hoped for had a receipt of some hundred bytes and no journal."
)

REASONS: dict[str, str] = {
    **{f"answers-{store}-rate": _RECEIPT for store in STORES},
    **{f"answers-{store}-p99": f"128 connections wait for one writer. {_RECEIPT}" for store in STORES},
    **{f"decision-{choices}-rate": "" for choices in CHOICES},
}
