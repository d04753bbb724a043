// Carries what the page asks to the device and what the device answers back into the form; decides nothing.
"use strict";
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (asked) => {
    const publicKey = { ...asked, challenge: bytes(asked.challenge) };
    publicKey.user = { ...asked.user, id: bytes(asked.user.id) };
    publicKey.excludeCredentials = known(asked.excludeCredentials);
    const made = await navigator.credentials.create({ publicKey });
    return written(made, {
      clientDataJSON: text(made.response.clientDataJSON),
      attestationObject: text(made.response.attestationObject),
    });
  };

  const show = async (asked) => {
    const publicKey = { ...asked, challenge: bytes(asked.challenge) };
    publicKey.allowCredentials = known(asked.allowCredentials);
    const shown = await navigator.credentials.get({ publicKey });
    const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
    return written(shown, {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    });
  };

  const written = (credential, response) =>
    JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });

  const carry = async (form) => {
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    form.elements.namedItem("credential").value = "";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      const asked = (await answer.json()).publicKey;
      const value = form.dataset.passkey === "create" ? await make(asked) : await show(asked);
      form.elements.namedItem("credential").value = value;
      form.submit();
    } catch {
      failed.hidden = false;
    }
  };

  if (window.PublicKeyCredential) {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      form.hidden = false;
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        carry(form);
      });
    }
    for (const note of document.querySelectorAll("[data-without-script]")) note.hidden = true;
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
