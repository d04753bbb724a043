"""What this room does upon news. Each handler runs inside the outbox's transaction: once, or not at all."""

from sayso.core.choice import read_choice
from sayso.core.vocabulary import PERMITTING
from sayso.outbox.services import Handler, News
from sayso.personalisation import services


def _on_answer(news: News) -> None:
    """What lost its permission is deleted and subtracted; what gained one is counted."""
    if not news.payload["event"] and not news.payload["changed"]:
        return  # a mark, as of a deletion somebody has yet to approve: it stops uses, and takes nothing away
    changed = news.payload["changed"].items()
    lost = [read_choice(choice).category for choice, (_, status) in changed if status not in PERMITTING]
    services.obey(news.payload["brand"], news.payload["subject"], lost, news.at)


def _on_facts(news: News) -> None:
    services.learn_from(news.payload["brand"], news.payload["subject"], news.at)


def _on_joined(news: News) -> None:
    services.join(news.payload["device"], news.payload["account"], news.at)


def _on_left(news: News) -> None:
    """What was given to the account stays there; both are counted by their own answers again."""
    for subject in (news.payload["device"], news.payload["account"]):
        for brand in services.brands_of(subject):
            services.learn_from(brand, subject, news.at)


def _on_notice(news: News) -> None:
    services.obey_notice(news.payload["brand"], news.at)


SUBSCRIPTIONS: dict[str, Handler] = {
    "consent.changed": _on_answer,
    "facts.added": _on_facts,
    "facts.removed": _on_facts,
    "identity.joined": _on_joined,
    "identity.left": _on_left,
    "notice.published": _on_notice,
}
