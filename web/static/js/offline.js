// When the line breaks: words that cannot be sent stay where they were typed, and members see a page of ours.

const words = "This was not sent, because this device has no connection. What you typed is still here. Send it again when the connection is back.";

function tell() {
  document.getElementById("not-sent")?.remove();
  const notice = document.createElement("div");
  notice.id = "not-sent";
  notice.className = "notice care";
  notice.tabIndex = -1;
  notice.setAttribute("role", "alert");
  notice.append(Object.assign(document.createElement("p"), { textContent: words }));
  document.querySelector("main").prepend(notice);
  notice.focus();
}

const isSigningOut = (form) => new URL(form.action).pathname === "/sign-out";

// Before all others: a draft must not be marked as sent.
window.addEventListener("submit", (event) => {
  if (navigator.onLine) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell();
}, true);
window.addEventListener("online", () => {
  document.getElementById("not-sent")?.remove();
  if (document.querySelector("[data-offline]")) location.reload();
});

// The worker is for members only: whoever just looked finds nothing of ours in their browser afterwards. Where a browser cannot
// ask for the page beside the worker, there is none: requests would lose what the browser says about where they come from.
const worker = navigator.serviceWorker;
const fits = worker && "navigationPreload" in ServiceWorkerRegistration.prototype;
if (fits && document.body.dataset.member) {
  window.addEventListener("load", () => worker.register("/service-worker.js").catch(() => {}));
  document.addEventListener("submit", async ({ target }) => {
    if (!isSigningOut(target)) return; // the server says the same to browsers that know Clear-Site-Data
    for (const registration of await worker.getRegistrations()) registration.unregister();
    for (const name of await caches.keys()) caches.delete(name);
  });
}
