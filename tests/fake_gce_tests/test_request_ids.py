"""The caller's own identifier of a request: what is sent twice happens once."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from google.api_core.exceptions import BadRequest, Conflict

from tests.fake_gce import Dropped, FakeGce, Stockout
from tests.fake_gce_tests.clients import DONE, Google

ID = str(uuid.UUID(int=7))


def test_the_same_request_gets_the_same_operation(gce: FakeGce, google: Google) -> None:
    first = google.insert(request_id=ID)
    assert first.client_operation_id == ID
    assert google.insert(request_id=ID).name == first.name
    google.wait(first)
    assert google.insert(request_id=ID).status == DONE
    assert (len(gce.instances()), len(gce.operations())) == (1, 1)


def test_a_request_whose_answer_was_lost_can_be_sent_again(gce: FakeGce, google: Google) -> None:
    gce.script(Dropped(call="instances.insert"))
    with pytest.raises(requests.ConnectionError):
        google.insert(request_id=ID)
    assert not google.wait(google.insert(request_id=ID)).error.errors
    assert len(gce.instances()) == 1


def test_without_an_identifier_the_second_is_a_conflict(gce: FakeGce, google: Google) -> None:
    gce.script(Dropped(call="instances.insert"))
    with pytest.raises(requests.ConnectionError):
        google.insert()
    with pytest.raises(Conflict):
        google.insert()


def test_a_failure_is_remembered_like_a_success(gce: FakeGce, google: Google) -> None:
    gce.script(Stockout(times=1))
    google.wait(google.insert(request_id=ID))
    assert google.insert(request_id=ID).error.errors
    assert not gce.instances()


@pytest.mark.parametrize("wrong", ["seven", str(uuid.UUID(int=0))])
def test_an_identifier_is_a_uuid_and_not_zero(google: Google, wrong: str) -> None:
    with pytest.raises(BadRequest, match="requestId"):
        google.insert(request_id=wrong)


def test_twenty_at_once_are_one(gce: FakeGce, google: Google) -> None:
    with ThreadPoolExecutor(20) as pool:
        names = set(pool.map(lambda _: google.insert(request_id=ID).name, range(20)))
    assert len(names) == 1
    assert len(gce.instances()) == 1
    assert gce.calls["instances.insert"] == 20
