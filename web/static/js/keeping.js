// Keeps what is being written: the whole form goes quietly to the address in data-keep, a little after the last letter.
// Says "Saved" where it can be seen, and aloud only when something changes: once at first, and when it fails or works again.

const pauseAfterTyping = 1200; // milliseconds
const leastBetween = 4000;
const tryAgainAfter = 15000;

const sayings = {
  saved: "Saved",
  offline: "Not saved: there is no connection. Your words stay in this tab, and we try again.",
  wait: "Not saved yet. Your words stay in this tab, and we try again soon.",
  signedOut: "Not saved: you may be signed out. Your words stay in this tab. Sign in again here, and they are back.",
  refused: "Not saved. Your words stay in this tab: copy them before you close it.",
};

function sayingFor(status) {
  if (status < 300) return "saved";
  if (status === 401 || status === 403) return "signedOut";
  return status === 429 || status >= 500 ? "wait" : "refused";
}

class Keeper {
  constructor(area) {
    this.area = area;
    this.last = area.value;
    this.earliest = 0;
    this.line = area.closest(".field").querySelector(".kept"); // it stands there empty, so that nothing moves
    if (isUnsaved(area)) this.soon();
  }

  get changed() {
    return this.area.value !== this.last || isUnsaved(this.area);
  }

  soon(least = pauseAfterTyping) {
    clearTimeout(this.timer);
    if (this.sent) return;
    this.timer = setTimeout(() => this.keep(), Math.max(least, this.earliest - Date.now()));
  }

  typed() {
    this.line.textContent = "";
    this.soon();
  }

  keep(leaving = false) {
    clearTimeout(this.timer);
    if (!this.changed || this.sent || (this.saving && !leaving)) return this.saving;
    this.earliest = Date.now() + leastBetween;
    this.saving = this.send(this.area.value, leaving).finally(() => {
      this.saving = null;
      if (this.area.value !== this.last && this.said === "saved") this.soon();
    });
    return this.saving;
  }

  async send(words, leaving) {
    const body = new URLSearchParams(new FormData(this.area.form));
    body.set("quietly", "1");
    try {
      const reply = await fetch(this.area.dataset.keep, { method: "POST", body, keepalive: leaving, redirect: "error" });
      if (reply.ok) {
        this.last = words;
        if (this.area.value === words) markSaved(this.area);
      }
      this.say(sayingFor(reply.status));
      if (this.said === "wait") this.soon(1000 * Number(reply.headers.get("Retry-After") ?? 0) || tryAgainAfter);
    } catch {
      this.say("offline");
      this.soon(tryAgainAfter);
    }
  }

  say(what) {
    this.line.textContent = this.area.value === this.last || what !== "saved" ? sayings[what] : "";
    this.line.classList.toggle("not", what !== "saved");
    if (what !== this.said) announce(sayings[what]);
    this.said = what;
  }
}

const keepers = [...document.querySelectorAll("textarea[data-keep]")].map((area) => new Keeper(area));
const keepersIn = (form) => keepers.filter((keeper) => keeper.area.form === form);

// Every one of a form sends all of it, so that for a field beside them the first is enough.
document.addEventListener("input", ({ target }) => (keepers.find(({ area }) => area === target) ?? keepersIn(target.form)[0])?.typed());
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[type=radio], [type=checkbox], select")) return;
  const keeper = keepersIn(target.form).find(({ area }) => area.value);
  if (keeper) {
    markUnsaved(keeper.area);
    keeper.soon();
  }
});

// What is on its way arrives before what is sent for good: else it would be kept once more after it was sent.
document.addEventListener("submit", (event) => {
  const here = keepersIn(event.target);
  for (const keeper of here) {
    clearTimeout(keeper.timer);
    keeper.sent = true;
  }
  const saving = here.filter((keeper) => keeper.saving && !keeper.waited);
  if (!saving.length) return;
  event.preventDefault();
  for (const keeper of saving) keeper.waited = true;
  const goOn = () => event.target.requestSubmit(event.submitter);
  Promise.race([Promise.all(saving.map((keeper) => keeper.saving)), new Promise((over) => setTimeout(over, 3000))]).then(goOn);
});

window.addEventListener("pagehide", () => keepers.forEach((keeper) => keeper.keep(true)));
document.addEventListener("visibilitychange", () => document.hidden && keepers.forEach((keeper) => keeper.keep(true)));
window.addEventListener("online", () => keepers.forEach((keeper) => keeper.changed && keeper.soon()));
// A page that comes back as it was left may go on.
window.addEventListener("pageshow", () => keepers.forEach((keeper) => Object.assign(keeper, { sent: false, waited: false })));
