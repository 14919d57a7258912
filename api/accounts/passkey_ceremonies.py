"""Asking a passkey to sign, and judging what it sends back: the rules of WebAuthn, and challenges that serve once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from api import clock
from api.accounts.errors import PasskeyRefusedError
from api.accounts.keys import digest
from api.database import fetch
from api.settings import settings

Verdict = TypeVar("Verdict")

CHALLENGE_LASTS = timedelta(minutes=5)
_MILLISECONDS = int(CHALLENGE_LASTS.total_seconds() * 1000)
LONGEST_ANSWER = 20_000
"""Characters; a chain of certificates, which nobody is asked for, would need about 8,000."""
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Ceremony(StrEnum):
    """What a passkey is asked to sign for; a challenge for one serves no other."""

    SIGN_IN = "sign_in"
    JOIN = "join"
    ADD = "add"
    AGAIN = "again"
    CONFIRM = "confirm"


class RelyingParty(msgspec.Struct, frozen=True):
    """Which site passkeys are for: they are worthless anywhere else, so nobody can be lured into giving one away."""

    id: str
    origin: str


class TakenChallenge(msgspec.Struct, frozen=True):
    """A challenge that was asked for, and is used up now."""

    challenge: bytes
    account: UUID | None
    new_account: UUID | None


class _Response(msgspec.Struct, rename={"client_data": "clientDataJSON", "user_handle": "userHandle"}):
    client_data: str
    user_handle: str | None = None


class Answer(msgspec.Struct, rename={"raw_id": "rawId"}):
    """What a browser sent, as far as it is needed before it is judged."""

    raw_id: str
    response: _Response

    @property
    def credential_id(self) -> bytes:
        """Which passkey it says to be."""
        return _bytes(self.raw_id)

    @property
    def user_handle(self) -> bytes:
        """Whose passkey the device says it is."""
        return _bytes(self.response.user_handle or "")


class _ClientData(msgspec.Struct):
    challenge: str


def relying_party() -> RelyingParty:
    """This site, by the address at which the operator says that members reach it."""
    parts = urlsplit(settings().base_url.lower())
    return RelyingParty(
        id=parts.hostname or "", origin=f"{parts.scheme}://{parts.netloc.removesuffix(_DEFAULT_PORTS[parts.scheme])}"
    )


async def ask_to_sign(
    ceremony: Ceremony, *, browser: str, account: UUID | None = None, allowed: list[bytes] | None = None
) -> dict[str, Any]:
    """What `navigator.credentials.get` is called with; without `allowed`, any passkey of this site may answer."""
    options = generate_authentication_options(
        rp_id=relying_party().id,
        timeout=_MILLISECONDS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    await _keep(options.challenge, ceremony, browser=browser, account=account)
    return options_to_json_dict(options)


async def ask_to_make(
    ceremony: Ceremony,
    *,
    browser: str,
    account: UUID,
    email: str,
    display_name: str,
    excluded: list[bytes] | None = None,
) -> dict[str, Any]:
    """What `navigator.credentials.create` is called with.

    Args:
        ceremony: Joining, or adding one to an account.
        browser: What the browser's own cookie carries.
        account: Whose passkey it will be; at joining an account that is not there yet.
        email: By which the member tells this passkey from those of other accounts.
        display_name: As others know them.
        excluded: The passkeys that they have, one of which this device may hold.
    """
    options = generate_registration_options(
        rp_id=relying_party().id,
        rp_name="Wherefore",
        user_id=account.bytes,
        user_name=email,
        user_display_name=display_name,
        timeout=_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(excluded),
    )
    joins = ceremony is Ceremony.JOIN
    await _keep(
        options.challenge,
        ceremony,
        browser=browser,
        account=None if joins else account,
        new_account=account if joins else None,
    )
    return options_to_json_dict(options)


async def take_challenge(ceremony: Ceremony, answer: str, *, browser: str) -> TakenChallenge:
    """Use up the challenge that an answer says to be about, whatever comes of the answer.

    Raises:
        PasskeyRefusedError: It was never given to this browser for this, was used already, or is too old.
    """
    try:
        client_data = msgspec.json.decode(_bytes(read(answer).response.client_data), type=_ClientData)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise PasskeyRefusedError from error
    rows = await fetch(
        "DELETE FROM passkey_challenge WHERE challenge = {} AND browser_hash = {} AND ceremony = {} "
        "RETURNING challenge, account, new_account, expires_at",
        _bytes(client_data.challenge),
        digest(browser),
        ceremony,
    )
    if not rows or rows[0]["expires_at"] <= clock.now():
        raise PasskeyRefusedError
    return TakenChallenge(
        challenge=rows[0]["challenge"], account=rows[0]["account"], new_account=rows[0]["new_account"]
    )


def read(answer: str) -> Answer:
    """The parts of an answer that say which passkey it is of.

    Raises:
        PasskeyRefusedError: It is no answer of a passkey.
    """
    try:
        return msgspec.json.decode(answer[:LONGEST_ANSWER], type=Answer)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise PasskeyRefusedError from error


async def judged_new_passkey(answer: str, *, challenge: bytes) -> VerifiedRegistration:
    """A new passkey that was made for this challenge, on this site, by somebody whom the device knows.

    Raises:
        PasskeyRefusedError: It was not.
    """
    party = relying_party()
    return await _judged(
        partial(
            verify_registration_response,
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    )


async def judged_signature(answer: str, *, challenge: bytes, public_key: bytes) -> VerifiedAuthentication:
    """A signature of a passkey over this challenge, made on this site by somebody whom the device knows.

    Its count is not judged here: only one that is signed says anything.

    Raises:
        PasskeyRefusedError: It is not.
    """
    party = relying_party()
    return await _judged(
        partial(
            verify_authentication_response,
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    )


async def _keep(
    challenge: bytes, ceremony: Ceremony, *, browser: str, account: UUID | None, new_account: UUID | None = None
) -> None:
    await fetch(
        "INSERT INTO passkey_challenge (id, challenge, browser_hash, ceremony, account, new_account, expires_at) "
        "VALUES ({}, {}, {}, {}, {}, {}, {})",
        uuid4(),
        challenge,
        digest(browser),
        ceremony,
        account,
        new_account,
        clock.now() + CHALLENGE_LASTS,
    )


async def _judged(work: Callable[[], Verdict]) -> Verdict:
    """Judge on a thread: signatures are arithmetic."""
    try:
        return await asyncio.to_thread(work)
    except Exception as error:  # whatever a hostile answer breaks in the parsers below, it is refused
        raise PasskeyRefusedError from error


def _descriptors(credential_ids: list[bytes] | None) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential_id) for credential_id in credential_ids or []]


def _bytes(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except ValueError as error:  # binascii.Error too
        raise PasskeyRefusedError from error
