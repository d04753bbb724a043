// Checks a receipt in this browser, as `sayso verify` does, with the same codes. The page may send nothing.
"use strict";
(() => {
  const LONGEST = 256 * 1024;
  const LATEST = 253402300799;
  const PLAIN = 1;
  const TIMED = 4;
  const LENGTH = { [PLAIN]: 64, [TIMED]: 72 };
  const utf8 = new TextEncoder();

  class Refused extends Error {
    constructor(code) {
      super(code);
      this.code = code;
    }
  }
  const need = (fact, code) => {
    if (!fact) throw new Refused(code);
  };
  const or = (code, read) => {
    try {
      return read();
    } catch {
      throw new Refused(code);
    }
  };

  // Bytes ---------------------------------------------------------------------------------------------------
  const bytesOf = (binary) => Uint8Array.from(binary, (one) => one.charCodeAt(0));
  const base64url = (text) => bytesOf(atob(text.replace(/-/g, "+").replace(/_/g, "/")));
  const base64 = (text) => {
    const binary = atob(text);
    if (btoa(binary) !== text) throw new Error("another spelling");
    return bytesOf(binary);
  };
  const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  const join = (...parts) => new Uint8Array(parts.flatMap((part) => Array.from(part)));
  const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const number = (text) => {
    if (!/^(?:0|[1-9][0-9]{0,14})$/.test(text)) throw new Error("no number");
    return Number(text);
  };
  const signedBy = async (raw, signature, message) => {
    const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  };

  // The one way JSON is hashed: sorted keys, no spaces (core/values.py, canonical)
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${pairs.join(",")}}`;
  };

  // The receipt ---------------------------------------------------------------------------------------------
  const readFile = (text) => {
    const bare = text.trim();
    if (!bare.startsWith("{")) return { token: bare, proof: null };
    const found = or("malformed_json", () => JSON.parse(bare));
    return { token: String(found.receipt ?? ""), proof: found.proof ?? null };
  };

  const readReceipt = async (token, pins) => {
    need(token.length <= LONGEST, "too_large");
    need(/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token), "malformed");
    const [head, payload, signature] = token.split(".");
    const header = or("malformed", () => JSON.parse(new TextDecoder().decode(base64url(head))));
    need(header.alg === "EdDSA" && header.typ === "sayso-receipt+jws", "wrong_type");
    const pinned = pins && pins.keys && Object.hasOwn(pins.keys, header.kid) ? pins.keys[header.kid] : null;
    need(typeof pinned === "string", "foreign_key");
    const key = or("bad_pins", () => base64url(pinned));
    need(key.length === 32, "bad_pins");
    const raw = or("malformed", () => base64url(signature));
    need(await signedBy(key, raw, utf8.encode(`${head}.${payload}`)), "bad_signature");
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const text = or("not_canonical", () => decoder.decode(base64url(payload)));
    const content = or("not_canonical", () => JSON.parse(text));
    need(canonical(content) === text, "not_canonical");
    return { content, kid: header.kid };
  };

  const leafOf = (content) => {
    const log = content["sayso:log"];
    const record = content["dpv:hasRecordOfActivity"];
    const said = {};
    const outcome = {};
    for (const one of record["dpv:hasProcess"]) {
      said[one["dct:identifier"]] = one["dpv:hasConsentStatus"]["sayso:said"];
      outcome[one["dct:identifier"]] = one["dpv:hasConsentStatus"]["dct:title"];
    }
    const brand = record["dpv:hasDataController"]["dct:identifier"];
    const version = record["dpv:hasNotice"]["dct:identifier"];
    const parts = [log.seq, brand, version, said, outcome, content["dct:created"], log.commitment];
    if (parts.includes(undefined)) throw new Error("it says too little");
    return sha256(join([0], utf8.encode(canonical(["answer", ...parts]))));
  };

  // The log -------------------------------------------------------------------------------------------------
  const NAME = /^[^\s+]+$/;
  const readKey = async (text) => {
    const [name, id, ...rest] = text.split("+");
    const raw = base64(rest.join("+"));
    if (raw.length !== 33 || !LENGTH[raw[0]] || !NAME.test(name)) throw new Error("no key");
    const named = (await sha256(join(utf8.encode(`${name}\n`), raw))).slice(0, 4);
    if (hex(named) !== id) throw new Error("another id");
    return { name, kind: raw[0], id: named, raw: raw.slice(1) };
  };
  const readKeys = async (listed) => {
    try {
      return await Promise.all((Array.isArray(listed) ? listed : []).map(readKey));
    } catch {
      throw new Refused("bad_pins");
    }
  };

  const readSignature = (line) => {
    const [mark, name, ...rest] = line.split(" ");
    const raw = base64(rest.join(" "));
    if (mark !== "—" || !NAME.test(name) || raw.length < 5) throw new Error("no signature");
    return { name, id: raw.slice(0, 4), raw: raw.slice(4) };
  };
  const readNote = (text) => {
    const gap = text.indexOf("\n\n");
    if (gap < 0 || text.length > 65536 || !text.endsWith("\n")) throw new Error("no note");
    const lines = text.slice(0, gap).split("\n");
    const root = base64(lines[2]);
    if (!lines[0] || root.length !== 32) throw new Error("no checkpoint");
    const signatures = text.slice(gap + 2, -1).split("\n").map(readSignature);
    return { origin: lines[0], size: number(lines[1]), root, body: `${text.slice(0, gap)}\n`, signatures };
  };
  const readProof = (text) => {
    const gap = text.indexOf("\n\n");
    const [first, second, ...hashes] = (gap < 0 ? text : text.slice(0, gap)).split("\n");
    const fits = first === "c2sp.org/tlog-proof@v1" && (second ?? "").startsWith("index ") && hashes.length <= 64;
    need(fits, "malformed_proof");
    const path = or("malformed_checkpoint", () => hashes.map(base64));
    need(path.every((step) => step.length === 32), "malformed_proof");
    const index = or("malformed_checkpoint", () => number(second.slice("index ".length)));
    return { index, path, note: or("malformed_checkpoint", () => readNote(gap < 0 ? "" : text.slice(gap + 2))) };
  };

  const timeOf = (signature) => Number(new DataView(signature.raw.buffer).getBigUint64(0));
  const holds = async (signature, key, body) => {
    if (key.kind === PLAIN) return signedBy(key.raw, signature.raw, utf8.encode(body));
    const seconds = timeOf(signature);
    if (seconds > LATEST) return false;
    return signedBy(key.raw, signature.raw.slice(8), utf8.encode(`cosignature/v1\ntime ${seconds}\n${body}`));
  };
  const see = async (note, log, witnesses) => {
    const seen = { byLog: false, signedAt: null, witnesses: new Set() };
    const own = new Set(log.map((key) => hex(key.raw)));
    for (const key of [...log, ...witnesses]) {
      for (const one of note.signatures) {
        const names = one.name === key.name && same(one.id, key.id) && one.raw.length === LENGTH[key.kind];
        if (!names || !(await holds(one, key, note.body))) continue;
        const ofLog = log.includes(key) && key.name === note.origin;
        if (ofLog && key.kind === PLAIN) seen.byLog = true;
        if (ofLog && key.kind === TIMED) seen.signedAt = Math.max(seen.signedAt ?? 0, timeOf(one));
        if (witnesses.includes(key) && key.kind === TIMED && !own.has(hex(key.raw))) seen.witnesses.add(key.name);
      }
    }
    return seen;
  };

  const nodeHash = (left, right) => sha256(join([1], left, right));
  const proves = async (index, size, leaf, path, root) => {
    if (index >= size) return false;
    let [at, last, own] = [index, size - 1, leaf];
    for (const sibling of path) {
      if (last === 0) return false;
      if (at % 2 === 1 || at === last) {
        own = await nodeHash(sibling, own);
        while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
      } else {
        own = await nodeHash(own, sibling);
      }
      [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    }
    return last === 0 && same(own, root);
  };

  const placeOf = async (text, leaf, pins) => {
    const proof = readProof(String(text));
    const log = await readKeys(pins.log);
    const seen = await see(proof.note, log, await readKeys(pins.witnesses));
    need(log.length > 0, "log_not_pinned");
    need(seen.byLog, "bad_checkpoint");
    need(await proves(proof.index, proof.note.size, leaf, proof.path, proof.note.root), "not_included");
    return { ...seen, origin: proof.note.origin, index: proof.index, size: proof.note.size };
  };

  const check = async (receipt, keys) => {
    const pins = or("bad_pins", () => JSON.parse(keys));
    const { token, proof } = readFile(receipt);
    const { content, kid } = await readReceipt(token, pins);
    let leaf;
    try {
      leaf = await leafOf(content);
    } catch {
      throw new Refused("malformed_receipt");
    }
    need(content["sayso:log"].leafHash === hex(leaf), "wrong_entry");
    return { content, kid, place: proof === null ? null : await placeOf(proof, leaf, pins) };
  };

  // The page ------------------------------------------------------------------------------------------------
  const $ = (id) => document.getElementById(id);
  const named = (list, code) => Array.from($(list).children).find((one) => one.dataset.code === code);
  const word = (code) => named("words", code)?.textContent ?? code;
  const element = (name, text, parent, kind) => {
    const made = parent.appendChild(document.createElement(name));
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const row = (list, name, text) => {
    const line = element("div", "", list);
    element("dt", name, line);
    element("dd", text, line, "hash");
  };
  const time = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;

  const showPlace = (found, list, outcome) => {
    const place = found.place;
    if (!place) {
      element("li", `${word("promised")} ${found.content["sayso:log"].inLogBy}.`, list, "open");
    } else {
      const at = place.signedAt === null ? "" : `, ${time(place.signedAt)}`;
      const where = word("where").replace("{n}", place.index + 1).replace("{size}", place.size);
      element("li", `${word("in_log")} ${place.origin}, ${where}${at}`, list);
    }
    const witnesses = place ? [...place.witnesses].sort() : [];
    const said = witnesses.length ? `${word("witnessed")} ${witnesses.join(", ")}.` : word("unwitnessed");
    element("p", said, outcome, "note").id = "witness";
    outcome.dataset.witnesses = witnesses.join(" ");
    outcome.dataset.place = place ? String(place.index) : "";
  };

  const showAnswer = (one, line) => {
    const titles = [one["dpv:hasPurpose"], one["dpv:hasPersonalData"]].map((part) => part?.["dct:title"]);
    const name = element("span", "", line);
    if (titles.every(Boolean)) element("span", `${titles.join(": ")} `, name);
    element("span", one["dct:identifier"], name, "hash");
    const status = one["dpv:hasConsentStatus"]["dct:title"];
    const known = named("statuses", status);
    element("span", known?.textContent ?? status, line, `state ${known?.dataset.tone ?? ""}`);
  };

  const showHeld = (found, outcome) => {
    element("h2", word("holds"), outcome).tabIndex = -1;
    const list = element("ul", "", outcome, "checks");
    element("li", `${word("signed")} (${found.kid})`, list);
    element("li", word("own_words"), list);
    showPlace(found, list, outcome);
    const record = found.content["dpv:hasRecordOfActivity"];
    const facts = element("dl", "", outcome, "facts");
    row(facts, word("recorded"), found.content["dct:created"]);
    row(facts, word("publisher"), found.content["dct:publisher"]);
    row(facts, word("notice"), record["dpv:hasNotice"]["dct:identifier"]);
    const said = element("ul", "", outcome, "rows");
    for (const one of record["dpv:hasProcess"]) showAnswer(one, element("li", "", said));
  };

  const show = (code, found) => {
    const outcome = $("outcome");
    outcome.replaceChildren();
    outcome.hidden = false;
    outcome.dataset.code = code;
    if (found) {
      showHeld(found, outcome);
    } else {
      element("h2", word("refused"), outcome).tabIndex = -1;
      element("p", word(code), outcome, "error");
    }
    outcome.querySelector("h2").focus();
  };

  const supported = async () => {
    try {
      await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "Ed25519" }, false, ["verify"]);
      return true;
    } catch {
      return false;
    }
  };
  const start = async () => {
    delete $("outcome").dataset.code;
    if (!(await supported())) return show("unsupported");
    try {
      return show("holds", await check($("receipt").value, $("keys").value));
    } catch (refused) {
      return show(refused instanceof Refused ? refused.code : "malformed");
    }
  };

  for (const name of ["receipt", "keys"]) {
    $(`${name}-file`).addEventListener("change", async (event) => {
      const file = event.target.files[0];
      if (file) $(name).value = await file.text();
    });
  }
  $("start").addEventListener("click", start);
  $("check").hidden = false;
})();
