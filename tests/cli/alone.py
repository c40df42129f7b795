#!/usr/bin/env python3
"""One device and its command line: exit codes, errors, settings, locking, the socket's rules."""
import hashlib
import json
import os
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, check, equal, main  # noqa: E402


def without_daemon(world):
    d = world.device('Laptop')
    for command in (['status'], ['id'], ['get', 'notes', 'x'], ['unlock'], ['down']):
        result = d.refused(8, *command)
        equal(result.error['code'], 'no_daemon', 'code')
        check('troth: error: ' in result.err and 'troth: hint: ' in result.err, result.err)
    d.ok('version')
    d.refused(2, 'no-such-command')
    d.refused(2, 'get')
    d.refused(2, 'status', '--no-such-flag')
    d.refused(4, 'daemon')
    equal(d.refused(1, 'member').error['code'], 'unsupported', 'what is not built says so')
    codes = d.ok('help', 'errors').lines
    check(len(codes) > 70 and len({c['code'] for c in codes}) == len(codes), 'all codes are listed')


def init_and_ready(world):
    d = world.device('Laptop')
    d.refused(9, 'init', '--name', 'Laptop', '--no-input')
    d.refused(2, 'init', '--passphrase-file', d.passphrase)
    made = d.init()
    equal(len(made['circle_words'].split()), 4, 'circle words')
    equal(made['protection'], 'file', 'protection')
    equal(stat.S_IMODE(os.stat(d.home).st_mode), 0o700, 'mode of the home')
    equal(d.refused(1, 'init', '--name', 'X', '--passphrase-file', d.passphrase).error['code'],
          'exists', 'second init')
    ready = d.start()
    name = hashlib.sha256(os.path.realpath(d.home).encode()).hexdigest()[:16]
    equal(ready['socket'], f'{world.runtime}/troth/{name}.sock', 'socket')
    equal(ready['pid'], d.daemon.pid, 'pid')
    equal(stat.S_IMODE(os.stat(ready['socket']).st_mode), 0o600, 'mode of the socket')
    equal(d.ok('id').json['circle'], made['circle'], 'circle')
    result = d.refused(10, 'daemon', '--no-input')
    equal(result.error['code'], 'busy', 'second daemon')
    address = d.address
    d.down()
    d.start()
    equal(d.address, address, 'the port is taken again')


def locking(world):
    d = world.device('Laptop')
    d.init()
    d.start(unlocked=False)
    equal(d.ok('status').json['state'], 'locked', 'state')
    equal(d.refused(7, 'id').error['code'], 'locked', 'id while locked')
    d.refused(9, 'unlock', '--no-input')
    wrong = os.path.join(world.folder, 'wrong')
    with open(wrong, 'w', encoding='utf-8') as file:
        file.write('wrong\n')
    equal(d.refused(7, 'unlock', '--passphrase-file', wrong).error['code'], 'wrong_passphrase',
          'code')
    # The wait doubles with each wrong one: a slow machine meets a longer one.
    for _ in range(5):
        asked = time.monotonic()
        result = d.run('unlock', '--passphrase-file', wrong)
        if result.code != 7:
            break
    equal(result.code, 10, 'a wrong passphrase is not tried at once again')
    equal(result.error['retry'], True, 'the waiting time ends')
    over = asked + result.error['wait_ms'] / 1000  # no earlier than that
    right = d.run('unlock', '--passphrase-file', d.passphrase)
    check(right.code == 10 or time.monotonic() > over, f'the right one waits too: {right.out}')
    d.until('the waiting time',
            lambda _: d.run('unlock', '--passphrase-file', d.passphrase).code == 0)
    equal(d.ok('status').json['state'], 'ok', 'state')
    d.ok('lock')
    equal(d.ok('status').json['state'], 'locked', 'state')
    d.ok('passphrase', 'change', '--passphrase-file', d.passphrase, '--new-passphrase-file', wrong)
    d.refused(7, 'unlock', '--passphrase-file', d.passphrase)
    d.until('the waiting time', lambda _: d.run('unlock', '--passphrase-file', wrong).code == 0)
    d.ok('lock')
    d.until('the waiting time', lambda _: d.run('unlock', '--passphrase-file', wrong).code == 0)
    kinds = [fact['kind'] for fact in d.ok('audit', 'list').lines]
    equal([k for k in kinds if k in ('wrong_passphrase', 'unlocked', 'locked')],
          ['wrong_passphrase', 'unlocked', 'locked'] * 2, 'audit')


