// Small kindnesses on top of pages that work without them: a live count, focus on what went wrong, kept drafts.

// Length as the server counts it: code points after NFC, without white space around.
const lengthOf = (text) => [...text.normalize("NFC").trim()].length;

const countWords = (length, min, max) => {
  if (max && length > max) return `${length - max} too many`;
  if (min && length < min) return `${min - length} more needed`;
  if (max) return `${max - length} left`;
  return `${length} written`;
};

let announcing;

function showCount(area, aloud) {
  const min = Number(area.dataset.countMin);
  const max = Number(area.dataset.countMax);
  const line = document.getElementById(`${area.id}-count`);
  if (!line) return;
  line.dataset.rule ??= line.textContent;
  const length = lengthOf(area.value);
  const words = countWords(length, min, max);
  line.textContent = length ? `${line.dataset.rule}: ${words}` : line.dataset.rule;
  line.classList.toggle("over", Boolean(max) && length > max);
  if (aloud) {
    clearTimeout(announcing);
    announcing = setTimeout(() => announce(words), 1200);
  }
}

function announce(words) {
  let region = document.getElementById("spoken-count");
  if (!region) {
    region = document.createElement("div");
    region.id = "spoken-count";
    region.className = "hidden-text";
    region.setAttribute("role", "status");
    document.body.append(region);
    setTimeout(() => (region.textContent = words), 100); // a region must exist before it speaks
  } else {
    region.textContent = words;
  }
}

// Drafts live in this tab only, under the member's id, so that the next person at a shared computer never meets them.
// A draft that was sent is forgotten when the page after it says that all is well, and kept when it does not.
const member = document.body.dataset.member;
const prefix = `wherefore:${member}:`;
const sentMark = "\u0000sent";

function store(action) {
  try {
    return action(sessionStorage);
  } catch {
    return null; // storage may be switched off or full; the page works without it
  }
}

const draftKey = (area) => prefix + area.dataset.draft;
const besideMark = "\u0000beside";
// What the server does not have yet: it is newer than what the server sends. See keeping.js.
const unsavedMark = "\u0000unsaved";
const isUnsaved = (area) => store((s) => s.getItem(draftKey(area) + unsavedMark)) !== null;
const markUnsaved = (area) => member && store((s) => s.setItem(draftKey(area) + unsavedMark, "1"));
const markSaved = (area) => store((s) => s.removeItem(draftKey(area) + unsavedMark));
const sameWords = (one, other) => one.normalize("NFC").trim() === other.normalize("NFC").trim();
const keep = (area) => {
  if (!member) return;
  store((s) => s.setItem(draftKey(area), area.value));
  store((s) => s.setItem(draftKey(area) + besideMark, JSON.stringify({ page: location.href, fields: fieldsBeside(area) })));
};

// What is chosen and filled in beside a draft, such as whose words a reason is about.
const fieldsBeside = (area) =>
  [...(area.form?.elements ?? [])]
    .filter((field) => field.matches("[type=radio]:checked, [type=text]:not([autocomplete$=password])"))
    .map((field) => [field.name, field.value]);

function restoreBeside(area) {
  const kept = JSON.parse(store((s) => s.getItem(draftKey(area) + besideMark)) ?? "null");
  if (kept?.page !== location.href) return; // a link that chooses something else is the newer truth
  const fields = new Map(kept.fields);
  for (const field of area.form?.elements ?? []) {
    if (field.matches("[type=radio]") && fields.has(field.name)) field.checked = field.value === fields.get(field.name);
    if (field.matches("[type=text]") && fields.has(field.name)) field.value = fields.get(field.name);
  }
}

function settleDrafts() {
  const settled = document.body.dataset.drafts === "settled";
  const refused = document.querySelector("[data-error-summary]");
  const wasSent = store((s) => Object.keys(s).filter((key) => key.endsWith(sentMark))) ?? [];
  for (const mark of wasSent) {
    store((s) => {
      const draft = mark.slice(0, -sentMark.length);
      if (settled && !refused) [draft, draft + besideMark, draft + unsavedMark].forEach((key) => s.removeItem(key));
      s.removeItem(mark);
    });
  }
}

function restoreDraft(area) {
  if (!member) return;
  if (area.dataset.keep) restoreKept(area);
  else restoreHere(area);
}

