// New messages appear by themselves: when news of them come, or else now and then, the page is asked for again and what differs
// in its list is changed. The rest stays as it is and where it is, with the focus and whatever is selected, and is not read
// aloud again.

const EVERY = 30_000; // milliseconds, where no news come by themselves
const list = document.querySelector("[data-renew]");

async function renew() {
  if (document.hidden) return; // nobody looks, and lines cost money
  const reply = await fetch(list.dataset.renew).catch(() => null);
  if (!reply?.ok || reply.redirected) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  page.querySelectorAll("time[data-moment]").forEach(tellOwnTime); // as those that stand here: else all would differ
  // What comes while somebody looks on needs no line that says from where on it is new.
  const fresh = [...(page.getElementById(list.id)?.children ?? [])].filter(({ id }) => id !== "first-new" || document.getElementById(id));
  if (fresh.length) stayingInPlace(() => show(fresh));
}

// Those before the first that came again are older than the page that came, and stay.
function show(fresh) {
  const ids = new Set(fresh.map(({ id }) => id));
  const there = [...list.children];
  const begin = Math.max(0, there.findIndex(({ id }) => ids.has(id)));
  for (const child of there.slice(begin)) if (!ids.has(child.id)) child.remove();
  let last = there[begin - 1] ?? null;
  for (const child of fresh) {
    const known = there.find(({ id }) => id === child.id);
    if (!known) list.insertBefore(child, last ? last.nextSibling : list.firstChild);
    else if (!known.isEqualNode(child)) known.replaceWith(child);
    last = known?.isConnected ? known : child;
  }
}

// Whoever writes has the field before them: it stays there, though something is put in above it.
function stayingInPlace(change) {
  const held = document.activeElement;
  const { top, bottom } = held.getBoundingClientRect();
  const isInView = held !== document.body && bottom > 0 && top < innerHeight;
  change();
  if (isInView) scrollBy({ top: held.getBoundingClientRect().top - top, behavior: "instant" });
}

if (list) {
  const here = list.dataset.connection;
  live.addEventListener("news", ({ detail: { kind, ids, first } }) => {
    if (!kind.includes(".") || ids.connection_id === here) first.push(renew());
  });
  setInterval(() => live.on || renew(), EVERY);
  live.pass({ kind: "message.received", ids: { connection_id: here } }); // it may have been written in this tab
}
