"""What the HTML standard lets stand in what, with which attributes: of the elements that our pages use.

Source: https://html.spec.whatwg.org/multipage/indices.html, read in November 2026. An element
that is not here is a fault: look it up there, and add it.
"""


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


PHRASING = _words(
    "a abbr b bdi bdo br button cite code data del dfn em i img input ins kbd label mark meter "
    "noscript output progress q s samp script select small span strong sub sup svg textarea time u "
    "var wbr #text"
)
FLOW = PHRASING | _words(
    "address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4 "
    "h5 h6 header hgroup hr main menu nav ol p pre search section table ul"
)
METADATA = _words("base link meta noscript script style template title")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SECTIONS = frozenset({"article", "aside", "nav", "section"})
TEXT = frozenset({"#text"})
NOTHING = frozenset[str]()

VOID = _words("area base br col embed hr img input link meta source track wbr")
TRANSPARENT = frozenset({"a", "del", "ins", "noscript"})
"""They may hold what their parent may hold."""

CHILDREN: dict[str, frozenset[str]] = (
    dict.fromkeys(VOID, NOTHING)
    | dict.fromkeys(
        _words(
            "abbr b bdi bdo button cite code data dfn em h1 h2 h3 h4 h5 h6 i kbd label mark meter output p "
            "pre progress q s samp small span strong sub sup time u var"
        ),
        PHRASING,
    )
    | dict.fromkeys(
        _words(
            "address article aside blockquote body caption dd dialog div dt fieldset figcaption figure footer "
            "form header li main nav search section td th"
        ),
        FLOW,
    )
    | dict.fromkeys(("option", "script", "style", "textarea", "title"), TEXT)
    | dict.fromkeys(("ol", "ul", "menu"), frozenset({"li", "script", "template"}))
    | dict.fromkeys(("tbody", "tfoot", "thead"), frozenset({"tr"}))
    | {
        "html": frozenset({"head", "body"}),
        "head": METADATA,
        "details": FLOW | {"summary"},
        "summary": PHRASING | HEADINGS,
        "legend": PHRASING | HEADINGS,
        "dl": frozenset({"dt", "dd", "div", "script", "template"}),
        "table": frozenset({"caption", "colgroup", "thead", "tbody", "tfoot", "tr"}),
        "tr": frozenset({"td", "th"}),
        "select": frozenset({"option", "optgroup", "hr"}),
        "optgroup": frozenset({"option"}),
    }
)
CHILDREN["fieldset"] |= {"legend"}
CHILDREN["figure"] |= {"figcaption"}
DIV_OF_LIST = frozenset({"dt", "dd"})
"""What a div within a dl holds."""

FIRST = {"summary": "details", "legend": "fieldset", "caption": "table"}
"""Where these stand, they are the first."""
HAS_FIRST = {"details": "summary", "fieldset": "legend"}
"""What these begin with: fields that belong together are nothing to a screen reader without a legend."""

NEVER_WITHIN: dict[str, frozenset[str]] = {
    "a": frozenset({"a"}),
    "address": HEADINGS | SECTIONS | {"address", "header", "footer"},
    "dt": HEADINGS | SECTIONS | {"header", "footer"},
    "footer": frozenset({"header", "footer", "main"}),
    "form": frozenset({"form"}),
    "header": frozenset({"header", "footer", "main"}),
    "label": frozenset({"label"}),
    "th": HEADINGS | SECTIONS | {"header", "footer"},
} | {name: frozenset({"main"}) for name in SECTIONS}
INTERACTIVE = frozenset({"a", "button", "details", "input", "label", "select", "textarea", "iframe", "embed"})
"""What is pressed or typed into, which nothing that is pressed may hold."""
PRESSED = frozenset({"a", "button"})

