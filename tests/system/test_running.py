"""The system as processes: what it says about itself, and what it does without one of its parts."""
import json
import signal
import time
import urllib.request
import uuid
from typing import Any

import redis

from tests.harness.system import RunningSystem


def unknown_form(system: RunningSystem) -> dict[str, Any]:
    return {'partner_guid': system.seeds['partner_guid'], 'form_guid': str(uuid.uuid4())}


def health(system: RunningSystem) -> dict[str, str]:
    try:
        with urllib.request.urlopen(f'{system.base_url}/healthz', timeout=10) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        told = json.load(error)
    return {name: part['status'] for name, part in told['parts'].items()}


def test_every_part_answers(running_system: RunningSystem) -> None:
    running_system.mend()
    assert health(running_system) == dict.fromkeys(
        ['web', 'database', 'broker', 'dispatcher', 'worker.lenders', 'worker.sms', 'worker.documents'], 'ok')


def test_every_line_of_the_web_is_json_with_the_id_of_its_request(running_system: RunningSystem) -> None:
    request = urllib.request.Request(f'{running_system.base_url}/dp/get_offers', data=b'{}', headers={
        'Content-Type': 'application/json', 'X-Request-ID': 'till-0001-line'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers['X-Request-ID'] == 'till-0001-line'
    lines = [json.loads(line) for line in running_system.log('web').splitlines() if line.startswith('{')]
    mine = [line for line in lines if line.get('request_id') == 'till-0001-line']
    assert [(line['event'], line['path'], line['code']) for line in mine] == [('request', '/dp/get_offers', 2000)]


def test_the_api_answers_while_the_broker_hangs(healthy_system: RunningSystem) -> None:
    healthy_system.kill('valkey', signal.SIGSTOP)
    try:
        started = time.monotonic()
        answers = [healthy_system.call('get_offers', unknown_form(healthy_system))['error_code'] for _ in range(20)]
        assert answers == [3102] * 20
        assert time.monotonic() - started < 5, 'a request waits for the broker'
        assert health(healthy_system)['broker'] == 'silent'
    finally:
        healthy_system.mend()
    assert health(healthy_system)['broker'] == 'ok'


def test_the_api_comes_back_with_the_database(healthy_system: RunningSystem) -> None:
    healthy_system.kill('postgres')
    answer = healthy_system.call('get_offers', unknown_form(healthy_system))
    assert (answer['status'], answer['error_code']) == ('error', 503)
    healthy_system.restart('postgres')
    assert healthy_system.call('get_offers', unknown_form(healthy_system))['error_code'] == 3102
    healthy_system.wait_until_healthy()


def test_all_parts_outlive_an_emptied_broker(healthy_system: RunningSystem) -> None:
    client = redis.Redis.from_url(healthy_system.env['REDIS_URL'])
    client.flushall()
    client.close()
    time.sleep(1)
    healthy_system.wait_until_healthy()


def test_a_killed_web_process_is_replaced_on_the_same_port(healthy_system: RunningSystem) -> None:
    healthy_system.kill('web')
    healthy_system.restart('web')
    assert healthy_system.call('get_offers', unknown_form(healthy_system))['error_code'] == 3102


def test_commands_act_on_this_system(running_system: RunningSystem) -> None:
    seeds = json.loads(running_system.manage('seed_demo', '--json'))
    assert seeds == running_system.seeds
