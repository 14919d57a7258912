// What can be seen of an open page by measuring it. Each check gives a list of lines, empty where all is well.

(() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  // A form whose field is called "matches" has that field under the name, and not what every element can do.
  const is = (element, selector) => Element.prototype.matches.call(element, selector);
  const told = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 110);
  const all = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const INLINE = ":is(p, li, dd, span, label, legend, figcaption, td) a";
  const inReach = () =>
    all(`${CONTROLS}, [tabindex="0"]`).filter((one) => !one.disabled && one.tabIndex >= 0 && !isUnchosenRadio(one));
  // The Tab key stops once at a group of radio buttons: at the chosen one, or at the first.
  const isUnchosenRadio = (one) => {
    if (one.type !== "radio") return false;
    const group = [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(one.name)}"]`)].filter((other) => other.form === one.form);
    return one !== (group.find((other) => other.checked) ?? group[0]);
  };
  // What a finger or a pointer meets: a choice is pressed anywhere on its card.
  const boxOf = (element) => (element.closest(".choice") ?? element).getBoundingClientRect();

  // Where there is text, and how far it reaches; not the beginning that a summary gives of what it opens.
  function* texts(root = document.body) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    while (walk.nextNode()) {
      const text = walk.currentNode;
      const holder = text.parentElement;
      if (!text.data.trim() || !seen(holder) || holder.closest(".hidden-text, .word, .skip, .sideways, textarea, option, svg, summary .start")) continue;
      range.selectNodeContents(text);
      yield [text, holder, range.getBoundingClientRect()];
    }
  }

  const page = document.documentElement;

  window.examine = {
    // WCAG 1.4.10: nothing needs scrolling sideways, nothing reaches over the edge of the screen.
    tooWide() {
      const found = page.scrollWidth > page.clientWidth ? [`the page is ${page.scrollWidth} wide in ${page.clientWidth}`] : [];
      for (const [text, , box] of texts()) {
        if (box.width && (box.right > page.clientWidth + 1 || box.left < -1)) found.push(`over the edge: ${text.data.trim().slice(0, 60)}`);
      }
      return found;
    },

    // WCAG 1.4.4, 1.4.12: no text is cut off by its box or laid over its edge.
    cut() {
      const found = [];
      for (const [text, holder, box] of texts()) {
        if (!box.width) continue;
        for (let one = holder; one && one !== document.body; one = one.parentElement) {
          const style = getComputedStyle(one);
          const edge = one.getBoundingClientRect();
          const bounds = style.overflow !== "visible" || style.borderTopStyle !== "none" || style.backgroundColor !== "rgba(0, 0, 0, 0)";
          if (style.display === "inline" || !bounds) continue;
          const out = Math.max(edge.left - box.left, box.right - edge.right, edge.top - box.top, box.bottom - edge.bottom);
          if (out > 3) found.push(`${Math.round(out)} px out of ${told(one).slice(0, 70)}: ${text.data.trim().slice(0, 40)}`);
          break;
        }
      }
      return found;
    },

    // What stays in view while one scrolls leaves most of a low screen free.
    covers(share) {
      return all("*")
        .filter((one) => ["sticky", "fixed"].includes(getComputedStyle(one).position))
        .filter((one) => one.getBoundingClientRect().height > innerHeight * share)
        .map((one) => `${Math.round(one.getBoundingClientRect().height)} of ${innerHeight} px: ${told(one)}`);
    },

    // WCAG 2.5.5 and, within sentences, 2.5.8.
    tooSmall(least) {
      return all(CONTROLS)
        .filter((one) => !is(one, `.skip, .hidden-text, ${INLINE}`) || is(one, ".button, nav a, .tabs a"))
        .map((one) => [one, boxOf(one)])
        .filter(([, box]) => box.width && (Math.round(box.height) < least || Math.round(box.width) < least))
        .map(([one, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${told(one)}`);
    },

    // WCAG 2.4.7, 2.4.11, 2.1.2: whatever the Tab key reaches shows it, and nothing that stays in view lies over it.
    focus() {
      const found = [];
      const at = scrollY;
      const lying = all("*").filter((one) => ["sticky", "fixed"].includes(getComputedStyle(one).position));
      const looks = (one) => {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor } = getComputedStyle(one);
        return { ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && outlineColor !== "rgba(0, 0, 0, 0)", boxShadow, backgroundColor };
      };
      for (const one of inReach()) {
        one.focus({ focusVisible: true });
        if (document.activeElement !== one) found.push(`takes no focus: ${told(one)}`);
        if (!looks(one).ring) found.push(`shows no focus: ${told(one)}`);
        const box = one.getBoundingClientRect();
        if (box.bottom <= 0 || box.top >= innerHeight) found.push(`has the focus out of sight: ${told(one)}`);
        for (const over of lying) {
          const lid = over.getBoundingClientRect();
          const hidden = lid.top <= box.top && lid.bottom >= box.bottom && lid.left <= box.left && lid.right >= box.right;
          if (hidden && !over.contains(one) && !one.contains(over)) found.push(`has the focus under ${told(over).slice(0, 50)}: ${told(one)}`);
        }
      }
      document.activeElement?.blur();
      scrollTo(0, at);
      return found;
    },

    // In forced colours: what is pressed or typed into has an edge that differs from the ground.
    edgeless() {
      const ground = getComputedStyle(document.body).backgroundColor;
      return all(".button, .input, .choice, .card, .notice, .summary-of-errors, .finding, .message .words, .purpose-badge, .quote")
        .filter((one) => {
          const style = getComputedStyle(one);
          return ![style.borderTopWidth, style.borderBottomWidth].some(parseFloat) || style.borderTopColor === ground;
        })
        .map(told);
    },

    // Where one is, and what is chosen, differs from its neighbours in more than its colour.
    byColourAlone() {
      const shape = (one) => {
        const [own, after] = [getComputedStyle(one), getComputedStyle(one, "::after")];
        return JSON.stringify([own.fontWeight, own.textDecorationLine, own.borderTopWidth, own.borderBottomWidth, after.content, after.borderTopWidth]);
      };
      return all("[aria-current]:is(nav *, .tabs *)").filter((one) => {
        const others = [...one.closest("nav, .tabs").querySelectorAll("a:not([aria-current])")].filter(seen);
        return others.some((other) => shape(other) === shape(one));
      }).map(told);
    },

    // Where less motion is wished, nothing moves by itself or takes time to change.
    moves() {
      const running = document.getAnimations().map((one) => `moves: ${one.animationName ?? one.transitionProperty}`);
      const slow = all("*").filter((one) => {
        const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
        return parseFloat(transitionDuration) > 0 || animationName !== "none" || scrollBehavior === "smooth";
      });
      return [...running, ...slow.map(told)];
    },

    // Words from right to left, outside whatever keeps their order apart from that of our own.
    mixed() {
      const found = [];
      for (const [text, holder] of texts()) {
        const free = text.data.replace(/\u2068[^\u2069]*\u2069/g, "");
        if (/[\u0590-\u08ff]/.test(free) && !holder.closest("[dir=auto], [dir=rtl], bdi")) found.push(`${told(holder).slice(0, 90)}`);
      }
      return found;
    },

    // Landmarks, headings and what the Tab key reaches, in their order, without what members wrote.
    outline() {
      const LANDMARKS = { HEADER: "banner", NAV: "navigation", MAIN: "main", ASIDE: "complementary", FOOTER: "contentinfo", FORM: "form", SECTION: "region" };
      const MONTH = /January|February|March|April|May(?= )|June|July|August|September|October|November|December/g;
      const plain = (text) => text.replace(/\s+/g, " ").trim().replace(/\d+/g, "9").replace(MONTH, "Month");
      const own = (element) => {
        const copy = element.cloneNode(true);
        copy.querySelectorAll("bdi, [dir=auto], time, mark, textarea").forEach((one) => one.replaceWith("…"));
        return element.closest("bdi, [dir=auto]") ? "…" : plain(copy.textContent);
      };
      const byIds = (ids) => ids.split(" ").map((id) => own(document.getElementById(id))).join(" ");
      const name = (one) =>
        one.hasAttribute("aria-labelledby") ? byIds(one.getAttribute("aria-labelledby"))
        : one.hasAttribute("aria-label") ? plain(one.getAttribute("aria-label"))
        : one.labels?.length ? own(one.labels[0]) : own(one);
      const kind = (one) =>
        one.tagName === "A" ? "link" : one.tagName === "INPUT" ? (one.type === "radio" || one.type === "checkbox" ? one.type : "field")
        : one.tagName === "TEXTAREA" ? "field" : one.tagName.toLowerCase();
      const reached = new Set(inReach());
      const lines = [];
      const visit = (element, depth) => {
        const counted = new Map();
        for (const one of element.children) {
          if (!seen(one) || one.tagName === "svg") continue;
          let deeper = depth;
          const say = (line) => (lines.push("  ".repeat(depth) + line), (deeper = depth + 1));
          const role = one.getAttribute("role");
          if (/^H[1-6]$/.test(one.tagName)) say(`${one.tagName.toLowerCase()} ${name(one)}`);
          else if (LANDMARKS[one.tagName] && (is(one, "header, main, footer, nav") || name(one) && is(one, "[aria-label], [aria-labelledby]"))) {
            say(LANDMARKS[one.tagName] + (is(one, "[aria-label], [aria-labelledby]") ? ` ${name(one)}` : ""));
          } else if (role && !["presentation", "img"].includes(role)) say(`(${role})`);
          if (reached.has(one)) say(`${kind(one)} ${name(one)}`);
          // Of many that are alike the first stands for all: how many there are is not ours to fix.
          if (is(one, "article, .areas > li, .grid > li, [id^=message-]")) {
            const alike = one.tagName;
            if (counted.has(alike)) {
              if (counted.get(alike) === 1) say("(and others like it)");
              counted.set(alike, 2);
              continue;
            }
            counted.set(alike, 1);
          }
          visit(one, deeper);
        }
      };
      visit(document.body, 0);
      return lines.join("\n");
    },

    // WCAG 1.4.12: the widest spacing that a reader may set.
    space(out) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-block-end: 2em !important; }");
      document.adoptedStyleSheets = out ? [sheet] : [];
    },
  };
})();
