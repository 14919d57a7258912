"""create_app(): the whole application, pages on top of the JSON API."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from api import app as api_app
from api.authentication import provide_actor, provide_credential, provide_viewer
from api.limits.guard import spends_limits
from api.room_on_disk import needs_room
from web.begun import keeps_words
from web.csrf import needs_own_form
from web.delivery import delivering
from web.errors import EXCEPTION_HANDLERS
from web.forms import provide_form
from web.guards import needs_access_keeping_words
from web.headers import add_headers
from web.initials import initials
from web.languages import pair_note
from web.names import apart
from web.page_sessions import PageAuthentication
from web.pages.addresses import AddressPages, UndoPages
from web.pages.api_docs import ApiDocsPages
from web.pages.cases import AuditPages, CasePages
from web.pages.composer import ComposerPages
from web.pages.confirming import ConfirmPages
from web.pages.conversations import ConversationPages
from web.pages.drafts import DraftPages
from web.pages.events import EventPages
from web.pages.exporting import ExportPages
from web.pages.first_words import FirstWordsPages
from web.pages.home import HomePages
from web.pages.interest_map import InterestMapPages
from web.pages.joining import JoinPages
from web.pages.leaving import LeavingPages
from web.pages.matches import MatchPages
from web.pages.me import MePages
from web.pages.members import BlockPages, MemberPages
from web.pages.moderation import ModerationPages
from web.pages.my_purposes import MyPurposePages
from web.pages.my_statements import MyStatementPages
from web.pages.notices import NoticePages
from web.pages.offline import OfflinePages, service_worker
from web.pages.outbox import OutboxPages
from web.pages.plain_words import PlainWordsPages
from web.pages.problems import ProblemPages
from web.pages.quotas import QuotaPages
from web.pages.reports import MyReportPages, ReportPages
from web.pages.requests import RequestPages
from web.pages.resetting import ForgottenPages, ResetPages
from web.pages.security_contact import security_contact
from web.pages.seen import SeenPages
from web.pages.settings import SettingsPages
from web.pages.sign_in_links import SignInLinkPages
from web.pages.sign_in_settings import AppSettingsPages, PasskeySettingsPages, SignInSettingsPages
from web.pages.signing_in import SigningInPages
from web.pages.signing_in_again import SigningInAgainPages
from web.pages.style import StylePages
from web.pages.webhooks import WebhookChangePages, WebhookPages
from web.pages.welcome import WelcomePages
from web.refusals import refusing_plainly
from web.static_files import static, static_file, static_files

TEMPLATES = Path(__file__).parent / "templates"

PAGES: list[ControllerRouterHandler] = [
    WelcomePages,
    JoinPages,
    FirstWordsPages,
    SigningInPages,
    SigningInAgainPages,
    SignInLinkPages,
    ForgottenPages,
    ResetPages,
    ConfirmPages,
    AddressPages,
    UndoPages,
    HomePages,
    MatchPages,
    InterestMapPages,
    MemberPages,
    BlockPages,
    ComposerPages,
    DraftPages,
    RequestPages,
    ConversationPages,
    EventPages,
    MePages,
    SeenPages,
    QuotaPages,
    MyPurposePages,
    MyStatementPages,
    SettingsPages,
    ExportPages,
    SignInSettingsPages,
    PasskeySettingsPages,
    AppSettingsPages,
    WebhookPages,
    WebhookChangePages,
    LeavingPages,
    ReportPages,
    MyReportPages,
    NoticePages,
    ModerationPages,
    OutboxPages,
    CasePages,
    AuditPages,
    PlainWordsPages,
    ApiDocsPages,
    ProblemPages,
    OfflinePages,
    security_contact,
    StylePages,
]
"""Every page; a new part of the site adds its controller here."""


def create_app(**options: Any) -> Litestar:
    """The application as it is served."""
    static_files()  # packed now, and in no request
    return api_app.create_app(
        pages=[static_file, service_worker, pages_router()],
        exception_handlers=EXCEPTION_HANDLERS,
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment())),
        before_send=[add_headers],
        around=delivering,
        refusal=refusing_plainly(environment()),
        **options,
    )


def pages_router() -> Router:
    """Every page, for whoever the session cookie names; bearer tokens open none of them."""
    return Router(
        path="/",
        route_handlers=PAGES,
        middleware=[PageAuthentication],
        guards=[needs_access_keeping_words, needs_own_form, needs_room, keeps_words, spends_limits],
        dependencies={
            "actor": Provide(provide_actor),
            "viewer": Provide(provide_viewer),
            "credential": Provide(provide_credential),
            "form": Provide(provide_form),
        },
        include_in_schema=False,
    )


def environment() -> Environment:
    """Jinja as the templates expect it: everything escaped, and a name that is not given is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.globals["pair_note"] = pair_note
    made.filters["initials"] = initials
    made.filters["apart"] = apart
    return made
