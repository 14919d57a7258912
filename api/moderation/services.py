"""What members do for their own safety; what moderators do stands in modules of its own."""

from api.moderation.blocking import block_member, unblock_member

__all__ = ["block_member", "unblock_member"]
