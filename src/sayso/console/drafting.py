"""Versions of the notice as staff read them: what is proposed, whom it touches, what became of the telling."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sayso.changes import queries as changes
from sayso.changes.queries import Report
from sayso.core import small
from sayso.core.change import compare
from sayso.core.change_answer import Way
from sayso.core.change_reading import Told, read_change
from sayso.core.errors import SaysoError
from sayso.core.layout import locale_for
from sayso.core.notice_lint import Finding, Warned, lint
from sayso.core.proposal import ProposalKind, ProposalState
from sayso.identity import queries as identity
from sayso.inventory import queries as inventory
from sayso.inventory.queries import Proposal
from sayso.notices import queries as notices
from sayso.notices.queries import Draft, Publication

Words = str | Promise
STATE: dict[ProposalState, tuple[Words, str]] = {
    ProposalState.PROPOSED: (_("waits for a second person"), "open"),
    ProposalState.APPROVED: (_("published"), "yes"),
    ProposalState.DECLINED: (_("declined"), "no"),
}
FINDING: dict[Warned, Words] = {
    Warned.MANY_PURPOSES: _("More purposes than a person will read"),
    Warned.MANY_CHOICES: _("More choices than a person will answer"),
    Warned.RENAMED_RECIPIENT: _(
        "A company under another name: if it is another company, give it another id, so that people are asked"
    ),
    Warned.NO_KEEPING: _(
        "This widens a use itself, so nobody can keep it as today and it rests for everybody until they answer:"
        " put what is new into a choice of its own"
    ),
    Warned.NOT_ASKED_ANY_MORE: _(
        "This is no longer asked: a no said before keeps blocking, and everybody is told"
    ),
}
SAID: dict[Way, Words] = {
    Way.KEEP: _("keep as today"),
    Way.ALLOW: _("allow what is new"),
    Way.STOP: _("stop the use"),
    Way.STOP_SHARING: _("stop passing it on"),
    Way.STOP_SELLING: _("stop selling it"),
}
REFUSAL: dict[str, Words] = {
    "already_decided": _("This proposal was decided already. Read it again."),
    "draft_outdated": _("Another version was published since: this one has to be proposed anew."),
    "own_proposal": _("Nobody decides their own proposal. Ask a colleague to decide it."),
    "reason_missing": _("A no needs its reason. Say why, in a sentence."),
}
TONE = {"widened": "open", "added": "open", "narrowed": "yes", "removed": "yes", "reworded": "told"}


@dataclass(frozen=True, slots=True)
class Counted:
    """A count as it may be shown: with `few` it is fewer than five, and `n` is nought."""

    n: int
    few: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One difference; `touched` is None once it was decided."""

    told: Told
    tone: str
    touched: Counted | None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One thing to think about before publishing."""

    says: Words
    place: str


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposed version in the list."""

    id: str
    by: str
    at: datetime
    says: Words
    tone: str
    reason: str
    version: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A proposed version with everything a second person needs to decide."""

    proposal: ShownProposal
    changes: tuple[ShownChange, ...]
    findings: tuple[ShownFinding, ...]
    told: Counted | None
    complete: bool
    outdated: bool
    is_first: bool
    waits: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Published:
    """A publication and what became of the telling; no report where nobody had to be told."""

    publication: Publication
    report: Report | None
    said: tuple[tuple[Words, int], ...]


def _name(person: int) -> str:
    found = identity.staff_of(person)
    return found.name if found else f"#{person}"


def _proposal(one: Proposal) -> ShownProposal:
    says, tone = STATE[one.state]
    by, version = _name(one.proposed_by), str(one.payload["version"])
    return ShownProposal(one.id, by, one.proposed_at, says, tone, one.reason, version)


def refusal(error: SaysoError | None) -> Words:
    """Say in the page's language why nothing was done; a fault in a file is named as its developer reads it."""
    return REFUSAL.get(error.code, f"{error.detail} {error.remedy}") if error else ""


def proposals() -> list[ShownProposal]:
    """List what was proposed, newest first."""
    return [_proposal(one) for one in inventory.proposals(ProposalKind.PUBLISH_NOTICE)]


def published(brand: str) -> list[Published]:
    """List the publications, newest first, each with what became of its telling."""
    shown = []
    for each in notices.publications(brand):
        report = changes.report(each.version)
        said = report.said if report else {}
        ways = tuple((SAID[way], said[way]) for way in Way if way in said)
        shown.append(Published(each, report, ways))
    return shown


def _findings(found: list[Finding]) -> tuple[ShownFinding, ...]:
    return tuple(ShownFinding(FINDING[each.code], each.place) for each in found)


def _counted(people: int) -> Counted:
    shown = small.told(people)
    return Counted(shown or 0, shown is None)


def _draft(one: Proposal) -> Draft:
    return notices.draft(str(one.payload["draft"]))


def preview(number: str, reader: int, language: str, now: datetime) -> Preview:
    """Give one proposed version as somebody of the staff reads it, people touched counted while it waits.

    Raises `NotFound` with code `unknown_proposal` or `unknown_draft`.
    """
    one = inventory.proposal(number, ProposalKind.PUBLISH_NOTICE)
    draft, waits = _draft(one), one.state is ProposalState.PROPOSED
    before = draft.before
    found = compare(before.notice, draft.notice) if before else []
    counted = changes.touched_by(found, before, now) if before and waits else None
    locale = locale_for(draft.notice, language)
    shown = tuple(
        ShownChange(
            read_change(each, locale),
            TONE[each.kind],
            _counted(counted.by_change[each.id]) if counted else None,
        )
        for each in found
    )
    return Preview(
        proposal=_proposal(one),
        changes=shown,
        findings=_findings(lint(draft.notice, before.notice if before else None)),
        told=_counted(counted.told) if counted else None,
        complete=counted.complete if counted else True,
        outdated=draft.outdated and waits,
        is_first=before is None,
        waits=waits,
        own=one.proposed_by == reader,
    )
