"""What the tests of hard days share: what devices hold, and until when they are equal."""
import time

from _harness import DEADLINE


def texts(device, category='notes'):
    rows = device.run('list', category).lines
    return {row.get('name'): row['fields'] for row in rows if 'item' in row}


def wait_equal(first, second, category='notes'):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        one, other = texts(first, category), texts(second, category)
        if one == other and one:
            return one
        time.sleep(0.1)
    raise AssertionError(f'never equal: {one} and {other}; {first.run("status").lines}; '
                         f'{second.run("status").lines}')


def alerts(device):
    return [line.get('kind') for line in device.ok('alerts', '--all').lines]