GLOBAL = _words(
    "accesskey autocapitalize autofocus class contenteditable dir draggable enterkeyhint hidden id "
    "inert inputmode lang popover role slot spellcheck tabindex title translate"
)
_FIELD = frozenset({"autocomplete", "disabled", "form", "name", "required"})
_SENDING = frozenset({"formaction", "formmethod", "formnovalidate", "formtarget", "formenctype"})
_LINK = frozenset({"href", "hreflang", "referrerpolicy", "rel", "type"})
ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": _LINK | {"download", "ping", "target"},
    "blockquote": frozenset({"cite"}),
    "button": _SENDING | {"disabled", "form", "name", "popovertarget", "type", "value"},
    "data": frozenset({"value"}),
    "details": frozenset({"name", "open"}),
    "fieldset": frozenset({"disabled", "form", "name"}),
    "form": _words("accept-charset action autocomplete enctype method name novalidate target"),
    "img": frozenset({"alt", "decoding", "height", "loading", "sizes", "src", "srcset", "width"}),
    "input": _FIELD
    | _SENDING
    | {"accept", "checked", "list", "max", "maxlength", "min", "minlength", "multiple"}
    | {"pattern", "placeholder", "readonly", "size", "step", "type", "value"},
    "label": frozenset({"for"}),
    "li": frozenset({"value"}),
    "link": _LINK | _words("as blocking color crossorigin disabled imagesizes imagesrcset integrity media sizes"),
    "meta": frozenset({"charset", "content", "http-equiv", "media", "name"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "optgroup": frozenset({"disabled", "label"}),
    "option": frozenset({"disabled", "label", "selected", "value"}),
    "script": frozenset({"async", "crossorigin", "defer", "integrity", "referrerpolicy", "src", "type"}),
    "select": _FIELD | {"multiple", "size"},
    "td": frozenset({"colspan", "headers", "rowspan"}),
    "textarea": _FIELD | {"cols", "dirname", "maxlength", "minlength", "placeholder", "readonly", "rows", "wrap"},
    "th": frozenset({"abbr", "colspan", "headers", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
}

VALUES: dict[str, frozenset[str]] = {
    "dir": frozenset({"ltr", "rtl", "auto"}),
    "method": frozenset({"get", "post", "dialog"}),
    "scope": frozenset({"row", "col", "rowgroup", "colgroup"}),
    "inputmode": frozenset({"none", "text", "tel", "url", "email", "numeric", "decimal", "search"}),
    "autocapitalize": frozenset({"off", "none", "on", "sentences", "words", "characters"}),
    "spellcheck": frozenset({"true", "false", ""}),
    "translate": frozenset({"yes", "no", ""}),
}
TYPES: dict[str, frozenset[str]] = {
    "button": frozenset({"submit", "button", "reset"}),
    "input": _words(
        "button checkbox color date datetime-local email file hidden image month number password radio "
        "range reset search submit tel text time url week"
    ),
}
AUTOCOMPLETE = _words(
    "on off name given-name additional-name family-name nickname username new-password "
    "current-password one-time-code email url webauthn address-level1 address-level2 country-name bday "
    "language"
)
NUMBERS = frozenset({"cols", "colspan", "maxlength", "minlength", "rows", "rowspan", "size", "start"})
REFERENCES = frozenset(
    {"aria-activedescendant", "aria-controls", "aria-describedby", "aria-details", "aria-errormessage", "aria-flowto"}
    | {"aria-labelledby", "aria-owns", "for", "form", "headers", "list", "popovertarget"}
)
"""Attributes that name other elements of the page by their ids."""
ARIA = _words(
    "aria-atomic aria-busy aria-checked aria-colcount aria-current aria-disabled aria-expanded "
    "aria-haspopup aria-hidden aria-invalid aria-label aria-level aria-live aria-modal aria-posinset "
    "aria-pressed aria-relevant aria-required aria-roledescription aria-selected aria-setsize "
    "aria-valuemax aria-valuemin aria-valuenow aria-valuetext"
)
NAMELESS = frozenset({"div", "span", "p", "b", "i", "em", "strong", "small", "mark", "code", "time"})
"""They may have no aria-label, unless a role makes them something else (ARIA in HTML)."""
