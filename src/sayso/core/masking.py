"""Global Privacy Control over a standing: what was answered stays written, and is held back."""

from datetime import datetime

from sayso.core.consent import UNANSWERED, Published, Standing, statuses
from sayso.core.opt_out import covered_by_signal
from sayso.core.vocabulary import PERMITTING

MASKED = "gpc"  # how news calls a choice that was given and is held back


def is_masked(standing: Standing, choice: str, published: Published, *, signal: bool = False) -> bool:
    """Tell whether the signal holds a choice back, whatever was answered before it came.

    Only a later yes of the person to this very choice outranks it; a yes to all does not (11 CCR
    7025(c)(3)-(4)). `signal` says that it came with this request; one that was never recorded is newest.
    """
    came = standing.gpc or (standing.rev + 1 if signal else 0)
    specific = standing.held.get(choice, UNANSWERED).specific
    return specific < came and covered_by_signal(published.notice, choice)


def masked(standing: Standing, published: Published, *, signal: bool = False) -> list[str]:
    """List the choices that the signal holds back, in the notice's order."""
    listed = published.choice_ids()
    return [choice for choice in listed if is_masked(standing, choice, published, signal=signal)]


def permit_mask(standing: Standing, published: Published, now: datetime) -> int:
    """Give the permitted choices of a version as a bitset: bit i is its i-th choice."""
    held_back = set(masked(standing, published))
    said = statuses(standing, published, now).items()
    permitted = [status in PERMITTING and choice not in held_back for choice, status in said]
    return sum(1 << index for index, yes in enumerate(permitted) if yes)


def _told(standing: Standing, choice: str, published: Published) -> str:
    status = standing.held.get(choice, UNANSWERED).status
    held_back = status in PERMITTING and is_masked(standing, choice, published)
    return MASKED if held_back else str(status)


def changes(before: Standing, after: Standing, published: Published) -> dict[str, list[str]]:
    """Give what an answer or the signal changed, as news tells it: choice → [before, after]."""
    pairs = {
        choice: [_told(standing, choice, published) for standing in (before, after)] for choice in after.held
    }
    return {choice: pair for choice, pair in pairs.items() if pair[0] != pair[1]}
