// Passkeys: buttons of forms, autofill on the login page, and signals to password managers.
"use strict";

// A block, because scripts of a page share constants.
{
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

  // Browsers take ids and the challenge as bytes.
  const optionsOf = (button) => {
    const options = JSON.parse(button.dataset.passkey);
    const { user, excludeCredentials = [], allowCredentials = [] } = options;
    options.challenge = toBytes(options.challenge);
    for (const entity of [...excludeCredentials, ...allowCredentials, ...(user ? [user] : [])]) {
      entity.id = toBytes(entity.id);
    }
    return options;
  };

  // Not every browser has toJSON().
  const toJson = (credential) => {
    const id = toText(credential.rawId);
    const { type, response: from } = credential;
    const response = { transports: from.getTransports?.() };
    for (const name of [
      "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle",
    ]) {
      if (from[name]) response[name] = toText(from[name]);
    }
    const clientExtensionResults = credential.getClientExtensionResults();
    return JSON.stringify({ id, rawId: id, type, response, clientExtensionResults });
  };

  const setUp = (button) => {
    const { form } = button;
    const { exists, failed, reload } = button.dataset;
    const message = document.createElement("p");
    const waiting = new AbortController();
    let autofill, busy;

    message.className = "error";
    message.setAttribute("role", "alert");

    const submit = (credential) => {
      const field = form.querySelector("[name=passkey]");
      field.value = toJson(credential);
      form.requestSubmit(button);
      // It works once, so it must not stay in the page.
      field.value = "";
    };

    const offer = async () => {
      if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
      const { signal } = waiting;
      const publicKey = optionsOf(button);
      submit(await navigator.credentials.get({ publicKey, mediation: "conditional", signal }));
    };

    button.addEventListener("click", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      message.remove();
      // Browsers allow one request at a time.
      waiting.abort();
      await autofill;
      try {
        const publicKey = optionsOf(button);
        const act = publicKey.user ? "create" : "get";
        submit(await navigator.credentials[act]({ publicKey }));
      } catch ({ name }) {
        message.textContent = (name === "InvalidStateError" && exists) || failed;
        button.after(message);
      }
      busy = false;
    });
    button.hidden = false;

    // The challenge of a login page expires after an hour.
    const loaded = Date.now();
    addEventListener("visibilitychange", () => {
      const old = Date.now() - loaded > 50 * 60000;
      if (!reload || !old || busy || document.hidden) return;
      const inputs = [...form.querySelectorAll("input")];
      if (inputs.every((input) => input.value === input.defaultValue)) location.replace(reload);
    });

    // The user did not ask for this request. Its failure is not shown, and it is not repeated.
    if (form.querySelector("[autocomplete~=webauthn]")) autofill = offer().catch(() => {});
  };

  const signal = ({ dataset }) => {
    for (const [name, details] of Object.entries(JSON.parse(dataset.signal))) {
      PublicKeyCredential[name]?.(details).catch(() => {});
    }
  };

  // An error in one element does not affect the others.
  const each = (css, part) => {
    for (const element of document.querySelectorAll(css)) try { part(element); } catch {}
  };

  if (window.PublicKeyCredential) {
    each("[data-passkey]", setUp);
    each("[data-signal]", signal);
    each("[data-no-passkey]", (text) => text.remove());
  }
}