// The server has what was written up to some moment; this tab has the rest, where it could not be sent.
function restoreKept(area) {
  const here = store((s) => s.getItem(draftKey(area))) ?? "";
  if (isUnsaved(area) && here && !sameWords(here, area.value)) {
    area.value = here;
    restoreBeside(area);
    return;
  }
  if (sameWords(here, area.value) && here) restoreBeside(area);
  markSaved(area);
  keep(area);
}

function restoreHere(area) {
  if (area.value) keep(area); // what the server sent back is the newer truth
  else if ((area.value = store((s) => s.getItem(draftKey(area))) ?? "")) restoreBeside(area);
}

// A day and a time in the reader's own zone; without scripts it stands there in UTC, and says so.
// Put together here: the first use of Intl costs a cheap phone a tenth of a second, before anything is seen.
const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const twoDigits = (number) => String(number).padStart(2, "0");
const inOwnTime = (at) => `${at.getDate()} ${months[at.getMonth()]}, ${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
// The zone keeps its room, so that nothing beside it moves.
const tellOwnTime = (time) => (time.firstChild.data = inOwnTime(new Date(time.dateTime)));
document.documentElement.classList.add("own-time");

function prepare(root) {
  root.querySelectorAll("time[data-moment]").forEach(tellOwnTime);
  root.querySelectorAll("textarea[data-draft]").forEach(restoreDraft);
  root.querySelectorAll("textarea[data-count-min], textarea[data-count-max]").forEach((area) => showCount(area));
  root.querySelector("[data-error-summary]")?.focus();
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea")) return;
  if (target.dataset.draft) keep(target);
  if (target.dataset.keep) markUnsaved(target);
  if (target.dataset.countMin || target.dataset.countMax) showCount(target, true);
});

// A password may be seen while it is typed, by whoever is alone. It is sent as what it is, so that browsers keep it safe.
function showTyped(box, shown) {
  box.checked = shown;
  document.getElementById(box.dataset.show).type = shown ? "text" : "password";
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-show]")) showTyped(target, target.checked);
  if (target.matches("[type=radio], [type=text]")) target.form?.querySelectorAll("textarea[data-draft]").forEach(keep);
});

document.addEventListener("submit", ({ target }) => {
  target.querySelectorAll("[data-show]").forEach((box) => showTyped(box, false));
  if (new URL(target.action).pathname === "/sign-out") {
    forget(() => true);
    everyTab()?.postMessage({ forget: true }); // the page that comes of it makes them look whether anybody is signed in
    return;
  }
  target.querySelectorAll("textarea[data-draft]").forEach((area) => store((s) => s.setItem(draftKey(area) + sentMark, "1")));
});

// Leaving at once, for whoever must not be seen here: nothing is left to look at, and this page is no step of the history.
const exit = document.querySelector("[data-leave]");
const mostBetween = 3000; // milliseconds
const presses = { needed: 3, made: 0, last: 0 };

function showNothing() {
  document.title = " ";
  document.body.replaceChildren();
}

function leave() {
  showNothing();
  location.replace(exit.href);
}

if (exit) {
  exit.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // somebody wants it in a window of its own
    event.preventDefault();
    leave();
  });
  // Shift three times does the same. Not in a field: there it is how somebody with one hand writes a capital letter.
  document.addEventListener("keydown", ({ key, repeat, target, timeStamp }) => {
    if (repeat) return;
    const counts = key === "Shift" && !target.closest?.("input, textarea, select, [contenteditable]");
    presses.made = counts ? (timeStamp - presses.last < mostBetween ? presses.made : 0) + 1 : 0;
    presses.last = timeStamp;
    if (presses.made === presses.needed) leave();
    else if (presses.made === presses.needed - 1) announce("Press Shift once more to leave this page");
  });
  // A browser that kept the page as it was left shows it anew, or the way to sign in.
  window.addEventListener("pageshow", ({ persisted }) => persisted && !document.body.childElementCount && location.reload());
}

// What is closed opens when an address names something within it. Older browsers do not do so by themselves.
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  const closed = named?.closest("details:not([open])");
  if (!closed) return;
  closed.open = true;
  named.scrollIntoView();
}

window.addEventListener("hashchange", openNamed);

// Where all is well and no draft is shown it can wait: the first look into the storage of a tab costs time, too.
if (document.body.dataset.drafts !== "settled" || document.querySelector("textarea[data-draft], [data-error-summary]")) settleDrafts();
else window.addEventListener("load", () => setTimeout(settleDrafts));
prepare(document);
openNamed();
