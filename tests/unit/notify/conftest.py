"""A receiver that is there."""

import pytest

from tests.unit.notify.receiving import receiving


@pytest.fixture
def receiver():
    with receiving() as heard:
        yield heard
