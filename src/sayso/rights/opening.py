"""Open a request: its clock, its key, the secret of its link."""

import json
import secrets as random
from datetime import datetime
from typing import Any

from sayso.core.clock import Rules, clock_for, rules_that_apply
from sayso.core.errors import NotFound, Unproved
from sayso.core.request import KINDS, Proof, RequestKind, RequestState, move
from sayso.core.values import new_id
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.notices import queries as notices
from sayso.rights import deadlines, person
from sayso.rights.models import RightsRequest, key_of


def market() -> str:
    """Give the market of the first site, whose rules apply when nothing better is known."""
    sites = [site for brand in notices.brands() for site in notices.sites(brand)]
    return sites[0].market if sites else ""


def rules_of(account: str, market: str) -> Rules:
    """Say whose rules apply to an account."""
    declared, delivery = identity.regions_of(account)
    return rules_that_apply(declared, delivery, market)


def need_proof(kind: RequestKind, proof: Proof | None, now: datetime) -> Proof | None:
    """Make sure that a fresh proof is there where the kind of request needs one.

    Raises `Unproved` with code `proof_needed`.
    """
    if KINDS[kind].fresh_proof and (proof is None or not proof.is_fresh(now)):
        remedy = "Show once more that it is you."
        raise Unproved("proof_needed", "Handing out or deleting data needs a fresh proof.", remedy)
    return proof


def proved(proof: Proof | None) -> dict[str, Any]:
    """Give what a request keeps of a proof: a reference to it, how strong it was, and when."""
    if proof is None:
        return {}
    return {"proof": proof.reference, "proof_level": proof.level, "proof_at": proof.at}


def _covered(account: str) -> dict[str, Any]:
    """Give everybody and everything a request of this account covers now."""
    return {
        "email": identity.address_of(account),
        "subjects": person.subjects_of(account),
        "identifiers": [[each.kind, each.value] for each in person.identifiers_of(account)],
    }


def open_request(
    kind: RequestKind, state: RequestState, account: str, locale: str, now: datetime, **more: Any
) -> RightsRequest:
    """Write a request with its clock and seal what it needs under a key of its own."""
    rules = rules_of(account, market())
    clock = clock_for(rules.region, KINDS[kind].topic, now, deadlines.table())
    request, secret = new_id(), random.token_urlsafe(32)
    held = {"link": secret, **_covered(account)}
    return RightsRequest.objects.create(
        id=request,
        kind=kind,
        state=move(RequestState.RECEIVED, state),
        account=account,
        received_at=now,
        due_at=clock.due_at,
        law=f"{clock.deadline.place}: {clock.deadline.law}",
        law_source=clock.deadline.source,
        region=rules.region,
        rules_by=rules.by,
        warnings=list(clock.warnings),
        locale=locale,
        link_hash=keys.secret_hash(secret),
        sealed=keys.seal(key_of(request), json.dumps(held).encode()),
        **more,
    )


def held_of(row: RightsRequest) -> dict[str, Any]:
    """Read what was sealed for a request. Raises `NotFound` once its key is gone."""
    if row.sealed is None:
        raise NotFound("key_destroyed", "What this request held is gone.", "Nothing: it was erased.")
    read: dict[str, Any] = json.loads(keys.unseal(key_of(row.id), row.sealed))
    return read


def refreshed(row: RightsRequest) -> dict[str, Any]:
    """Give what a request holds, with everybody and everything it would cover now."""
    return {**held_of(row), **_covered(row.account)}


def seal(row: RightsRequest, held: dict[str, Any]) -> None:
    """Seal what a request holds anew."""
    row.sealed = keys.seal(key_of(row.id), json.dumps(held).encode())


def mine(request: str, account: str) -> RightsRequest:
    """Give a request of this account. Raises `NotFound` alike when it is another's or none."""
    row = RightsRequest.objects.filter(id=request).first()
    if row is None or not account or row.account != account:
        raise NotFound("unknown_request", "There is no such request.", "Look at your list of requests.")
    return row
