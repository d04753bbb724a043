// Checks a receipt in this browser, as `sayso verify` does, with the same codes. The page may send nothing.
"use strict";
(() => {
  const LONGEST = 256 * 1024;
  const LARGEST = 512 * 1024;
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
  const base64url = (text) => {
    const plain = text.replace(/-/g, "+").replace(/_/g, "/");
    return base64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
  };
  const base64 = (text) => {
    const binary = atob(text);
    if (btoa(binary) !== text) throw new Error("another spelling");
    return bytesOf(binary);
  };
  const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  const join = (...parts) => new Uint8Array(parts.flatMap((part) => Array.from(part)));
  const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const fingerprint = async (raw) => hex(await sha256(raw)).slice(0, 16);
  const number = (text) => {
    if (!/^(?:0|[1-9][0-9]{0,14})$/.test(text)) throw new Error("no number");
    return Number(text);
  };
  const signedBy = async (raw, signature, message) => {
    const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  };

  // JSON ----------------------------------------------------------------------------------------------------
  // A key that stands twice could be read as one thing here and as another there: JSON.parse takes the last.
  const namesAKeyTwice = (text) => {
    const open = [];
    const parts = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g) ?? [];
    return parts.some((part, place) => {
      if (part === "{" || part === "[") open.push(new Set());
      else if (part === "}" || part === "]") open.pop();
      else if (part !== ":" && parts[place + 1] === ":") {
        const keys = open[open.length - 1];
        const key = JSON.parse(part);
        return keys.has(key) || !keys.add(key);
      }
      return false;
    });
  };
  const readJson = (text, code) => {
    const read = or(code, () => JSON.parse(text));
    need(!namesAKeyTwice(text), code === "malformed_json" ? "duplicate_key" : code);
    return read;
  };
  // The one way JSON is hashed: keys sorted by code points, no spaces (core/values.py, canonical)
  const byCodePoints = (one, other) => {
    const [left, right] = [Array.from(one), Array.from(other)];
    const place = left.findIndex((sign, at) => sign !== right[at]);
    if (place < 0) return left.length - right.length;
    return place < right.length ? left[place].codePointAt(0) - right[place].codePointAt(0) : 1;
  };
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (typeof value === "string" && /\p{Surrogate}/u.test(value)) throw new Error("half of a sign");
    if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("no whole number");
    if (value === undefined) throw new Error("it says too little");
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const pairs = Object.keys(value).sort(byCodePoints).map((key) => `${canonical(key)}:${canonical(value[key])}`);
    return `{${pairs.join(",")}}`;
  };

  // The receipt ---------------------------------------------------------------------------------------------
  const readFile = (text) => {
    need(utf8.encode(text).length <= LARGEST, "too_large");
    const bare = text.replace(/^\uFEFF/, "").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    if (!bare.startsWith("{")) return { token: bare, proof: null };
    const found = readJson(bare, "malformed_json");
    return { token: String(found.receipt ?? ""), proof: found.proof ?? null };
  };

  const read = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const readReceipt = async (token, pins) => {
    need(token.length <= LONGEST, "too_large");
    need(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token), "malformed");
    const [head, payload, signature] = token.split(".");
    const [header, said, raw] = or("malformed", () => [head, payload, signature].map(base64url));
    const names = readJson(or("malformed", () => read(header)), "malformed");
    need(names !== null && typeof names === "object" && typeof names.kid === "string", "malformed");
    const fits = names.alg === "EdDSA" && names.typ === "sayso-receipt+jws" && Object.keys(names).length === 3;
    need(fits, "wrong_type");
    const held = pins?.keys && Object.hasOwn(pins.keys, names.kid) ? pins.keys[names.kid] : null;
    need(typeof held === "string", "foreign_key");
    const key = or("bad_pins", () => base64url(held));
    need(key.length === 32, "bad_pins");
    need(await signedBy(key, raw, utf8.encode(`${head}.${payload}`)), "bad_signature");
    const text = or("not_canonical", () => read(said));
    const content = or("not_canonical", () => JSON.parse(text));
    need(or("not_canonical", () => canonical(content)) === text, "not_canonical");
    return { content, kid: names.kid, fingerprint: await fingerprint(key) };
  };

  // Here every key is a text; elsewhere keys of several kinds, or of none, make no entry.
  const areNames = (names) => {
    const kinds = new Set(names.map((name) => (name === null ? "null" : typeof name)));
    return kinds.size <= 1 && !kinds.has("object") && !kinds.has("undefined");
  };
  const leafOf = (content) => {
    const log = content["sayso:log"];
    const record = content["dpv:hasRecordOfActivity"];
    const [said, outcome] = [Object.create(null), Object.create(null)];
    if (!areNames(record["dpv:hasProcess"].map((one) => one["dct:identifier"]))) throw new Error("no choices");
    for (const one of record["dpv:hasProcess"]) {
      said[one["dct:identifier"]] = one["dpv:hasConsentStatus"]["sayso:said"];
      outcome[one["dct:identifier"]] = one["dpv:hasConsentStatus"]["dct:title"];
    }
    const brand = record["dpv:hasDataController"]["dct:identifier"];
    const version = record["dpv:hasNotice"]["dct:identifier"];
    const parts = [log.seq, brand, version, said, outcome, content["dct:created"], log.commitment];
    return sha256(join([0], utf8.encode(canonical(["answer", ...parts]))));
  };

  // The log -------------------------------------------------------------------------------------------------
  const NAME = /^[^\p{White_Space}\p{Surrogate}+]+$/u; // half of a sign would be hashed as another sign
  const readKey = async (text) => {
    const [name, id, ...rest] = text.split("+");
    const raw = base64(rest.join("+"));
    if (raw.length !== 33 || !LENGTH[raw[0]] || !NAME.test(name)) throw new Error("no key");
    const named = (await sha256(join(utf8.encode(`${name}\n`), raw))).slice(0, 4);
    if (hex(named) !== id) throw new Error("another id");
    const bare = raw.slice(1);
    return { name, kind: raw[0], id: named, raw: bare, fingerprint: await fingerprint(bare) };
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
    if (/[\x00-\x09\x0b-\x1f]/.test(text)) throw new Error("a control character");
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
    if (signature.raw.length !== LENGTH[key.kind]) return false;
    if (key.kind === PLAIN) return signedBy(key.raw, signature.raw, utf8.encode(body));
    const seconds = timeOf(signature);
    if (seconds > LATEST) return false;
    return signedBy(key.raw, signature.raw.slice(8), utf8.encode(`cosignature/v1\ntime ${seconds}\n${body}`));
  };
  const readCompromised = (told) => {
    const listed = told ?? {};
    const fits = typeof listed === "object" && !Array.isArray(listed);
    need(fits && Object.values(listed).every(Number.isSafeInteger), "bad_pins");
    return new Map(Object.entries(listed));
  };
  const earliestOf = (times) => (times.length ? Math.min(...times) : null);
  // What a note's signatures come to; the same rules as `see` in consent/log/signing.py
  const see = async (note, pins) => {
    const held = [];
    const forged = [];
    for (const key of [...pins.log, ...pins.witnesses]) {
      for (const one of note.signatures) {
        if (one.name !== key.name || !same(one.id, key.id)) continue;
        const list = (await holds(one, key, note.body)) ? held : forged;
        list.push({ key, name: key.name, ofLog: pins.log.includes(key), at: key.kind === TIMED ? timeOf(one) : null });
      }
    }
    const logs = new Set(pins.log.map((key) => hex(key.raw)));
    const own = held.filter((one) => one.ofLog && one.name === note.origin);
    const independent = held.filter((one) => !one.ofLog && one.at !== null && !logs.has(hex(one.key.raw)));
    const witnessed = earliestOf(independent.map((one) => one.at));
    const since = (one) => pins.compromised.get(one.key.fingerprint);
    const isSound = (one) => since(one) === undefined || (witnessed !== null && witnessed < since(one));
    const plain = own.filter((one) => one.at === null);
    const timed = own.filter((one) => one.at !== null);
    const believed = timed.filter((one) => since(one) === undefined);
    return {
      byLog: plain.some(isSound),
      lost: plain.length > 0 && !plain.some(isSound),
      forged,
      signedAt: timed.length ? Math.max(...timed.map((one) => one.at)) : null,
      earliest: earliestOf([...believed, ...independent].map((one) => one.at)),
      witnesses: new Set(independent.map((one) => one.name)),
    };
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

  const readPins = async (source) => {
    const told = source !== null && typeof source === "object" ? source : {};
    const [witnesses, log] = [await readKeys(told.witnesses), await readKeys(told.log)];
    return { log, witnesses, compromised: readCompromised(told.compromised) };
  };
  const placeOf = async (proof, leaf, pins) => {
    const seen = await see(proof.note, pins);
    need(pins.log.length > 0, "log_not_pinned");
    const names = new Set(pins.log.map((key) => key.name));
    const forgedLog = seen.forged.some((one) => names.has(one.name));
    need(!forgedLog && (seen.byLog || seen.lost), "bad_checkpoint");
    need(seen.forged.length === 0, "forged_witness");
    need(!seen.lost, "compromised_log");
    need(await proves(proof.index, proof.note.size, leaf, proof.path, proof.note.root), "not_included");
    return { ...seen, origin: proof.note.origin, index: proof.index, size: proof.note.size };
  };

  const check = async (receipt, keys) => {
    const source = readJson(keys.replace(/^\uFEFF/, ""), "bad_pins");
    const { token, proof: kept } = readFile(receipt);
    const { content, kid, fingerprint: name } = await readReceipt(token, source);
    let leaf;
    try {
      leaf = await leafOf(content);
    } catch {
      throw new Refused("malformed_receipt");
    }
    need(content["sayso:log"].leafHash === hex(leaf), "wrong_entry");
    const proof = kept === null ? null : readProof(String(kept));
    const pins = await readPins(source);
    const place = proof === null ? null : await placeOf(proof, leaf, pins);
    const since = pins.compromised.get(name);
    need(since === undefined || (place?.earliest ?? since) < since, "compromised_key");
    return { content, kid, place };
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
  // As the other pages write a moment: in the page's language, with our digits, to the second, in UTC.
  const language = { en: "en-GB", ar: "ar-u-nu-latn" }[document.documentElement.lang] ?? document.documentElement.lang;
  const style = { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23", timeZone: "UTC" };
  const moment = (text) => {
    const at = new Date(text);
    return Number.isNaN(at.getTime()) ? String(text) : `${new Intl.DateTimeFormat(language, style).format(at)} UTC`;
  };
  const time = (seconds) => moment(seconds * 1000);

  const showPlace = (found, list, outcome) => {
    const place = found.place;
    if (!place) {
      element("li", `${word("promised")} ${moment(found.content["sayso:log"].inLogBy)}.`, list, "open");
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
    row(facts, word("recorded"), moment(found.content["dct:created"]));
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
