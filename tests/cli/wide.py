#!/usr/bin/env python3
"""Wide items and slow readers: what is large is listed, watched and moved whole, and nobody who
does not read brings the daemon down."""
import json
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, check, equal, main  # noqa: E402


def home_with(world, *categories):
    d = world.device('Laptop')
    d.init()
    d.ready = d.start()
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


def watched_from_the_beginning(d):
    watch = follow(d, 'watch', 'wide', '--since', '0')
    time.sleep(1)  # it reads nothing, and the daemon goes on
    d.ok('status')
    # An item whose fields were stored in two steps is told twice.
    names, lines = {f'row {n}' for n in range(190)}, []
    while names - {line['name'] for line in lines}:
        lines.append(json.loads(watch.stdout.readline()))
    check(all(len(line['fields']) == 3 for line in lines), 'whole')
    # Who comes back with a cursor misses nothing: not the rest of what was stored together.
    back = follow(d, 'watch', 'wide', '--since', str(lines[99]['cursor']))
    seen = {line['name'] for line in lines[:100]}
    while seen != names:
        seen.add(json.loads(back.stdout.readline())['name'])


def out_and_in(world):
    """What export prints, import takes: many middling records, and one of many wide fields."""
    d = home_with(world, 'many', 'copy')
    rows = [json.dumps({'item': f'row {n}', 'fields': {'text': 'x' * 20_000}}) for n in range(300)]
    rows.append(json.dumps({'item': 'wide', 'fields': {f'f{k}': 'y' * 60_000 for k in range(20)}}))
    equal(d.ok('put', 'many', '--from', '-', stdin='\n'.join(rows)).json['items'], 301, 'kept')
    path = os.path.join(world.folder, 'exported')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(d.ok('export', 'many').out)
    equal(d.ok('import', 'copy', path).json['items'], 301, 'taken again')
    equal(len(d.ok('list', 'copy').lines), 301, 'all of them')
    equal(d.fields('copy', 'wide'), {f'f{k}': 'y' * 60_000 for k in range(20)}, 'whole')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('{"item":"ok","fields":{"a":"1"}}\n{"item":"no","fields":{"a":"' +
                   'x' * 26_000_000 + '"}}\n')
    said = d.refused(2, 'import', 'copy', path).error
    equal((said['code'], said['line'], said['kept']), ('too_long', 2, 1), 'a line without end')
    # Another program hears why it is closed.
    with socket.socket(socket.AF_UNIX) as program:
        program.connect(d.ready['socket'])
        program.settimeout(20)
        try:
            program.sendall(b'{"id":1,"method":"' + b'x' * 34_000_000)
        except OSError:
            pass
        equal(json.loads(program.makefile().readline())['error']['code'], 'too_long', 'told')


def ask(stream, method, **params):
    stream.write(json.dumps({'id': 1, 'method': method, 'params': params}) + '\n')
    stream.flush()
    answer = json.loads(stream.readline())
    check('result' in answer, f'{method}: {answer}')
    return answer['result']


def deleted_pages(world):
    """However much was deleted, one page passes over so much of it, and others get their turn."""
    d = home_with(world, 'gone')
    count = 1500
    rows = [json.dumps({'item': f'row {n}', 'fields': {'text': 'x'}}) for n in range(count)]
    d.ok('put', 'gone', '--from', '-', stdin='\n'.join(rows))
    ids = [row['item'] for row in d.ok('list', 'gone').lines]
    with socket.socket(socket.AF_UNIX) as program:
        program.connect(d.ready['socket'])
        program.settimeout(60)
        stream = program.makefile('rw', encoding='utf-8')
        for item in ids[:-1]:
            ask(stream, 'delete', category='gone', item=item)
        first = ask(stream, 'list', category='gone')
        equal(first['rows'], [], 'all of it was deleted')
        check(first['next'], 'there is more to look at')
        last = ask(stream, 'list', category='gone', after=first['next'])
        equal(([row['item'] for row in last['rows']], last['next']), (ids[-1:], None), 'the rest')
    equal([row['item'] for row in d.ok('list', 'gone').lines], ids[-1:], 'a person sees it')


def wide_pages(world):
    d = home_with(world, 'wide')
    fill(d, 'wide', 190, 3, 60_000)
    for command in ('list', 'export'):
        names = [row['name'] for row in d.ok(command, 'wide').lines]
        equal(sorted(names), sorted(f'row {n}' for n in range(190)), command)
    watched_from_the_beginning(d)


if __name__ == '__main__':
    sys.exit(main(out_and_in, wide_pages, deleted_pages))
