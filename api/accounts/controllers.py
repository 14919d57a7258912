"""The JSON API's calls about accounts and tokens."""

from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_202_ACCEPTED

from api.accounts import joining, queries, tokens
from api.accounts.errors import (
    SecondFactorNeededError,
    TooManyTokensError,
    WrongCodeError,
    WrongCredentialsError,
)
from api.accounts.leaving import AccountLeavingError
from api.accounts.schemas import AccountCreate, AccountCreated, Member, Scope, TokenCreate, TokenCreated, TokenRead
from api.authentication import Access
from api.errors import InvalidError, NotFoundError
from api.problems import describes


class AccountController(Controller):
    """Signing up."""

    path = "/accounts"
    tags = ("Accounts",)

    @post(
        operation_id="CreateAccount",
        status_code=HTTP_202_ACCEPTED,
        opt={"access": Access.ANYONE},
        responses=describes(InvalidError),
    )
    async def create(self, data: JSONBody[AccountCreate]) -> AccountCreated:
        """Sign up. The answer is the same for an address that is taken."""
        return await joining.create_account(data)


class TokenController(Controller):
    """The keys with which programs act for a member."""

    path = "/tokens"
    tags = ("Accounts",)

    @post(
        operation_id="CreateToken",
        opt={"access": Access.ANYONE},
        responses=describes(
            SecondFactorNeededError,
            WrongCodeError,
            WrongCredentialsError,
            AccountLeavingError,
            TooManyTokensError,
            InvalidError,
        ),
    )
    async def create(self, data: JSONBody[TokenCreate]) -> TokenCreated:
        """Sign in a program. The token is shown this once."""
        return await tokens.create_token(data)

    @get(operation_id="Tokens", opt={"access": Access.SIGNED_IN, "scope": Scope.PROFILE})
    async def read(self, actor: NamedDependency[Member]) -> list[TokenRead]:
        """List one's own tokens."""
        return await queries.tokens(actor)

    @delete(
        "/{token_id:uuid}",
        operation_id="RevokeToken",
        opt={"access": Access.SIGNED_IN, "scope": Scope.PROFILE},
        responses=describes(NotFoundError),
    )
    async def revoke(self, actor: NamedDependency[Member], token_id: FromPath[UUID]) -> None:
        """Make one of one's own tokens worthless."""
        await tokens.revoke_token(actor, token_id)


CONTROLLERS: list[type[Controller]] = [AccountController, TokenController]
