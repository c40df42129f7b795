#!/usr/bin/env python3
"""Wide items and slow readers: what is large is listed, watched and moved whole, and nobody who
does not read brings the daemon down."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, check, equal, main  # noqa: E402


def home_with(world, *categories):
    d = world.device('Laptop')
    d.init()
    d.start()
    for name in categories:
        d.ok('category', 'create', name, '--purpose', 'x', *d.approve())
    return d


def fill(device, category, items, fields, size):
    """Writes items of so many fields of so many bytes, in requests that surely fit."""
    rows = [json.dumps({'item': f'row {n}', 'fields': {f'f{k}': 'x' * size for k in range(fields)}})
            for n in range(items)]
    each = max(1, 2_000_000 // (fields * size))
    for at in range(0, items, each):
        device.ok('put', category, '--from', '-', stdin='\n'.join(rows[at:at + each]))


def follow(device, *args):
    process = subprocess.Popen([BIN, '--home', device.home, '--json', *args], env=device.env,
                               text=True, stdout=subprocess.PIPE)
    device.world.processes.append(process)
    return process


def watched_from_the_beginning(world):
    d = home_with(world, 'wide')
    fill(d, 'wide', 200, 3, 60_000)
    watch = follow(d, 'watch', 'wide', '--since', '0')
    time.sleep(1)  # it reads nothing, and the daemon goes on
    d.ok('status')
    # An item whose fields were stored in two steps is told twice.
    names, lines = {f'row {n}' for n in range(200)}, []
    while names - {line['name'] for line in lines}:
        lines.append(json.loads(watch.stdout.readline()))
    check(all(len(line['fields']) == 3 for line in lines), 'whole')
    # Who comes back with a cursor misses nothing: not the rest of what was stored together.
    back = follow(d, 'watch', 'wide', '--since', str(lines[99]['cursor']))
    seen = {line['name'] for line in lines[:100]}
    while seen != names:
        seen.add(json.loads(back.stdout.readline())['name'])


if __name__ == '__main__':
    sys.exit(main(watched_from_the_beginning))
