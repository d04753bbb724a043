"""Be a witness of somebody else's log: sign each of its checkpoints that continues the last one signed.

It needs a folder of its own and the log's public address: no database, and no secret but its own key, which it
makes. A log that shows this witness another past, or less than before, gets no signature any more; what it
showed is kept as evidence.
"""

import json
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from sayso.cli.following import Public, Source, continues, signature_of
from sayso.cli.witness_home import Witness, alone_in, open_witness, write_whole
from sayso.consent.log import signing
from sayso.consent.log.checking import Finding
from sayso.core.checkpoint import Note, names, read_note, time_in
from sayso.core.errors import Invalid, SaysoError, Unavailable
from sayso.core.values import read_json, utc_text


@dataclass(frozen=True, slots=True)
class Refused:
    """A log showed what no log may show: it gets no signature any more."""

    finding: Finding
    evidence: Path


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look came to: the checkpoint with this witness's signature."""

    note: Note


def _keep_evidence(
    own: Witness, source: Source, before: Note, shown: Note, found: Finding, now: datetime
) -> Path:
    """Keep both checkpoints, each signed by the log itself, and the proof it offered between them."""
    sizes = before.checkpoint.size, shown.checkpoint.size
    offered = source.consistency(*sizes) if 0 < sizes[0] < sizes[1] else []
    file = own.evidence_file(before.checkpoint.origin)
    told = {
        "typ": "sayso-witness-evidence",
        "at": utc_text(now),
        "witness": own.verifier_key.text,
        "code": found.code,
        "detail": found.detail,
        "signed_before": before.text,
        "shown_now": shown.text,
        "proof_offered": [b64encode(one).decode() for one in offered],
    }
    write_whole(file, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return file


def _cosign(own: Witness, note: Note, pins: signing.Pins, before: Note | None, now: datetime) -> Note:
    """Sign a checkpoint, and leave of its other signatures those of the log itself."""
    earlier = [time_in(one) for one in (before.signatures if before else ()) if names(one, own.verifier_key)]
    seconds = max([int(now.timestamp()), *earlier])  # a clock set back takes nothing back
    of_log = [one for one in note.signatures if any(names(one, key) for key in pins.log)]
    return Note(note.checkpoint, note.body, (*of_log, signing.cosign(note.body, own.name, own.key, seconds)))


def look(own: Witness, source: Source, pins: signing.Pins, now: datetime) -> Looked | Refused:
    """Look at the log once; sign and remember its newest checkpoint when that continues the last one signed.

    A log that forked or went back is refused, now and ever after. Raises `Unavailable` (log_unreachable),
    `Malformed` (malformed_checkpoint) and `Invalid` (bad_checkpoint) when there is nothing to sign.
    """
    note = read_note(source.checkpoint())
    origin = note.checkpoint.origin
    for found in signature_of(signing.see(note, pins)):
        raise Invalid("bad_checkpoint", found.detail, "See that --keys holds this log's keys.")
    if refused := _refused_before(own, origin):
        return refused
    before = own.last(origin)
    if before is not None:
        if before.body == note.body:
            return Looked(before)
        for found in continues(source, before, note):
            return Refused(found, _keep_evidence(own, source, before, note, found, now))
    signed = _cosign(own, note, pins, before, now)
    write_whole(own.signed_file(origin), signed.text)
    return Looked(signed)


def _refused_before(own: Witness, origin: str) -> Refused | None:
    """Find what an earlier look refused: that is not forgiven by looking again."""
    file = own.evidence_file(origin)
    if not file.exists():
        return None
    told = read_json(file.read_bytes())
    return Refused(Finding(str(told.get("code")), f"{told.get('detail')} (seen {told.get('at')})"), file)


class _Work:
    """One witness following one log, and what it says meanwhile."""

    def __init__(self, own: Witness, log: Public, pins: signing.Pins) -> None:
        self._own, self._log, self._pins = own, log, pins
        self._posted = ""

    def once(self) -> int:
        looked = look(self._own, self._log, self._pins, datetime.now(UTC))
        if isinstance(looked, Refused):
            click.echo(f"REFUSED  {looked.finding.code}: {looked.finding.detail}", err=True)
            click.echo(f"         Nothing is signed any more. Evidence: {looked.evidence}", err=True)
            return 1
        return self._hand_over(looked)

    def _hand_over(self, looked: Looked) -> int:
        point, text = looked.note.checkpoint, looked.note.text
        if text == self._posted:
            return 0
        status = self._log.post(text)
        if status not in {200, 201}:
            detail = f"The log took no signature of this witness: {status}."
            raise Unavailable("not_taken", detail, "Ask the brand to name its key in SAYSO_WITNESSES.")
        self._posted = text
        click.echo(f"SIGNED   {point.origin}, {point.size} entries")
        return 0


def run(address: str | None, home: Path, name: str, pins: Path | None, once: bool, every: float) -> int:
    """Witness once, or until the log must be refused; give the exit code of `sayso witness`."""
    own = open_witness(home, name)
    click.echo(own.verifier_key.text, err=address is not None)
    if address is None:
        return 0
    if pins is None:
        remedy = "Fetch them once with `curl ADDRESS/keys`, compare them, and give them with --keys."
        raise Invalid("invalid_witness", "A witness needs the log's pinned keys.", remedy)
    work = _Work(own, Public(address), signing.read_pins(read_json(pins.read_bytes())))
    with alone_in(home):
        while True:
            code = _patiently(work, once)
            if code or once:
                return code
            time.sleep(every)


def _patiently(work: _Work, once: bool) -> int:
    """Look once; one who follows says what failed and goes on, since a network that fails proves nothing."""
    try:
        return work.once()
    except SaysoError as broken:
        if once:
            raise
        click.echo(f"sayso: {broken.detail} Remedy: {broken.remedy}", err=True)
        return 0
