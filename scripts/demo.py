"""Who can be borrowed on a demo instance, and how to sign in as them."""

DEMO_DOMAIN = "demo.wherefore.example"
DEMO_SIGN_INS = tuple(f"{name}@{DEMO_DOMAIN}" for name in ("one", "two", "three"))
DEMO_PASSWORD = "seven herons borrow a ladder"  # noqa: S105  - it is printed for everyone who tries the demo
