// Whoever signs out, in any tab or from afar, leaves nothing on a screen for the next person there: every tab says for whom its
// page is, and one whose member is signed in here no more asks for its page again, which leads to the way in.

// Opened when it is first needed: to open it takes a cheap phone some time, before anything is seen.
let opened = null;
const everyTab = () => (opened ??= "BroadcastChannel" in window ? new BroadcastChannel("wherefore") : null);
const askAfter = 1_000; // milliseconds: a key that is just renewed in another tab may not be here yet

const forget = (which) => store((s) => Object.keys(s).filter((key) => key.startsWith("wherefore:") && which(key)).forEach((key) => s.removeItem(key)));

// What waits, or that it would be said to somebody else than the member of this page, or to nobody.
async function askCounts() {
  const reply = await fetch("/events/counts", { redirect: "manual" }).catch(() => null);
  const counts = reply?.ok ? await reply.json() : {};
  const isLedToSignIn = reply?.type === "opaqueredirect";
  const over = isLedToSignIn || (counts.member ?? member) !== member;
  return over ? { over } : counts;
}

// Words that only this tab has stay in it: they are back when the same member is.
function endPage() {
  const page = document.querySelector("input[name=page]")?.value ?? location.pathname + location.search; // what a form was sent to is often none
  showNothing();
  forget((key) => store((s) => s.getItem(key.split("\u0000")[0] + unsavedMark)) === null);
  location.replace(page);
}

let lookingWhetherOver = false;

// Somebody who has just typed what could not be sent sits here, and is told so: they are not sent away by themselves.
async function endIfOver({ evenWhileTyping = false } = {}) {
  if (lookingWhetherOver) return;
  lookingWhetherOver = true;
  await new Promise((over) => setTimeout(over, askAfter));
  const { over } = await askCounts();
  lookingWhetherOver = false;
  if (over && (evenWhileTyping || ![...document.querySelectorAll("textarea[data-keep]")].some(isUnsaved))) endPage();
}

function meetOtherTabs() {
  if (member && everyTab()) {
    everyTab().onmessage = ({ data }) => {
      if (data.forget) forget(() => true);
      else if (data.member !== member) endIfOver({ evenWhileTyping: true });
    };
  }
  everyTab()?.postMessage({ member });
  // What somebody else began in this tab, whose session was over before this one signed in.
  if (member) forget((key) => !key.startsWith(prefix));
}

window.addEventListener("load", () => setTimeout(meetOtherTabs));
