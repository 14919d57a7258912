"""The pages about another member: what they wrote, and keeping them away."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from api.accounts.schemas import Member
from api.authentication import Access
from api.connections.queries import connection_with
from api.limits.policies import READS
from api.moderation import services as moderation
from api.moderation.queries import blocked, blocks
from api.profiles.queries import member, my_purposes
from web.asked import asked_already
from web.contexts import Answer, PageRequest, page, redirect_with
from web.names import isolated
from web.words import PURPOSES, language_called


class MemberPages(Controller):
    """Another member, as far as the reader may see them."""

    path = "/members/{member_id:uuid}"
    opt = {"access": Access.MEMBER}

    @get(opt={"limits": (READS,)})
    async def show(
        self,
        request: PageRequest,
        actor: NamedDependency[Member],
        member_id: FromPath[UUID],
        purpose: FromQuery[str | None] = None,
    ) -> Template:
        """Show what they wrote, with the purpose that led here first."""
        shown = await member(actor, member_id)
        return await page(
            request,
            "members/member.html",
            member=shown,
            languages=[language_called(code) for code in shown.languages],
            cards=sorted(shown.purposes, key=lambda card: card.purpose != purpose),
            words=PURPOSES,
            mine={mine.purpose for mine in await my_purposes(actor)},
            is_me=shown.id == actor.id,
            asked=await asked_already(actor, shown.id),
            connection=await connection_with(actor, shown.id),
        )

    @get("/block")
    async def confirm_block(
        self, request: PageRequest, actor: NamedDependency[Member], member_id: FromPath[UUID]
    ) -> Template:
        """Say what blocking does before it is done."""
        return await page(request, "members/block.html", member=await member(actor, member_id))

    @post("/block")
    async def block(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> Answer:
        """Block them."""
        shown = await member(actor, member_id)
        await moderation.block_member(actor, member_id)
        return redirect_with(
            "/blocks", notice=f"{isolated(shown.display_name)} is blocked. You will not meet here any more."
        )


class BlockPages(Controller):
    """Whom one has blocked."""

    path = "/blocks"
    opt = {"access": Access.MEMBER}

    @get()
    async def list_blocked(self, request: PageRequest, actor: NamedDependency[Member]) -> Template:
        """Show everyone whom one has blocked."""
        return await page(request, "members/blocks.html", blocked=await blocks(actor))

    @get("/{member_id:uuid}/removal")
    async def confirm_unblock(
        self, request: PageRequest, actor: NamedDependency[Member], member_id: FromPath[UUID]
    ) -> Template:
        """Say what lifting a block does before it is done."""
        return await page(request, "members/unblock.html", member=await blocked(actor, member_id))

    @post("/{member_id:uuid}/removal")
    async def unblock(self, actor: NamedDependency[Member], member_id: FromPath[UUID]) -> Answer:
        """Let them be seen again."""
        await moderation.unblock_member(actor, member_id)
        return redirect_with("/blocks", notice="They are no longer blocked. What was ended stays ended.")
