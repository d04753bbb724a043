"""A guardian by e-mail and a further step: a letter answered from a proved mailbox, then a later letter's code.

16 CFR 312.5(b)(2)(vi). It is enough for the brand's own use and never for passing a child's data on:
`core.guardian.METHODS` says so, and the gate asks there.
"""
