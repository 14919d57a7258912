// New messages appear by themselves: the page is asked for again now and then, and what differs in its list is changed.
// The rest stays as it is, with the focus and whatever is selected, and is not read aloud again.

const EVERY = 30_000; // milliseconds
const list = document.querySelector("[data-renew]");

async function renew() {
  if (document.hidden) return; // nobody looks, and lines cost money
  const reply = await fetch(list.dataset.renew).catch(() => null);
  if (!reply?.ok || reply.redirected) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  page.querySelectorAll("time[data-moment]").forEach(tellOwnTime); // as those that stand here: else all would differ
  const fresh = [...(page.getElementById(list.id)?.children ?? [])];
  if (fresh.length) show(fresh);
}

function show(fresh) {
  const ids = new Set(fresh.map((child) => child.id));
  for (const child of [...list.children]) if (!ids.has(child.id)) child.remove();
  fresh.forEach((child, place) => {
    const there = [...list.children].find((known) => known.id === child.id);
    if (!there) list.insertBefore(child, list.children[place] ?? null);
    else if (!there.isEqualNode(child)) there.replaceWith(child);
  });
}

if (list) setInterval(renew, EVERY);
