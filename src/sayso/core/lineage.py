"""Which earlier answers a new notice version still stands on.

Each choice has a generation: the hash of what was material when it last widened. An answer is valid while
the generation it was given under is the current one, so a version that returns to an old wording does not
revive old answers (v1 → widened v2 nobody accepted → v3 equal to v1).
"""

from collections.abc import Collection, Mapping

from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose, material
from sayso.core.values import content_hash

Generations = dict[str, str]  # choice id → generation
Earlier = Mapping[str, frozenset[str]]  # choice id → the generations it had in earlier versions


def _told(notice: Notice, purpose: Purpose, part: Part, locales: Collection[str]) -> dict[str, object]:
    """Give what is material, texts in these locales alone."""
    recipient = notice.recipients[part.choice.recipient]
    texts = {"benefit": purpose.benefit, "transfer": recipient.transfer}
    said = {name: {key: text[key] for key in text if key in locales} for name, text in texts.items()}
    return {**material(purpose, part, recipient), **said, "recipient": [recipient.role, recipient.country]}


def _still_stands(old: Notice, new: Notice, choice: str) -> bool:
    """Tell whether a choice is the same, or the same but kept for a shorter time or told in more languages."""
    before, after = old.find(choice), new.find(choice)
    if before is None or after is None or after[1].retention.rough_days > before[1].retention.rough_days:
        return False
    both = set(old.locales) & set(new.locales) or {*old.locales, *new.locales}
    was, now = _told(old, *before, both), _told(new, *after, both)
    return {**was, "retention": now["retention"]} == now


def earlier_generations(earlier: Earlier, generations: Mapping[str, str]) -> Earlier:
    """Add the generations of one version to what the choices had before it: what its successor comes after."""
    had = {choice: earlier.get(choice, frozenset()) | {one} for choice, one in generations.items()}
    return {**earlier, **had}


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
