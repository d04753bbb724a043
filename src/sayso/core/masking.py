"""Global Privacy Control over a standing: what was answered stays written, and is held back."""

from datetime import datetime

from sayso.core.consent import UNANSWERED, Published, Standing, statuses, stood
from sayso.core.opt_out import covered_by_signal
from sayso.core.vocabulary import PERMITTING

MASKED = "gpc"  # how news calls a choice that was given and is held back


def is_masked(standing: Standing, choice: str, published: Published, *, signal: bool = False) -> bool:
    """Tell whether the signal holds a choice back, whatever was answered before it came.

    Only a later yes of the person to this very choice outranks it; a yes to all does not (11 CCR
    7025(c)(3)). `signal` says that it came with this request; one that was never recorded is newest.
    """
    came = standing.gpc or (standing.rev + 1 if signal else 0)
    specific = standing.held.get(choice, UNANSWERED).specific
    return specific < came and covered_by_signal(published.notice, choice)


def masked(standing: Standing, published: Published, *, signal: bool = False) -> list[str]:
    """List the choices that the signal holds back, in the notice's order."""
    if not (standing.gpc or signal):
        return []
    listed = published.choice_ids()
    return [choice for choice in listed if is_masked(standing, choice, published, signal=signal)]


def permitted(standing: Standing, published: Published, now: datetime) -> list[str]:
    """List the choices that are answered with yes and not held back, in the notice's order."""
    held_back = set(masked(standing, published))
    said = statuses(standing, published, now).items()
    return [choice for choice, status in said if status in PERMITTING and choice not in held_back]


def _told(standing: Standing, choice: str, published: Published) -> str:
    status = stood(standing, choice, published)
    held_back = status in PERMITTING and is_masked(standing, choice, published)
    return MASKED if held_back else str(status)


def changes(before: Standing, after: Standing, published: Published) -> dict[str, list[str]]:
    """Give what an answer or the signal changed, as news tells it: choice → [before, after]."""
    said = {**after.held, **after.guardian_held}
    pairs = {choice: [_told(standing, choice, published) for standing in (before, after)] for choice in said}
    return {choice: pair for choice, pair in pairs.items() if pair[0] != pair[1]}
