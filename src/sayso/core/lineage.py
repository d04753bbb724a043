"""Which earlier answers a new notice version still stands on.

Each choice has a generation: the hash of what was material when it last widened. An answer is valid while
the generation it was given under is the current one, so a version that returns to an old wording does not
revive old answers (v1 → widened v2 nobody accepted → v3 equal to v1).
"""

from collections.abc import Mapping

from sayso.core.notice import Notice
from sayso.core.purpose import material
from sayso.core.values import content_hash

Generations = dict[str, str]  # choice id → generation


def _told(notice: Notice, choice: str) -> dict[str, object] | None:
    found = notice.find(choice)
    return material(*found, notice.recipients.get(found[1].choice.recipient)) if found else None


def _still_stands(old: Notice, new: Notice, choice: str) -> bool:
    """Tell whether a choice is the same, or the same but kept for a shorter time."""
    before, after = old.find(choice), new.find(choice)
    if before is None or after is None or after[1].retention.rough_days > before[1].retention.rough_days:
        return False
    return {**(_told(old, choice) or {}), "retention": after[1].retention.iso} == _told(new, choice)


def next_generations(new: Notice, old: Notice | None, before: Mapping[str, str]) -> Generations:
    """Give the generation of every choice of `new`, published after `old`.

    Unchanged, reworded or merely shortened choices keep theirs; everything else begins a new one.
    """
    generations: Generations = {}
    for choice in (choice.id for choice in new.choices()):
        if old is not None and choice in before and _still_stands(old, new, choice):
            generations[choice] = before[choice]
        else:
            generations[choice] = content_hash([old.version if old else None, new.material(choice)])
    return generations
