"""Whether a text is written in plain words: short sentences, no long words. Cheap, and better than a promise."""

import re

MOST_WORDS = 14  # in a sentence, where words stand apart
MOST_SIGNS = 32  # in a sentence, where they do not (Chinese, Japanese, Thai)
LONGEST_WORD = 12  # letters
UNSPACED = frozenset({"zh", "ja", "th"})
_SENTENCE = re.compile(r"[.!?。！？]+")


def _is_hard(sentence: str, unspaced: bool) -> bool:
    if unspaced:
        return len(sentence.replace(" ", "")) > MOST_SIGNS
    words = sentence.split()
    return len(words) > MOST_WORDS or any(len(word.strip(",;:()'\"")) > LONGEST_WORD for word in words)


def hard_sentences(text: str, locale: str) -> list[str]:
    """List the sentences of a text that a twelve-year-old would stumble over."""
    unspaced = locale.split("-")[0] in UNSPACED
    sentences = (sentence.strip() for sentence in _SENTENCE.split(text))
    return [sentence for sentence in sentences if sentence and _is_hard(sentence, unspaced)]
