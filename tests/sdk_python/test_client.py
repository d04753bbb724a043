"""A brand's server asks; whatever goes wrong on the way, the answer is no."""

import json
from collections.abc import Callable

import httpx
import pytest
from sayso_sdk import Client, Question, SaysoProblem

LETTERS = Question("newsletter", "contact")
LEARN = Question("learn", "purchases")
YES = {"choice": LETTERS.choice, "permitted": True, "reason": "given", "valid_until": "2027-05-04T09:00:00Z"}
Handler = Callable[[httpx.Request], httpx.Response]


def client(decide: Handler) -> Client:
    """Give a client whose edge answers as told."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/":
            return httpx.Response(200, json={"edge": "http://edge.example.test"})
        return decide(request)

    return Client("http://sayso.example.test/", "sk_1", transport=httpx.MockTransport(answer))


def broken(request: httpx.Request) -> httpx.Response:
    """Break the connection."""
    raise httpx.ReadTimeout("too slow", request=request)


def test_a_permitted_use_is_permitted_with_its_reason_and_until_when() -> None:
    with client(lambda _: httpx.Response(200, json={"decisions": [YES]})) as sayso:
        made = sayso.permitted({"customer": "C-1001"}, "newsletter", "contact")
    assert (made.permitted, made.reason, made.valid_until) == (True, "given", "2027-05-04T09:00:00Z")


def test_the_edge_is_asked_with_the_key_at_the_address_the_server_named() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"decisions": [YES]})

    client(answer).decide({"device": "d"}, [LETTERS])
    assert str(seen[0].url) == "http://edge.example.test/v1/decide"
    assert seen[0].headers["authorization"] == "Bearer sk_1"


@pytest.mark.parametrize(
    "answer",
    [
        broken,
        lambda _: httpx.Response(503, json={"code": "busy", "remedy": "later"}),
        lambda _: httpx.Response(200, text="<h1>Welcome</h1>"),
        lambda _: httpx.Response(200, json=[YES]),
        lambda _: httpx.Response(200, json={"decisions": None}),
        lambda _: httpx.Response(200, json={"decisions": []}),
        lambda _: httpx.Response(200, json={"decisions": ["yes"]}),
        lambda _: httpx.Response(200, json={"decisions": [{**YES, "choice": LEARN.choice}]}),
        lambda _: httpx.Response(302, headers={"location": "http://elsewhere.example.test"}),
    ],
    ids=["timeout", "busy", "html", "list", "nothing", "missing", "text", "another choice", "redirect"],
)
def test_anything_but_a_plain_answer_refuses_as_unavailable(answer: Handler) -> None:
    made = client(answer).decide({"customer": "C-1001"}, [LETTERS])
    assert [(one.permitted, one.reason) for one in made] == [(False, "unavailable")]


@pytest.mark.parametrize("word", ["true", 1, None, "yes"])
def test_only_the_json_value_true_permits(word: object) -> None:
    answer = {"decisions": [{**YES, "permitted": word}]}
    assert (
        not client(lambda _: httpx.Response(200, json=answer))
        .permitted({}, "newsletter", "contact")
        .permitted
    )


def test_a_missing_second_answer_refuses_the_second_question_only() -> None:
    made = client(lambda _: httpx.Response(200, json={"decisions": [YES]})).decide({}, [LETTERS, LEARN])
    assert [(one.choice, one.permitted) for one in made] == [(LETTERS.choice, True), (LEARN.choice, False)]


def test_an_address_where_nobody_listens_refuses() -> None:
    with Client("http://localhost:9", "sk_1") as sayso:
        assert sayso.permitted({"customer": "C-1001"}, "newsletter", "contact").reason == "unavailable"


def test_problem_details_become_an_error_with_code_remedy_and_status() -> None:
    told = httpx.Response(403, json={"code": "scope_missing", "remedy": "Use a key with that scope."})
    with pytest.raises(SaysoProblem) as caught:
        client(lambda _: told).link("C-1001", region="US-CA", country="US")
    problem = caught.value
    assert (problem.code, problem.remedy, problem.status, problem.permanent) == (
        "scope_missing",
        "Use a key with that scope.",
        403,
        True,
    )


def test_a_refusal_without_problem_details_is_unreadable_and_not_ours() -> None:
    with pytest.raises(SaysoProblem, match="unreadable"):
        client(lambda _: httpx.Response(502, text="Bad gateway")).check_suppressed([])


def test_suppression_that_cannot_be_read_is_an_error_and_never_an_empty_list() -> None:
    with pytest.raises(SaysoProblem):
        client(lambda _: httpx.Response(200, json={})).check_suppressed(
            [{"kind": "email", "value": "a@example.test"}]
        )


def test_a_recommendation_of_another_shape_is_an_error() -> None:
    with pytest.raises(SaysoProblem, match="unreadable"):
        client(lambda _: httpx.Response(200, json={"items": [{"id": "p-1"}]})).recommendations({})


def test_a_client_without_a_key_may_still_learn_the_edge() -> None:
    answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"edge": "http://edge.example.test/"}))
    assert Client("http://sayso.example.test", "", transport=answer).edge() == "http://edge.example.test"


TOKEN = {"token": "a.b.c", "expires_at": "2026-05-04T09:05:00Z", "decisions": [YES]}


def test_a_token_comes_with_its_end_and_the_answer_to_every_question() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=TOKEN)

    token = client(answer).token({"customer": "C-1001"}, [LETTERS], "brightside", gpc=True)
    assert (token.text, token.expires_at, token.decisions[0].permitted) == (
        "a.b.c",
        TOKEN["expires_at"],
        True,
    )
    assert json.loads(seen[0].content) == {
        "subject": {"customer": "C-1001"},
        "questions": [LETTERS.as_json()],
        "audience": "brightside",
        "gpc": True,
    }


def test_where_nothing_is_permitted_there_is_no_token_and_a_reason() -> None:
    no = {"token": None, "expires_at": None, "decisions": [{**YES, "permitted": False, "reason": "refused"}]}
    token = client(lambda _: httpx.Response(200, json=no)).token({"customer": "C"}, [LETTERS], "brightside")
    assert (token.text, token.expires_at, token.decisions[0].reason) == (None, None, "refused")


@pytest.mark.parametrize(
    "change", [{"token": 7}, {"expires_at": None}, {"decisions": []}, {"decisions": None}]
)
def test_a_token_of_another_shape_is_no_token(change: dict[str, object]) -> None:
    with pytest.raises(SaysoProblem) as problem:
        client(lambda _: httpx.Response(200, json=TOKEN | change)).token(
            {"device": "d"}, [LETTERS], "brightside"
        )
    assert problem.value.code == "unreadable"
