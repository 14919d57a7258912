// News without asking for them: a stream says that something is new, by kind and ids, and pages ask for it as they would anyway.
// One tab of a browser has the stream for all of them (Web Locks) and passes on what it hears (BroadcastChannel): a stream for
// each of seven tabs would leave no connection for pages. Whoever has no stream sees the same by a plain refresh.

const untilQuiet = 2_000; // milliseconds: what belongs to the page comes first
const hiddenForLong = 5 * 60_000;
const waitsWhenRefused = [60_000, 5 * 60_000, 30 * 60_000]; // where a stream was refused
const mostSecondsBack = 60; // as REMEMBERED_SECONDS in api/live/streams.py
const kindsOfNews = ["request.received", "request.answered", "connection.made", "message.received", "refresh"];

const live = new EventTarget(); // "news" says what is new, wherever it was heard, and "look" that somebody looks again
live.on = false; // whether news come by themselves just now

const otherTabs = member && "BroadcastChannel" in window ? new BroadcastChannel(`wherefore ${member}`) : null;
live.pass = (said) => otherTabs?.postMessage(said);

// Whoever has something of its own to ask for adds it to `first`: to read a message changes how many are new.
live.tell = async (kind, ids = {}) => {
  const detail = { kind, ids, first: [] };
  live.dispatchEvent(new CustomEvent("news", { detail }));
  await Promise.all(detail.first);
  countAnew();
};

function hear({ on, kind, ids, who }) {
  if (on !== undefined) live.on = on;
  if (kind) live.tell(kind, ids);
  if (who && closeStream) live.pass({ on: live.on });
}

function say(said) {
  hear(said);
  live.pass(said);
}

// --- The stream ---

let looking = false; // whether somebody does, or did a moment ago
let stopWaiting; // leaves the row of tabs that wait for the stream
let closeStream; // where this tab has it
let refusals = 0;

function openStream(over) {
  const back = Math.ceil(performance.now() / 1000) + 1;
  const late = back > mostSecondsBack; // the stream was another tab's before
  const source = new EventSource(late ? "/events" : `/events?last=${back}`);
  let again;
  closeStream = () => {
    clearTimeout(again);
    source.close();
    closeStream = null;
    say({ on: false });
    over();
  };
  source.onopen = () => {
    refusals = 0;
    say(late ? { on: true, kind: "refresh" } : { on: true });
  };
  source.onerror = () => {
    say({ on: false });
    if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself, and is told to refresh
    endIfOver();
    again = setTimeout(() => closeStream?.(), waitsWhenRefused[Math.min(refusals, waitsWhenRefused.length - 1)]);
    refusals += 1;
  };
  for (const kind of kindsOfNews) source.addEventListener(kind, ({ data }) => say({ kind, ids: JSON.parse(data) }));
}

async function takeTurn() {
  if (stopWaiting || !looking) return;
  const waiting = new AbortController();
  stopWaiting = () => waiting.abort();
  try {
    await navigator.locks.request(`wherefore ${member}`, { signal: waiting.signal }, () => looking && new Promise(openStream));
  } catch {
    // It waited in vain, and nobody looks any more.
  }
  stopWaiting = null;
  takeTurn();
}

function rest() {
  looking = false;
  stopWaiting?.();
  closeStream?.();
}

let resting;

function noteLooking() {
  clearTimeout(resting);
  if (document.hidden) {
    resting = setTimeout(rest, hiddenForLong);
    return;
  }
  looking = true;
  if (!closeStream) live.on = false; // until the tab that has it answers
  live.pass({ who: true });
  takeTurn();
}

// --- Beside the links of the head: how much waits ---

function showWaiting(place, number) {
  const word = Object.assign(document.createElement("span"), { className: "word", textContent: ` ${place.dataset.word}` });
  place.replaceChildren(...(number ? [` (${number}`, word, ")"] : []));
}

let counting = false;
let countAgain = false;

async function countAnew() {
  if (document.hidden) return; // it is looked at again when somebody looks
  countAgain = counting;
  if (counting) return;
  counting = true;
  const counts = await askCounts();
  if (counts.over) endIfOver();
  for (const place of document.querySelectorAll("[data-count]")) {
    if (place.dataset.count in counts) showWaiting(place, counts[place.dataset.count]);
  }
  counting = false;
  if (countAgain) countAnew();
}

if (otherTabs && navigator.locks && "EventSource" in window) {
  otherTabs.onmessage = ({ data }) => hear(data);
  const begin = () => {
    noteLooking();
    document.addEventListener("visibilitychange", () => {
      noteLooking();
      if (!document.hidden) live.tell("look");
    });
  };
  window.addEventListener("load", () => setTimeout(begin, untilQuiet));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", ({ persisted }) => persisted && noteLooking());
}
