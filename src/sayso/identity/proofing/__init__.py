"""How somebody shows who they are: one folder per method, one table of proofs."""
