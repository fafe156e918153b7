"""One REDIS_URL for everything: Celery wants `redis+socket://` where redis-py wants `unix://`."""
from urllib.parse import parse_qs, urlsplit


def celery_broker_url(redis_url: str) -> str:
    """The Celery spelling of a redis-py URL; TCP URLs are the same in both."""
    parts = urlsplit(redis_url)
    if parts.scheme != 'unix':
        return redis_url
    database = parse_qs(parts.query).get('db', ['0'])[0]
    account = f'{parts.netloc}' if '@' in parts.netloc else ''
    return f'redis+socket://{account}{parts.path}?virtual_host={database}'
