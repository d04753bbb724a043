"""The evidence file of one request, for a regulator: what was asked, by which clock, and what became of it.

It names nobody: systems, counts of rows, times, and which member of staff decided. Signed with the
deployment's key under a type of its own, so that it passes for nothing else.
"""

import json
from datetime import datetime
from typing import Any

from sayso.consent import receipts
from sayso.core.notice import Controller
from sayso.core.plan import plan_json
from sayso.core.request import CLOSED
from sayso.core.values import canonical, utc_text
from sayso.deployment import env
from sayso.fulfilment.queries import DeliveryView
from sayso.messages import queries as letters
from sayso.notices import queries as notices
from sayso.rights.models import Sent
from sayso.rights.queries import RequestView

TYPE = "sayso-evidence+jws"


def _at(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None


def _controller() -> dict[str, str]:
    brands = notices.brands()
    found: Controller | None = notices.current(brands[0]).notice.controller if brands else None
    if found is None:
        return {}
    return {"name": found.name, "address": found.address, "country": found.country, "email": found.email}


def _clock(view: RequestView) -> dict[str, Any]:
    end = view.closed_at
    return {
        "received_at": _at(view.received_at),
        "due_before": _at(view.due_at),
        "closed_at": _at(end),
        "in_time": end < view.due_at if end else None,
        "law": view.law,
        "law_source": view.law_source,
        "region": view.rules.region,
        "region_known_by": view.rules.by,
        "rows_passed_over": list(view.warnings),
    }


def _approval(view: RequestView) -> dict[str, Any] | None:
    found = view.approval
    if found is None:
        return None
    return {
        "proposed_by": found.proposed_by or "the person herself",
        "proposed_at": _at(found.proposed_at),
        "decided_by": found.decided_by or None,
        "decided_at": _at(found.decided_at),
        "approved": found.approved,
        "why_not": found.why or None,
    }


def _step(step: DeliveryView) -> dict[str, Any]:
    return {
        "number": step.key,
        "system": step.system,
        "instruction": step.instruction,
        "stage": step.stage,
        "state": step.state,
        "recorded_at": _at(step.recorded_at),
        "done_at": _at(step.done_at),
        "acknowledged_at": _at(step.acknowledged_at),
        "seconds": step.seconds,
        "attempts": step.attempts,
        "evidence": dict(step.evidence),
        "error": step.error or None,
    }


def _letters(request: str) -> list[dict[str, Any]]:
    listed = []
    for row in Sent.objects.filter(request=request).order_by("at", "id"):
        state = letters.letter(row.letter)
        listed.append(
            {
                "letter": row.template,
                "written_at": _at(row.at),
                "state": state.state if state else "forgotten",
                "sent_at": _at(state.sent_at) if state else None,
            }
        )
    return listed


def content(view: RequestView, name: str, now: datetime) -> dict[str, Any]:
    """Give everything that can be shown of one request without naming its person."""
    shown = view.proof_at
    proof = {"level": view.proof_level, "shown_at": _at(shown)} if view.proof_level else None
    return {
        "type": "sayso-evidence",
        "made_at": utc_text(now),
        "made_by": f"{name}, privacy officer",
        "deployment": env.text("SAYSO_WEB_ADDRESS"),
        "controller": _controller(),
        "request": {
            "number": view.id,
            "kind": view.kind,
            "state": view.state,
            "open": view.state not in CLOSED,
        },
        "clock": _clock(view),
        "proof_of_identity": proof,
        "four_eyes": _approval(view),
        "plan": {"version": view.plan_version, **plan_json(view.plan)} if view.plan else None,
        "deliveries": [_step(step) for step in view.steps if step.instruction != "verify"],
        "read_backs": [_step(step) for step in view.steps if step.instruction == "verify"],
        "letters": _letters(view.id),
    }


def signed_file(said: dict[str, Any]) -> bytes:
    """Give the file: what people read beside the signed text of exactly that."""
    token = receipts.sign_payload(canonical(said), TYPE)
    file = {"typ": "sayso-evidence", "content": said, "evidence": token}
    return (json.dumps(file, ensure_ascii=False, indent=1) + "\n").encode()
