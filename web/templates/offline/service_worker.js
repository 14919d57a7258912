// For members whose line breaks: shows one page of ours then. It keeps that page and the files that it needs, and nothing else:
// never a page that somebody was shown. It asks for nothing itself: pages come by the browser's own requests, so that the
// server knows from where each was asked for.
const KEPT = {{ kept | tojson }};
const PAGE = {{ page | tojson }};
const CACHE = "wherefore-{{ version }}";

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.map((address) => new Request(address, { credentials: "omit" }))); // as nobody in particular
  await self.skipWaiting();
}

async function begin() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.registration.navigationPreload.enable();
  await self.clients.claim();
}

const kept = (address) => caches.match(address, { ignoreVary: true });

async function show(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await kept(PAGE)) ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(begin()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return; // forms are the browser's affair: it alone knows whether they were sent
  if (request.mode === "navigate") event.respondWith(show(event));
  else if (KEPT.includes(new URL(request.url).pathname) && new URL(request.url).pathname !== PAGE)
    event.respondWith(kept(request.url).then((found) => found ?? fetch(request)));
});
