// Passkeys: the one thing on these pages that a browser cannot do without a script. A form with data-passkey="get" or
// "create" asks the server what is to be signed, lets the browser's own dialogue do it, and is then sent as any form is.
// Without a script, or in a browser without passkeys, what needs them stays hidden and passwords are there.

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (list) => (list ?? []).map((entry) => ({ ...entry, id: fromText(entry.id) }));

function readOptions(options) {
  const read = { ...options, challenge: fromText(options.challenge) };
  if (options.user) read.user = { ...options.user, id: fromText(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.allowCredentials) read.allowCredentials = withBytes(options.allowCredentials);
  return read;
}

function written(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const response = {};
  for (const part of parts) if (credential.response[part]) response[part] = toText(credential.response[part]);
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

class Refused extends Error {}

// Passwords stay here: the server needs none of them to say what is to be signed.
async function optionsFor(form) {
  const fields = new URLSearchParams(new FormData(form));
  for (const name of ["password", "answer_of_passkey"]) fields.delete(name);
  const reply = await fetch(form.dataset.options, { method: "POST", body: fields });
  const sent = (reply.headers.get("content-type") ?? "").startsWith("application/json") ? await reply.json() : {};
  if (!reply.ok) throw new Refused(sent.message ?? "That did not work. Load the page again, and try once more.");
  return readOptions(sent);
}

let waiting; // the dialogue that is open, or that waits in the list of the address field

async function ask(form, more = {}) {
  waiting?.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const publicKey = await optionsFor(form);
  const creating = form.dataset.passkey === "create";
  const credential = await navigator.credentials[creating ? "create" : "get"]({ publicKey, signal, ...more });
  form.elements.namedItem("answer_of_passkey").value = written(credential);
  form.submit();
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-error]");
  place.textContent = words;
  place.hidden = !words;
}

const wordsFor = (error) => {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return "This device has a passkey for you already.";
  if (error.name === "SecurityError") return "Passkeys work only at this site's own address. Use another way here.";
  return "No passkey was used. Try once more, or use another way.";
};

async function press(form) {
  say(form, "");
  try {
    await ask(form);
  } catch (error) {
    if (error.name !== "AbortError") say(form, wordsFor(error));
    offerInField(form);
  }
}

// Browsers that can offer a passkey in the list under the address field, where people look for their address anyway.
const CHALLENGE_IS_GOOD_FOR = 4 * 60 * 1000;

async function offerInField(form) {
  if (!("inField" in form.dataset)) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const again = setTimeout(() => offerInField(form), CHALLENGE_IS_GOOD_FOR);
  try {
    await ask(form, { mediation: "conditional" });
  } catch (error) {
    if (error.name === "AbortError") clearTimeout(again);
    // Anything else is nobody's fault: they did not choose one. The button is there.
  }
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const part = form.querySelector("[data-passkey-part]");
    part.hidden = false;
    form.querySelector("[data-passkey-without]")?.setAttribute("hidden", "");
    const first = part.querySelector(".primary"); // a page has one filled button, and this way is the better one
    if (first) for (const other of document.querySelectorAll("main button.primary")) if (other !== first) other.classList.replace("primary", "quiet");
    part.querySelector("button[data-passkey-button]").addEventListener("click", () => press(form));
    offerInField(form);
  }
}