def presence(world):
    d = world.device('Laptop')
    d.init()
    d.start()
    create = ['category', 'create', 'notes', '--purpose', 'to write things down']
    result = d.refused(9, *create, '--no-input')
    equal(result.error['code'], 'presence_needed', 'without presence')
    d.refused(9, *create)
    made = d.ok(*create, *d.approve()).json
    equal(len(made['category']), 32, 'id')
    d.refused(9, 'category', 'create', 'more', '--purpose', 'x')  # presence ended with its command
    d.refused(1, *create, *d.approve())
    d.ok('--remember', 'category', 'create', 'a', '--purpose', 'x', *d.approve())
    d.ok('category', 'create', 'b', '--purpose', 'x')
    equal(sorted(c['name'] for c in d.ok('category', 'list').lines), ['a', 'b', 'notes'], 'names')


def items(world):
    d = world.device('Laptop')
    d.init()
    d.start()
    d.ok('category', 'create', 'notes', '--purpose', 'to write', *d.approve())
    new = d.ok('put', 'notes', '-', 'text=milk', 'count:=3', 'tags:=["a",1]').json['item']
    equal(len(new), 32, 'id of a new item')
    equal(d.fields('notes', new), {'text': 'milk', 'count': 3, 'tags': ['a', 1]}, 'fields')
    d.ok('put', 'notes', 'shopping list', 'text=eggs')
    equal(d.fields('notes', 'shopping list'), {'text': 'eggs'}, 'by name')
    d.ok('put', 'notes', new[:10], 'text=more')
    equal(d.fields('notes', new[:8])['text'], 'more', 'by prefix')
    photo = os.path.join(world.folder, 'photo')
    with open(photo, 'wb') as file:
        file.write(bytes(range(256)))
    d.ok('put', 'notes', 'pic', 'data=@' + photo)
    check('@base64' in d.fields('notes', 'pic')['data'], 'bytes')
    d.refused(2, 'put', 'notes', 'x', 'no-equals')
    d.refused(2, 'put', 'notes', 'x', '.name=y')
    d.refused(2, 'put', 'notes', 'x', 'big=' + 'x' * 70000)
    d.refused(4, 'get', 'notes', 'nothing like it')
    d.refused(4, 'get', 'nothing', 'x')
    d.ok('delete', 'notes', 'shopping list')
    d.refused(4, 'get', 'notes', 'shopping list')
    d.ok('undelete', 'notes', 'shopping list')
    equal(d.fields('notes', 'shopping list'), {'text': 'eggs'}, 'undeleted')
    equal(len(d.ok('list', 'notes').lines), 3, 'items')
    check(d.ok('inspect', 'shopping list').lines[0]['proof'], 'the change is proven alone')
    check(d.ok('history', 'shopping list').lines, 'history')


def records(world):
    d = world.device('Laptop')
    d.init()
    d.start()
    d.ok('category', 'create', 'notes', '--purpose', 'to write', *d.approve())
    lines = [json.dumps({'item': f'n{i}', 'fields': {'text': f't{i}'}}) for i in range(600)]
    equal(d.ok('put', 'notes', '--from', '-', stdin='\n'.join(lines)).json['items'], 600, 'kept')
    bad = lines[:5] + ['{"item": 7}'] + lines[5:]
    result = d.refused(2, 'put', 'notes', '--from', '-', stdin='\n'.join(bad))
    equal((result.error['line'], result.error['kept']), (6, 5), 'bad line')
    bad = lines[:300] + ['{"item":"x","fields":{".name":"y"}}'] + lines[300:]
    result = d.refused(2, 'put', 'notes', '--from', '-', stdin='\n'.join(bad))
    equal((result.error['line'], result.error['kept']), (301, 300), 'line refused by the daemon')
    rows = d.ok('list', 'notes').lines
    equal(len(rows), 600, 'all pages')
    equal({r['name'] for r in rows}, {f'n{i}' for i in range(600)}, 'names')
    again = world.device('Desk')
    again.init()
    again.start()
    again.ok('category', 'create', 'copy', '--purpose', 'to write', *again.approve())
    exported = d.ok('export', 'notes').out
    equal(again.ok('put', 'copy', '--from', '-', stdin=exported).json['items'], 600,
          'what export prints, put takes')


