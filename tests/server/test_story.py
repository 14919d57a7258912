"""The main job over the network: two people join, find each other, and are connected by a reason."""

import pytest

from tests.running_site import RunningSite
from tests.server.person import Person
from tests.server.story import two_people_are_connected

pytestmark = pytest.mark.server


def test_two_people_are_connected_by_a_reason(site: RunningSite) -> None:
    two_people_are_connected(site.url)


def test_nobody_else_sees_any_of_it(site: RunningSite) -> None:
    ada, grace, eve = (Person(site.url, name) for name in ("Ada", "Grace", "Eve"))
    theirs = grace.states("I carve spoons and bowls from windfall apple wood")
    ada.states("Spoon carving")
    eve.states("I breed racing pigeons")
    sent = ada.call("POST", "/connection-requests", expect=201, json=ada.request_for(grace, theirs))

    unknown = eve.call("GET", "/connection-requests/00000000-0000-4000-8000-000000000000", expect=404)

    assert eve.call("GET", f"/connection-requests/{sent['id']}", expect=404) == unknown
    assert eve.call("POST", f"/connection-requests/{sent['id']}/acceptance", expect=404) == unknown
