"""Valid messages, damaged: what is sent by those tests that look for what breaks. It reaches past the first check."""

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

MOST_CHANGES = 3


def bounded(examples: int) -> Any:
    """Give settings for a test that sends so many messages, the same on each run, within one test's database."""
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Raw:
    """JSON that stands in a message as it is, for what Python would not write."""

    text: str


def nested(depth: int, left: str = "[", right: str = "]", inside: str = "") -> Raw:
    """Give a value within a value within a value."""
    return Raw(left * depth + inside + right * depth)


STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 2**53, 2**63, 2**64, 10**400),
    *(Raw("1e999"), Raw("-1e999"), Raw("NaN"), Raw("-0.0"), Raw("9" * 5000)),
    *("", " ", "\0", "a\0b", "\ud800", "\udfff.x.use.self", "é\u202e\U0001f9f5", "x" * 201, "__proto__"),
    *("1", "-1", "9" * 15, "a.b.use.self", "2013-05", "https://[", "sha256:", "0" * 32, "k" * 43),
    *([], {}, [[]], [None], [{}], {"": None}, {"\ud800": 0}, {"a": {"b": [1]}}, ["x"] * 1001),
    *(nested(50), nested(300), nested(3000), nested(400, '{"a":', "}", "0")),
]
SOME_STRANGE = st.one_of(
    st.sampled_from(STRANGE),
    st.text(st.characters(codec=None), max_size=20),
    st.integers(),
    st.integers(880, 1000).map(nested),  # about as deep as can be read, and perhaps not be worked on
)


def write(value: Any) -> str:
    """Write a message as JSON; half of a surrogate pair is written too."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{write(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    return json.dumps(value)


def each_damaged(valid: Any) -> Iterator[str]:
    """Write a valid message as JSON again and again, each part of it once replaced by everything that is strange."""
    return map(write, _each(valid))


def _each(value: Any) -> Iterator[Any]:
    yield from STRANGE
    if isinstance(value, str):
        yield from (value + "\0", value + "\ud800", value[:-1], value * 2, value.upper(), f" {value}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in _each(one))
            yield value[:place] + value[place + 1 :]
    elif isinstance(value, dict):
        for name, one in value.items():
            rest = {each: part for each, part in value.items() if each != name}
            yield from (value | {name: other} for other in _each(one))
            yield from (rest, rest | {name + "\ud800": one}, _twice(value, name))


def each_bent(valid: bytes) -> Iterator[bytes]:
    """Give the bytes of a valid message again and again, each of its places once changed, doubled, left out, cut."""
    for at, byte in enumerate(valid):
        before, behind = valid[:at], valid[at + 1 :]
        yield from (before + other + behind for other in (b"", b"\0", b"\xff", b"\n", b"x", b"1"))
        yield from (before, before + bytes([byte ^ 1]) + behind, before + bytes([byte]) * 3 + behind)


def _twice(value: dict[str, Any], name: str) -> Raw:
    return Raw(f"{write(value)[:-1]},{json.dumps(name)}:{write(value[name])}}}")


def _in_object(draw: Any, value: dict[str, Any]) -> Any:
    name = draw(st.sampled_from(sorted(value)))
    rest = {each: part for each, part in value.items() if each != name}
    how = draw(st.sampled_from(["replace", *["inside"] * 3, "drop", "twice", "rename", "wrap"]))
    if how == "inside":
        return value | {name: _changed(draw, value[name])}
    other = {
        "replace": lambda: value | {name: draw(SOME_STRANGE)},
        "drop": lambda: rest,
        "twice": lambda: _twice(value, name),
        "rename": lambda: rest | {draw(st.sampled_from([name.upper(), "", "\0", "\ud800", "batch"])): 1},
        "wrap": lambda: value | {name: [value[name]]},
    }
    return other[how]()


def _in_list(draw: Any, value: list[Any]) -> Any:
    place = draw(st.integers(0, len(value) - 1))
    before, one, behind = value[:place], value[place], value[place + 1 :]
    how = draw(st.sampled_from([*["inside"] * 3, "drop", "again", "replace"]))
    put = {
        "inside": lambda: [_changed(draw, one)],
        "drop": list,
        "again": lambda: [one] * draw(st.sampled_from([2, 70, 1001])),
        "replace": lambda: [draw(SOME_STRANGE)],
    }
    return [*before, *put[how](), *behind]


def _changed(draw: Any, value: Any) -> Any:
    if isinstance(value, dict) and value:
        return _in_object(draw, value)
    if isinstance(value, list) and value:
        return _in_list(draw, value)
    if isinstance(value, str) and draw(st.booleans()):
        return draw(st.sampled_from([value.upper(), value + " ", value * 2, value[:-1], value + "\0"]))
    return draw(SOME_STRANGE)


@st.composite
def damaged(draw: Any, valid: Any) -> str:
    """Write a valid message as JSON with one to three of its parts changed."""
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        valid = _changed(draw, valid)
    return write(valid)


@st.composite
def bent(draw: Any, valid: bytes) -> bytes:
    """Give the bytes of a valid message with one to three places changed: a bit, a byte, a cut, something twice."""
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        at = draw(st.integers(0, len(valid)))
        end = min(len(valid), at + draw(st.integers(0, 40)))
        bit = valid[at] ^ 1 << draw(st.integers(0, 7)) if at < len(valid) else 0
        more = draw(
            st.one_of(st.binary(max_size=4), st.sampled_from([b"\xff", b"\0", b"\n\n", b"\xef\xbb\xbf"]))
        )
        ways = [
            valid[:at] + bytes([bit]) + valid[at + 1 :],
            valid[:at] + more + valid[at:],
            valid[:at] + more + valid[end:],
            valid[:at] + valid[at:end] * draw(st.sampled_from([2, 3, 50])) + valid[end:],
            valid[:at],
        ]
        valid = draw(st.sampled_from(ways))
    return valid


def for_all_damage(valid: Any, examples: int, check: Callable[[str], object]) -> None:
    """Check every single change of a valid message, and so many times several changes at once."""
    for text in each_damaged(valid):
        check(text)
    bounded(examples)(given(damaged(valid))(lambda text: check(text)))()


def for_all_bends(valid: bytes, examples: int, check: Callable[[bytes], object]) -> None:
    """Check every single change of the bytes of a valid message, and so many times several changes at once."""
    for raw in each_bent(valid):
        check(raw)
    bounded(examples)(given(bent(valid))(lambda raw: check(raw)))()


def peak_of(work: Callable[[], object]) -> int:
    """Do something and give the most bytes that were held at once because of it."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        work()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