def config_and_doctor(world):
    d = world.device('Laptop')
    d.init()
    d.ok('config', 'set', 'listen', '127.0.0.1:0')
    equal(d.ok('config', 'get', 'listen').json['value'], '127.0.0.1:0', 'setting')
    d.refused(2, 'config', 'set', 'listen', 'nonsense')
    d.refused(4, 'config', 'get', 'nonsense')
    equal(d.ok('config', 'list').json['relay'], None, 'unset is null')
    d.ok('doctor')
    os.chmod(d.home, 0o755)
    d.refused(3, 'doctor')
    d.refused(1, 'daemon', '--relay', 'https://relay.example', '--no-input')
    with open(os.path.join(d.home, 'keystore'), 'r+b') as file:
        file.seek(300)
        byte = file.read(1)
        file.seek(300)
        file.write(bytes([byte[0] ^ 1]))
    equal(d.refused(11, 'daemon', '--passphrase-file', d.passphrase).error['code'], 'damaged',
          'code')


def killed_and_started_again(world):
    d = world.device('Laptop')
    d.init()
    d.start()
    d.ok('category', 'create', 'notes', '--purpose', 'to write', *d.approve())
    for i in range(20):
        d.ok('put', 'notes', f'n{i}', f'text=t{i}')
        if i % 5 == 0:
            d.kill()
            d.start()
    equal(len(d.ok('list', 'notes').lines), 20, 'nothing that was said to be done is lost')
    shown = subprocess.run(['cat', *[
        os.path.join(d.home, name) for name in os.listdir(d.home)
        if os.path.isfile(os.path.join(d.home, name))]], capture_output=True, check=True).stdout
    d.down()
    for word in (b'Laptop', b'notes', b'to write'):
        check(word not in shown, f'{word} stands in the home')


def streams(world):
    d = world.device('Laptop')
    d.init()
    d.start()
    d.ok('category', 'create', 'notes', '--purpose', 'to write', *d.approve())
    watch = subprocess.Popen([BIN, '--home', d.home, '--json', 'watch', 'notes', '--since', '0'],
                             env=d.env, text=True, stdout=subprocess.PIPE)
    world.processes.append(watch)
    d.ok('put', 'notes', 'a', 'text=1')
    equal(json.loads(watch.stdout.readline())['fields'], {'text': '1'}, 'first change')
    d.ok('delete', 'notes', 'a')
    d.ok('put', 'notes', 'b', 'text=2')
    seen = [json.loads(watch.stdout.readline()) for _ in range(2)]
    equal(seen[0]['deleted'], True, 'deleted')
    equal(seen[1]['fields'], {'text': '2'}, 'second change')
    # One that comes late reads what is stored, every item of it.
    rows = ''.join(json.dumps({'item': f'row {n}', 'fields': {'n': '1'}}) + '\n'
                   for n in range(600))
    d.ok('put', 'notes', '--from', '-', stdin=rows)
    late = subprocess.Popen([BIN, '--home', d.home, '--json', 'watch', 'notes', '--since', '0'],
                            env=d.env, text=True, stdout=subprocess.PIPE)
    world.processes.append(late)
    names = set()
    while not {f'row {n}' for n in range(600)} | {'b'} <= names:
        names.add(json.loads(late.stdout.readline()).get('name'))
    d.ok('wait', '--ready', '--category', 'notes', '--items', '601')
    d.refused(5, 'wait', '--category', 'notes', '--items', '999', '--timeout', '1s')


if __name__ == '__main__':
    sys.exit(main(without_daemon, init_and_ready, locking, presence, items, records,
                  config_and_doctor, killed_and_started_again, streams))
