"""The log over the ledger: what the ledger once said, it said for ever, and everybody can check that.

No Django here: edge, worker and command line share it.
"""
