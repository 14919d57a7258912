"""What tests that open every address ask there, and what differs each time without telling anything."""

import re

SAME_FOR_ALL = re.compile(r"^/(static|healthz|readyz|style|problems|api/docs|api$|api/\{|.*openapi\.json)")
QUERIES = {
    "/api/v1/connection-requests": ("?box=sent", "?box=received"),
    "/api/v1/matches": ("?purpose=hobby",),
    "/api/v1/map": ("?purpose=hobby",),
    "/api/v1/matches/{member_id}": ("?purpose=hobby",),
    "/api/v1/me/statements": ("", "?purpose=hobby"),
    "/api/v1/places": ("?q=Leeds",),
    "/requests": ("", "?box=sent"),
    "/members/{member_id}": ("", "?purpose=hobby"),
    "/members/{member_id}/request": ("", "?purpose=hobby"),
}
RANDOM = (
    (re.compile(r'(name="csrf_token" value=)"[^"]+"'), r'\1"SIGNED"'),
    (re.compile(r"\btone-\d\b"), "tone"),  # the colour of initials comes from the id
    (re.compile(r"\bretry: \d+"), "retry"),  # how soon a stream comes again depends on the id of its token
    (re.compile(r"(x-request-id: )\w+"), r"\1RANDOM"),
    (re.compile(r"(wherefore-notice=)[^;]+"), r"\1SIGNED"),
)
