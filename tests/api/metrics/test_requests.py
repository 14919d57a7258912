"""What is counted of requests names routes and never what somebody opened, wrote or is."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from prometheus_client import CollectorRegistry, generate_latest

from api.metrics import requests
from api.metrics.instruments import FIGURES, Instruments
from api.metrics.sampling import look_at_this_process, pass_figures_on
from tests.application import application
from tests.factories import NOBODY, as_member, make_member

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database")]


@pytest.fixture
def registry() -> CollectorRegistry:
    """Where all that is counted ends."""
    return CollectorRegistry()


@pytest.fixture
def told(registry: CollectorRegistry) -> Instruments:
    """What counts."""
    return Instruments(registry)


@pytest.fixture
async def measured(
    told: Instruments, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """A client of the application, whose requests are measured."""
    monkeypatch.setattr(requests, "instruments", lambda: told)
    app = requests.measuring_requests(application())
    here = {"Sec-Fetch-Site": "same-origin"}
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://localhost:8000", headers=here) as found:  # type: ignore[arg-type]
        yield found


async def test_requests_are_counted_by_method_template_and_status(
    measured: AsyncClient, registry: CollectorRegistry
) -> None:
    ada = await make_member()
    headers = await as_member(measured, ada)
    await measured.get(f"/api/v1/members/{NOBODY}?purpose=hobby&q=secret", headers=headers)
    await measured.get("/wp-login.php?user=ada")
    await measured.get("/healthz")

    counted = generate_latest(registry).decode()
    assert 'wherefore_requests_total{method="GET",route="/api/v1/members/{member_id}",status="404"} 1.0' in counted
    assert 'route="none",status="404"' in counted
    assert "wherefore_requests_in_flight 0.0" in counted
    assert not any(word in counted for word in (str(NOBODY), str(ada.id), "secret", "wp-login", "ada", "healthz"))


async def test_what_is_opened_in_need_is_not_counted_apart(
    measured: AsyncClient, client: AsyncClient, registry: CollectorRegistry
) -> None:
    headers = await as_member(client, await make_member())
    for method, path in (
        ("PUT", f"/api/v1/blocks/{NOBODY}"),
        ("POST", "/api/v1/reports"),
        ("GET", "/me/leaving"),
        ("GET", "/moderation"),
        ("POST", f"/api/v1/connection-requests/{NOBODY}/refusal"),
        ("POST", f"/conversations/{NOBODY}/end"),
        ("DELETE", f"/api/v1/connections/{NOBODY}"),
    ):
        await measured.request(method, path, headers=headers)

    routes = {
        sample.labels["route"]
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "wherefore_requests_total"
    }
    assert routes <= {"safety", "none"}
    assert "safety" in routes


async def test_every_figure_is_told_as_it_was_measured_and_what_is_not_told_is_no_number(
    told: Instruments, registry: CollectorRegistry
) -> None:
    look_at_this_process(told)

    await pass_figures_on(told)

    lines = generate_latest(registry).decode().splitlines()
    assert all(f"wherefore_{name} NaN" in lines for name in FIGURES)
    assert 'wherefore_pool_connections{state="most"} 10.0' in lines
