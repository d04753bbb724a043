"""An edge for the tests of the Python SDK: a process of its own that speaks the replica's wire and can misbehave.

    python wire_server.py PORT

What it serves is told by `POST /control`, what it was asked is read by `GET /control`. It knows no people and no
rules: its rows are written by the test.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HEAD = (
    "brand",
    "epoch",
    "version",
    "choices",
    "reasons",
    "permits",
    "stranger",
    "signal_stranger",
    "names",
    "lease",
)
GONE = 1  # a row of its name alone


class Edge:
    """What is served: the head, a row per name, every change under its number, and how to misbehave."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.cuts = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew for the next test: nobody is known, and every open stream ends."""
        self.told: dict[str, Any] = {
            "epoch": "e1",
            "version": "v1",
            "key": "sk_1",
            "first": 0,
            "decisions": [],
        }
        self.rows: dict[str, list[Any]] = {}
        self.changes: list[tuple[int, list[Any]]] = []
        self.seq = 0
        self.asked: dict[str, int] = {}
        self.cuts += 1

    def tell(self, told: dict[str, Any]) -> None:
        """Take in what a test says: rows to write, how many streams to cut, anything of the head or a misbehaviour."""
        with self.changed:
            if told.pop("forget", False):
                self.forget()
            self.seq = told.pop("seq", self.seq)
            for row in told.pop("rows", []):
                self.seq += 1
                self.changes.append((self.seq, row))
                self.rows[row[0]] = row
                if len(row) == GONE:
                    del self.rows[row[0]]
            self.cuts += told.pop("cut", 0)
            self.told |= told
            self.changed.notify_all()

    def count(self, what: str) -> None:
        """Remember that something was asked."""
        with self.changed:
            self.asked[what] = self.asked.get(what, 0) + 1

    def head(self) -> dict[str, Any]:
        """Give the head."""
        return {name: self.told[name] for name in HEAD} | {"seq": self.seq}

    def page(self, after: str, most: int) -> dict[str, Any]:
        """Give some rows; all but the first page come from another edge where this one has heard less."""
        with self.changed:
            seq = self.seq - (self.told.get("behind", 0) if after else 0)
            rows = {row[0]: row for number, row in self.changes if number <= seq and len(row) > GONE}
            found = sorted(name for name in self.rows.keys() & rows if name > after)
            shown = found[: min(most, self.told.get("most", most))]
            told = {"epoch": self.told["epoch"], "version": self.told["version"], "seq": seq}
            last = shown[-1] if len(found) > len(shown) else None
            return told | {"rows": [rows[name] for name in shown], "next": last}

    def watermark(self, nonce: str) -> dict[str, Any]:
        """Answer a poll."""
        told = {"nonce": self.told.get("nonce", nonce), "epoch": self.told["epoch"]}
        return told | {"version": self.told["version"], "seq": self.seq + self.told.get("unsent", 0)}


EDGE = Edge()


class Asked(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Take in what a test says, or answer a question at the edge."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/control":
            EDGE.tell(body)
            self._send({})
        elif self.path.startswith("/v1/sites/"):
            self._send({"device": self.headers["sayso-device"]}, 201)
        else:
            EDGE.count("decide")
            choices = [".".join(question.values()) for question in body["questions"]]
            permitted = bool(EDGE.told.get("permitted"))
            said = {"permitted": permitted, "reason": "given" if permitted else "minor"}
            self._send({"decisions": [{"choice": choice, **said} for choice in choices]})

    def do_GET(self) -> None:
        """Serve the wire."""
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/control":
            return self._send(EDGE.asked)
        if address.path == "/v1/":
            return self._send({"edge": f"http://{self.headers['host']}"})
        if address.path.startswith("/v1/sites/"):
            return self._send({name: self.headers[name] for name in ("sayso-device", "sec-gpc", "cookie")})
        EDGE.count(address.path.removeprefix("/v1/"))
        EDGE.count(f"purposes={asked.get('purposes')}")
        if self.headers["authorization"] != f"Bearer {EDGE.told['key']}":
            return self._send({"code": "key_unknown", "remedy": "Make a key."}, 401)
        return self._serve(address.path, asked)

    def _serve(self, path: str, asked: dict[str, str]) -> None:
        match path:
            case "/v1/replica":
                self._send(EDGE.head() | EDGE.told.get("broken_head", {}))
            case "/v1/replica/rows":
                self._send(EDGE.page(asked.get("after", ""), int(asked["most"])))
            case "/v1/replica/lease":
                self._send(EDGE.watermark(asked["nonce"]))
            case "/v1/replica/stream":
                self._stream(asked)

    def _send(self, body: Any, status: int = 200) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, asked: dict[str, str]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        sent, cuts = int(asked["seq"]), EDGE.cuts
        while cuts == EDGE.cuts:
            if "raw" in EDGE.told:
                self.wfile.write(EDGE.told["raw"].encode())
            if (asked["epoch"], asked["version"]) != (EDGE.told["epoch"], EDGE.told["version"]):
                why = "notice" if asked["epoch"] == EDGE.told["epoch"] else "epoch"
                return self._event("reload", {"why": why})
            if sent < EDGE.told["first"]:
                return self._event("reload", {"why": "behind"})
            sent = self._changes(sent)
            with EDGE.changed:
                if sent == EDGE.seq or EDGE.told.get("silent"):
                    EDGE.changed.wait(0.2)
        return None

    def _changes(self, sent: int) -> int:
        if EDGE.told.get("silent"):
            return sent
        newer = [(seq, row) for seq, row in EDGE.changes if seq > sent]
        for seq, row in newer:
            self.wfile.write(f"event: row\nid: {seq}\ndata: {json.dumps(row)}\n".encode())
            if EDGE.told.get("slow"):
                time.sleep(EDGE.told["slow"])
            self.wfile.write(b"\n")
        sent = newer[-1][0] if newer else sent
        self._event("seq", sent)
        return sent

    def _event(self, kind: str, data: Any) -> None:
        self.wfile.write(f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode())


class Server(ThreadingHTTPServer):
    """Serves until it is ended; a client that goes away is no fault."""

    daemon_threads = True

    def handle_error(self, *arguments: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Asked).serve_forever()
