"""What news comes to: stops, and tellings of recipients. Rows are written here; nothing goes out."""

from datetime import datetime

from sayso.consent import queries as consent
from sayso.core.choice import Choice, read_choice
from sayso.core.opt_out import Scope, covered
from sayso.core.values import new_id
from sayso.core.vocabulary import PERMITTING, Operation
from sayso.decisions import queries as decisions
from sayso.fulfilment.models import CANCELLED, WAITING, Delivery, Pairwise
from sayso.fulfilment.services import new_key
from sayso.fulfilment.steps import GATE, gate_subjects
from sayso.identity import queries as identity
from sayso.inventory import queries as inventory
from sayso.inventory.queries import System
from sayso.notices import queries as notices
from sayso.outbox.services import Handler, News

ADDED, REMOVED = "audience.member.added", "audience.member.removed"


def _write(
    system: str, instruction: str, brand: str, subject: str, choice: str, at: datetime, member: str = ""
) -> None:
    Delivery.objects.create(
        key=new_key(),
        brand=brand,
        system=system,
        instruction=instruction,
        choice=choice,
        subject=subject,
        member=member,
        state=WAITING,
        recorded_at=at,
        due_at=at,
    )


def _home(subject: str, at: datetime) -> str:
    """Give whose member a device's is: the account it was joined to, else its own."""
    link = identity.active_link(subject, at)
    return link.account if link and link.joined else subject


def _tellable(recipient: str, message: str) -> list[System]:
    return [
        system
        for system in inventory.systems_of_recipient(recipient)
        if message in system.config.get("tells", [])
    ]


def _permitted(choice: Choice, subject: str, brand: str, at: datetime) -> None:
    home = _home(subject, at)
    # What is given and stopped besides, by a signal or a Block, makes nobody a member.
    if not decisions.permitted(brand, gate_subjects(home, at), choice.id, at):
        return
    live = Pairwise.objects.filter(subject=home, recipient=choice.recipient, ended_at=None)
    for system in _tellable(choice.recipient, ADDED):
        if not live.exists():
            member = new_id()
            Pairwise.objects.create(subject=home, recipient=choice.recipient, member=member, since=at)
            _write(system.id, "audience.add", brand, home, choice.id, at, member)


def end_membership(row: Pairwise, brand: str, choice: str, at: datetime) -> None:
    """Have a recipient forget one member; what it was about to be told of it is taken back."""
    Pairwise.objects.filter(id=row.id).update(ended_at=at)
    Delivery.objects.filter(member=row.member, instruction="audience.add", state=WAITING).update(
        state=CANCELLED, due_at=None
    )
    for system in _tellable(row.recipient, REMOVED):
        _write(system.id, "audience.remove", brand, row.subject, choice, at, row.member)


def _not_permitted(choice: Choice, subject: str, brand: str, at: datetime) -> None:
    _write(GATE, "stop", brand, subject, choice.id, at)
    for system in inventory.all_systems():
        if choice.id in system.config.get("stops", []):
            _write(system.id, "stop", brand, subject, choice.id, at)
    if choice.operation is Operation.DISCLOSE:
        homes = {subject, _home(subject, at)}
        for row in Pairwise.objects.filter(subject__in=homes, recipient=choice.recipient, ended_at=None):
            end_membership(row, brand, choice.id, at)


def consent_changed(news: News) -> None:
    """Tell recipients of a new permission; stop everywhere what lost its permission."""
    brand, subject = news.payload["brand"], news.payload["subject"]
    for name, (old, new) in news.payload["changed"].items():
        choice = read_choice(name)
        if new in PERMITTING and old not in PERMITTING and choice.operation is Operation.DISCLOSE:
            _permitted(choice, subject, brand, news.at)
        if old in PERMITTING and new not in PERMITTING:
            _not_permitted(choice, subject, brand, news.at)


def _given(account: str, scopes: list[str], at: datetime) -> list[tuple[str, Choice]]:
    """List, brand by brand, what these scopes cover of all that an account has given."""
    wanted = frozenset(Scope(scope) for scope in scopes)
    return [
        (brand, read_choice(choice))
        for brand in notices.brands()
        for choice in covered(notices.current(brand).notice, wanted)
        if consent.answered(account, brand, at).statuses[choice] in PERMITTING
    ]


def blocked(news: News) -> None:
    """Stop everywhere what a Block covers, where its identifier is that of somebody we know."""
    account = identity.account_by_lookup(news.payload["kind"], news.payload["lookup"])
    if account is None:
        return
    for brand, choice in _given(account, news.payload["scopes"], news.at):
        _not_permitted(choice, account, brand, news.at)


def lifted(news: News) -> None:
    """Tell recipients of what holds again once a Block was lifted by the person herself."""
    account = news.payload["subject"]
    for brand, choice in _given(account, news.payload["scopes"], news.at):
        if choice.operation is Operation.DISCLOSE:
            _permitted(choice, account, brand, news.at)


def joined(news: News) -> None:
    """Make what was done for a device part of the account's story."""
    device, account = news.payload["device"], news.payload["account"]
    for row in Pairwise.objects.filter(subject=device, ended_at=None):
        if Pairwise.objects.filter(subject=account, recipient=row.recipient, ended_at=None).exists():
            for brand in {system.brand for system in inventory.systems_of_recipient(row.recipient)}:
                end_membership(row, brand, "", news.at)
    Pairwise.objects.filter(subject=device).update(subject=account)
    Delivery.objects.filter(subject=device, request=None).update(subject=account)


def facts_changed(news: News) -> None:
    """Tell recipients again who have this person on a list: what they may know of her has changed."""
    for row in Pairwise.objects.filter(subject=_home(news.payload["subject"], news.at), ended_at=None):
        told = Delivery.objects.filter(member=row.member, instruction="audience.add")
        last = told.order_by("-recorded_at", "-id").first()
        # One that still waits reads what is known when it goes out: a second would say the same.
        if last and last.state != WAITING:
            _write(last.system, "audience.add", last.brand, last.subject, last.choice, news.at, row.member)


SUBSCRIPTIONS: dict[str, Handler] = {
    "consent.changed": consent_changed,
    "facts.added": facts_changed,
    "facts.removed": facts_changed,
    "consent.blocked": blocked,
    "consent.lifted": lifted,
    "identity.joined": joined,
}
