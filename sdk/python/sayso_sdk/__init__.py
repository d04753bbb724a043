"""The Python SDK: speaks HTTP only.

    sayso = Client("https://privacy.example", key="sk_…")
    if sayso.permitted({"customer": "C-1001"}, "newsletter", "contact").permitted:
        ...

Whatever goes wrong on the way, `decide` and `permitted` answer no, with the reason `unavailable`. A `Gate` answers
the same questions without leaving the process.
"""

from sayso_sdk.asking import Asker, Refused, Visitor, ask_with, asks_first
from sayso_sdk.client import Client
from sayso_sdk.errors import SaysoProblem
from sayso_sdk.gate import Gate
from sayso_sdk.values import Decision, Question, SubjectRef

__all__ = [
    "Asker",
    "Client",
    "Decision",
    "Gate",
    "Question",
    "Refused",
    "SaysoProblem",
    "SubjectRef",
    "Visitor",
    "ask_with",
    "asks_first",
]
