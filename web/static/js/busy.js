// While a form is on its way: a second press does nothing, and after a second the page says that something goes on.

const sayAfter = 1_000; // milliseconds
const sayAgainAfter = 10_000;
const freeAgainAfter = 30_000; // somebody may have stopped it, which no page is told
const downloadBegins = 5_000; // nor when a download has begun

class Busy {
  constructor(form, submitter) {
    this.form = form;
    this.buttons = [...form.elements].filter(({ type }) => type === "submit");
    this.buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    form.setAttribute("aria-busy", "true");
    this.line = Object.assign(document.createElement("p"), { className: "aside going-on" });
    const isDownload = "download" in form.dataset;
    const words = isDownload ? "Your copy is being made. Your browser says when it is there." : "One moment. This is on its way.";
    this.timers = [
      setTimeout(() => this.say(words, submitter), sayAfter),
      setTimeout(() => this.say("This takes longer than usual. Stay on this page.", submitter), sayAgainAfter),
      setTimeout(() => this.end(), isDownload ? downloadBegins : freeAgainAfter),
    ];
  }

  say(words, submitter) {
    this.line.textContent = words;
    ((submitter ?? this.buttons[0])?.closest(".row") ?? submitter ?? this.form).after(this.line);
    announce(words);
  }

  end() {
    this.timers.forEach(clearTimeout);
    this.buttons.forEach((button) => button.removeAttribute("aria-disabled"));
    this.form.removeAttribute("aria-busy");
    this.line.remove();
    underWay.delete(this.form);
  }
}

const underWay = new Map();

// After all others: one that keeps a draft first, or that stays as there is no connection, is not on its way.
window.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (underWay.has(event.target)) event.preventDefault();
  else underWay.set(event.target, new Busy(event.target, event.submitter));
});
// A page that comes back as it was left, or that was not left after all.
window.addEventListener("pageshow", () => underWay.forEach((busy) => busy.end()));
