"""Tables of the ledger and its log. `ledger.py` and `log/` write them, in plain SQL; the ORM only reads.

In clear in an event stand its number, brand, notice version, answers, times and leaf hash; everything else
is sealed under the subject's key. No network address, no user agent, ever.
"""

from django.db import models


class Event(models.Model):
    """One act of answering. Append-only."""

    seq = models.BigIntegerField(primary_key=True)
    subject = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    event = models.CharField(max_length=36)
    version = models.CharField(max_length=71)
    answers = models.TextField()  # JSON: choice → what was said
    outcome = models.TextField()  # JSON: choice → what it came to
    recorded_at = models.CharField(max_length=27)
    body_hash = models.CharField(max_length=64)
    leaf_hash = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)  # salted hash of what is sealed, and of whose it is
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "event"], name="event_once")]


class Standing(models.Model):
    """What the events add up to: a projection that can be rebuilt.

    `held` and `guardian_held` say where each choice stands, as `core.editions` writes it; `shown` is the number
    of the version answered on last.
    """

    pk = models.CompositePrimaryKey("subject", "brand")
    subject = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    rev = models.BigIntegerField()
    shown = models.IntegerField(default=0)
    held = models.TextField(blank=True)
    restricted = models.IntegerField(default=0)
    erasing = models.IntegerField(default=0)
    gpc = models.BigIntegerField(default=0)  # the revision at which the signal came
    band = models.CharField(max_length=8, blank=True, default="")
    guardian_held = models.TextField(blank=True, default="")
    guardian_method = models.CharField(max_length=20, blank=True, default="")
    pattern = models.BigIntegerField(default=0)
    valid_until = models.CharField(max_length=27, blank=True)


class Pattern(models.Model):
    """How those who stand alike stand, under one version. Derived from standings; read by searches and reports.

    `states` is JSON: by whom (`own`, `guardian`), choice → status as it was said, however old it is.
    """

    id = models.BigIntegerField(primary_key=True)  # made of its content
    brand = models.CharField(max_length=40)
    version = models.CharField(max_length=71)
    states = models.TextField()


class Permit(models.Model):
    """One choice that a pattern permits under its own version, until the standing's `valid_until`."""

    pk = models.CompositePrimaryKey("pattern", "choice")
    pattern = models.BigIntegerField()
    choice = models.CharField(max_length=200)


class Carried(models.Model):
    """One choice whose answer under one version holds under the version in force too.

    `stopped_by` names the scopes of Blocks that stop it, each between spaces.
    """

    pk = models.CompositePrimaryKey("version", "current", "choice")
    brand = models.CharField(max_length=40)
    version = models.CharField(max_length=71)
    current = models.CharField(max_length=71)
    choice = models.CharField(max_length=200)
    stopped_by = models.CharField(max_length=60, blank=True)


class Walk(models.Model):
    """How far the run that gives standings their pattern under the version in force has come."""

    brand = models.CharField(max_length=40, primary_key=True)
    current = models.CharField(max_length=71)
    subject = models.CharField(max_length=36, blank=True)  # the last one looked at
    ended_at = models.CharField(max_length=27, blank=True)


class Block(models.Model):
    """A refusal of whoever has an identifier, which nobody proved: it binds every brand of the controller.

    A keyed hash and nothing more: it is kept when everything else of a person is erased, as suppressions are.
    """

    kind = models.CharField(max_length=12)
    lookup = models.CharField(max_length=64)
    scope = models.CharField(max_length=12)
    since = models.CharField(max_length=27)  # UTC, as core.values.utc_text writes it
    source = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "lookup", "scope"], name="block_once")]


class Evidence(models.Model):
    """An event of somebody who was erased: what must still be proved, findable by nobody but two officers."""

    seq = models.BigIntegerField(primary_key=True)
    number = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    version = models.CharField(max_length=71)
    answers = models.TextField()
    outcome = models.TextField()
    recorded_at = models.CharField(max_length=27)
    leaf_hash = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    basis = models.CharField(max_length=120)
    keep_until = models.CharField(max_length=27)


class EvidenceName(models.Model):
    """What evidence is found by: a keyed hash of an identifier its person had proved, under a key of its own."""

    pk = models.CompositePrimaryKey("number", "found_by")
    number = models.CharField(max_length=36)
    found_by = models.CharField(max_length=64, db_index=True)


class Tombstone(models.Model):
    """Why entries of the log have no answer any more: an erasure, or the end of their retention."""

    seq = models.BigIntegerField(primary_key=True)
    why = models.CharField(max_length=20)
    covers = models.TextField()  # JSON: [number, leaf hash] of each entry it excuses
    at = models.CharField(max_length=27)
    keep_until = models.CharField(max_length=27, blank=True)
    leaf_hash = models.CharField(max_length=64)


class Leaf(models.Model):
    """An entry's place in the log. Places follow the numbers of the ledger, without gaps."""

    position = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField(unique=True)
    leaf_hash = models.CharField(max_length=64)


class Node(models.Model):
    """A complete subtree of the log's tree, above the leaves. It never changes."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.IntegerField()
    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)


class Checkpoint(models.Model):
    """What the log keeper signed at one size: one root, for ever; the note is signed afresh while it lasts."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    origin = models.CharField(max_length=200)
    note = models.TextField()
    first = models.TextField(blank=True, default="")  # the note as it was signed first: the earliest time
    signed_at = models.CharField(max_length=27)


class Cosignature(models.Model):
    """What a witness signed of one size, the first time it did."""

    pk = models.CompositePrimaryKey("size", "key")
    size = models.BigIntegerField()
    key = models.CharField(max_length=300)  # the witness's, as C2SP writes it
    line = models.TextField()
    at = models.CharField(max_length=27)  # when the witness says it signed


class KeyNews(models.Model):
    """What became of one of the deployment's own signing keys: an entry of the log, and nothing about anybody."""

    seq = models.BigIntegerField(primary_key=True)
    act = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    public = models.CharField(max_length=43)  # base64url of its 32 bytes
    since = models.CharField(max_length=27)
    at = models.CharField(max_length=27)
    leaf_hash = models.CharField(max_length=64)


class ImportRun(models.Model):
    """How far the import of an older system's file has come: numbers only, and nobody's data.

    Written in the transaction of the answers it counts, so that a killed import goes on exactly there.
    """

    run = models.CharField(max_length=71, primary_key=True)  # hash of the file, the mapping and the mode
    brand = models.CharField(max_length=40)
    system = models.CharField(max_length=40)
    line = models.BigIntegerField(default=0)  # the last line that is done
    counts = models.JSONField(default=dict)
    started_at = models.CharField(max_length=27)
    finished_at = models.CharField(max_length=27, blank=True, default="")
