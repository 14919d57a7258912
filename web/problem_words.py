"""Every problem code that the product can answer with, and what each means in plain words."""

from collections.abc import Iterator

from api.errors import WhereforeError
from api.problems import PLAIN_PROBLEMS

MEANINGS = {
    "malformed": (
        "What was sent could not be read. It may be cut off, or not in the form that is asked for. "
        "Programs: send well-formed JSON with the content type application/json."
    ),
    "link-dead": (
        "A link from a mail works once, and for a short time. This one was used, is too old, or you asked for a newer "
        "one. Ask for another mail. Programs never meet this."
    ),
    "mailbox-full": (
        "One mailbox has three accounts at most in 30 days, under whatever variants of its address: every account may "
        "see and ask only so many people, and that must not be had again by a tag after a plus sign, or by leaving and "
        "joining again. Programs never meet this."
    ),
    "invalid": (
        "Some of what was sent cannot be used as it is. The list of errors says which part, and what to "
        "change. Nothing was kept."
    ),
    "not-signed-in": (
        "This is only for members who are signed in. Programs: send a token in the Authorization header. A "
        "token that ran out or was revoked counts as none."
    ),
    "wrong-credentials": (
        "The e-mail address and the password do not go together. We never say which of the two is wrong, so "
        "that nobody can find out who is a member."
    ),
    "sign-in-again": (
        "This changes the ways into an account, or takes everything out of it. It can only be done within 15 minutes "
        "of a sign-in, so that nobody who finds a browser open can do it. Programs: make a new token, and use it at "
        "once."
    ),
    "second-factor-needed": (
        "The password is right, and the account asks for a code besides. Programs: send the code that the app shows, "
        "or a recovery code, as code."
    ),
    "wrong-code": (
        "The code is not the one that the app shows now, or it was used already. Each code works once. Wait for the "
        "next one, or use a recovery code."
    ),
    "start-again": (
        "The sign-in waited too long for its code, or there were too many wrong ones. Begin with the password again."
    ),
    "passkey-refused": (
        "The passkey did not answer what we asked, or answered too late, or for another site. We never say which, so "
        "that nobody can learn anything by trying. Try once more, or sign in another way."
    ),
    "too-many-passkeys": "There is room for ten passkeys. Remove one that you do not use any more.",
    "too-many-tokens": "There is room for a hundred tokens. Delete some that no program uses any more.",
    "last-way-in": "This is the only way into the account. Add another passkey or a password first, then remove it.",
    "account-leaving": (
        "This account is being deleted, as its member asked. For a week they can sign in on the site and keep it. "
        "Until they do, nothing else can be done with it."
    ),
    "erasure-unavailable": (
        "An account is deleted only when that can be written down safely, so that nobody comes back by accident. That "
        "did not work just now, and nothing was changed. Try again in a few minutes."
    ),
    "scope-missing": "The token does not reach this far. Make a new token and give it the scope that the answer names.",
    "not-allowed": "This is not allowed.",
    "suspended": (
        "A moderator has suspended your account. Your notices say why, and how to ask for a second look. Until then "
        "you can read and take out what is yours, sign out, and delete your account; everything else is closed."
    ),
    "too-many-webhooks": "There is room for five webhooks. Delete one that you do not use any more.",
    "webhook-off": "The webhook is off, so nothing is sent to it. Turn it on first.",
    "webhooks-closed": (
        "Whoever runs this site has switched webhooks off. None can be made or called here, and nothing is sent."
    ),
    "not-found": (
        "There is nothing at this address, or it is not for you to see. We never tell the two apart: nobody "
        "should learn that something exists by being refused it."
    ),
    "method-not-allowed": "The address exists, but this cannot be done to it. The answer's Allow header says what can.",
    "conflict": "Things have moved on since you last looked. Load the page again and see where it stands now.",
    "not-acceptable": (
        "The program asked for a form that this is not to be had in. The API answers with JSON: send "
        "Accept: application/json, or no Accept at all."
    ),
    "too-large": "What was sent is larger than anything we keep. Send less.",
    "unsupported-media-type": "The API reads JSON. Send it with the content type application/json.",
    "too-many": (
        "There was a lot in a short time. Limits keep passwords from being guessed and members from being collected. "
        "Wait for as long as the answer says, then go on. Nothing was lost or held against you."
    ),
    "people-quota": (
        "A member sees only so many new people in a day and in a month, and a new account fewer, so that nobody is "
        "collected by machines. Whoever you have seen already stays open to you. The answer says when there is room."
    ),
    "written-quota": (
        "A member asks only so many new people in a day and in a month, and a new account fewer, whatever becomes of "
        "the requests. The answer says when there is room. Answering those who asked you is always possible."
    ),
    "internal": (
        "Something broke on our side. Nothing you typed was the cause. Try again; if it stays, tell us the request id."
    ),
    "busy": (
        "More people ask for something just now than can be answered soon. Nothing was changed. Try again after the "
        "seconds that Retry-After names."
    ),
    "cannot-keep": (
        "What is here can be read, but there is no room just now for anything new, or the place where it is kept can "
        "only be read. Nothing was changed. Whoever runs this site is told; try again in a few minutes."
    ),
    "unavailable": "The service is starting, or a part of it is not there just now. Try again in a minute.",
    "consent-needed": (
        "Some purposes are about private matters: belief, care, a life partner. The law and good manners "
        "both ask that you first read what is done with such words, and say yes to it."
    ),
    "purpose-off": (
        "You have not switched this purpose on. Switch it on first; then you can write, and see others, under it."
    ),
    "reason-refused": (
        "The reason cannot be sent as it is. Each finding shows the words that it is about and what would "
        "help. Nothing was used up: change it and send it again."
    ),
    "no-slot": (
        "You have as many open requests as you may have at one time. A place comes back when a request is "
        "accepted, taken back, or runs out."
    ),
    "drafts-full": (
        "We keep some sixty reasons and messages that you have begun, and you have as many. Throw one away that you "
        "do not need any more, or send it; then there is room for the next."
    ),
    "too-many-streams": (
        "A program, or a browser, holds as many lines open for you as one member can have, to hear of new things at "
        "once. Close one, or wait a minute. Nothing is lost: all that is new is on your pages."
    ),
    "streams-full": (
        "So many people listen for new things just now that there is no line left. Try again in a minute. Nothing is "
        "lost: all that is new is on your pages."
    ),
    "changed-meanwhile": (
        "A program wanted to change something that has changed since the program read it. Nothing was done. Read it "
        "again, and then decide what to change."
    ),
    "idempotency-key-in-use": (
        "A program sent the same call twice at once, and the first is still being done. Nothing was done twice. Send "
        "the call again in a second to get its reply."
    ),
    "idempotency-key-reused": (
        "A program sent a key that came with another call before. Nothing was done. Make a new key for each new thing "
        "to be done, and use the old one only to send the very same call again."
    ),
    "too-many-kept-replies": (
        "A program sent so many calls with a new key that no more of their replies can be kept. Each is kept for a "
        "day. Nothing was done. Wait for the seconds that Retry-After names, or send the call without a key."
    ),
    "requests-paused-by-moderators": (
        "Moderators decided that you send no requests for a while. Your notices say until when, which rule it is "
        "about, and how to object. Matches, conversations and requests that you receive go on as before."
    ),
    "recipient-full": "This member has enough requests to answer just now. Try again in a few days. Nothing was sent.",
    "already-open": "There is already an open request between the two of you. Look under Requests.",
    "already-connected": "The two of you are connected about this already. Look under Conversations, and just write.",
    "too-many-statements": "There is room for only so many texts under one purpose. Change or delete one first.",
    "too-soon": "An earlier request to this member is closed. You can ask again 90 days after it, not before.",
    "not-now": (
        "This step does not fit where the request stands now: it may have been answered, taken back, or have run out."
    ),
    "reads-as-a-pitch": (
        "The message may read as an offer, and the two of you connected about something else. Nothing was sent. Change "
        "it, or send it as it is: programs do that with send_anyway. The other member never learns that we asked."
    ),
    "nothing-to-remind-of": (
        "The message cannot be answered with what you two connected about: that was said already, or you connected "
        "for business, where offers belong."
    ),
    "case-taken": "Another moderator looks at this case just now. It comes back to all when their hour is over.",
    "case-not-taken": "A moderator takes a case before reading or deciding it, and has it for an hour.",
    "case-closed": "This case was decided. Only the member whom it concerns can bring it up again, by an appeal.",
    "needs-another-moderator": "Nobody decides an appeal against their own decision. Another moderator does.",
    "no-appeal": "Against each decision there is one appeal, and another moderator decides it.",
    "evidence-broken": (
        "What was sealed with the report cannot be opened, or is not what was sealed. Whoever runs the site has to "
        "look."
    ),
    "foreign-form": (
        "We only take forms that were filled in on our own pages since you signed in. Go back to the page, "
        "load it again, and send it once more."
    ),
}


def problem_titles() -> dict[str, str]:
    """Every code with its fixed title."""
    return dict(PLAIN_PROBLEMS.values()) | {kind.code: kind.title for kind in _kinds(WhereforeError)}


def meaning_of(code: str) -> str:
    """What a code means, in a sentence or two."""
    return MEANINGS.get(code, f"{problem_titles()[code]}. The answer's detail says what happened and what would help.")


def _kinds(kind: type[WhereforeError]) -> Iterator[type[WhereforeError]]:
    for narrower in kind.__subclasses__():
        yield narrower
        yield from _kinds(narrower)
