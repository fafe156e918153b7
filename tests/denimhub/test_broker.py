import pytest

from denimhub.conf.broker import celery_broker_url


@pytest.mark.parametrize(('redis_url', 'celery_url'), [
    ('unix:///run/kv.sock?db=3', 'redis+socket:///run/kv.sock?virtual_host=3'),
    ('unix:///run/kv.sock', 'redis+socket:///run/kv.sock?virtual_host=0'),
    ('unix://:secret@/run/kv.sock?db=1', 'redis+socket://:secret@/run/kv.sock?virtual_host=1'),
    ('redis://:secret@cache:6379/2', 'redis://:secret@cache:6379/2'),
    ('rediss://cache:6380/0', 'rediss://cache:6380/0'),
    ('', ''),
])
def test_one_url_serves_both_clients(redis_url: str, celery_url: str) -> None:
    assert celery_broker_url(redis_url) == celery_url
