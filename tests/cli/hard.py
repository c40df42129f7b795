#!/usr/bin/env python3
"""Hard days: a copied or old home, hostile names, floods."""
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
import unicodedata

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _hard import alerts, texts, wait_equal  # noqa: E402
from _harness import BIN, DEADLINE, SANITIZED, all_sealed, check, equal, main  # noqa: E402


def resident_kib(device):
    with open(f'/proc/{device.daemon.pid}/status', encoding='utf-8') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('VmRSS'))


# One home twice, and a home of yesterday.

def opens_or_says_why(device):
    """False: it was refused, with a code of its own and a next step, and ended by itself."""
    try:
        device.start()
        return True
    except AssertionError:
        code = device.daemon.wait(timeout=DEADLINE)
    check(code >= 0, f'the daemon was ended by signal {-code}')
    check(device.said.startswith('{'), f'it says nothing: {device.said!r}, exit {code}')
    error = json.loads(device.said).get('error', {})
    check(error.get('code') in ('damaged', 'rolled_back', 'io_error') and error.get('hint'),
          f'a code and a next step: {device.said}')
    return False


def one_home_twice(world):
    first, second = world.pair_of()
    first.ok('put', 'notes', 'a', 'text=1')
    other = subprocess.run([BIN, '--home', first.home, '--json', '--no-input', 'daemon',
                            '--passphrase-file', first.passphrase], env=first.env, text=True,
                           capture_output=True, timeout=DEADLINE, check=False)
    equal(other.returncode, 10, 'exit of the second daemon')
    error = json.loads(other.stdout.splitlines()[-1])['error']
    equal(error['code'], 'busy', 'code')
    check(error['hint'], 'a next step')
    first.ok('put', 'notes', 'b', 'text=2')
    check(texts(first).keys() == {'a', 'b'}, 'the first one goes on')
    wait_equal(first, second)
    # A copy made while the home is in use may be torn. It opens, or says what is wrong with it.
    copied = os.path.join(world.folder, 'copied')
    for n in range(3):
        first.ok('put', 'notes', f'while copied {n}', 'text=3')
    shutil.copytree(first.home, copied)
    copy = world.device('copied')
    copy.passphrase = first.passphrase
    first.down()
    ready = opens_or_says_why(copy)
    print(f'       the copy {"opened" if ready else "was refused"}')
    if ready:
        check(texts(copy).keys() >= {'a', 'b'}, 'the copy has what was there')
        copy.ok('put', 'notes', 'by the copy', 'text=4')
        copy.down()
    first.start()
    first.ok('put', 'notes', 'by the first', 'text=5')
    second.wait_fields('notes', 'by the first', {'text': '5'})


def two_copies_live(world):
    """A whole home in two places, both at once: each side that can know it has to say so."""
    laptop, phone = world.pair_of()
    phone.ok('put', 'notes', 'a', 'text=1')
    laptop.wait_fields('notes', 'a', {'text': '1'})
    phone.down()
    copy = world.device('Copy')
    shutil.copytree(phone.home, copy.home)
    copy.passphrase = phone.passphrase
    laptop.down()
    phone.start()
    phone.ok('put', 'notes', 'b', 'text=of the phone')
    phone.until('sealed alone', all_sealed)
    phone.down()
    copy.start()
    laptop.start()
    copy.ok('connect', 'Laptop', laptop.address)
    copy.ok('put', 'notes', 'b', 'text=of the copy')
    copy.ok('put', 'notes', 'c', 'text=of the copy')
    laptop.wait_fields('notes', 'c', {'text': 'of the copy'})
    phone.start()
    phone.ok('connect', 'Laptop', laptop.address)
    told = phone.until('the other chain', lambda s: s['state'] == 'needs_action')
    equal(told['reason'], 'needs_removal', 'what a person has to do')
    phone.until('both words', lambda _: {'rolled_back', 'forked'} <= set(alerts(phone)))
    laptop.until('the other word', lambda _: 'contradicted' in alerts(laptop))
    laptop.until('two that take turns', lambda _: 'connected_twice' in alerts(laptop))
    phone.ok('put', 'notes', 'd', 'text=goes on')
    laptop.wait_fields('notes', 'd', {'text': 'goes on'})


def an_old_home_comes_back(world):
    laptop, phone = world.pair_of()
    phone.ok('put', 'notes', 'a', 'text=1')
    laptop.wait_fields('notes', 'a', {'text': '1'})
    phone.down()
    old = os.path.join(world.folder, 'old')
    shutil.copytree(phone.home, old)
    phone.start()
    for n in range(5):
        phone.ok('put', 'notes', f'later {n}', f'text={n}')
    laptop.wait_fields('notes', 'later 4', {'text': '4'})
    phone.kill()
    shutil.rmtree(phone.home)
    os.rename(old, phone.home)
    phone.start()
    phone.ok('put', 'notes', 'after the old one', 'text=6')
    laptop.wait_fields('notes', 'after the old one', {'text': '6'})
    phone.wait_fields('notes', 'later 4', {'text': '4'})
    equal(len(wait_equal(laptop, phone)), 7, 'all notes on both')
    check('rolled_back' in alerts(phone), f'the old home is told of: {alerts(phone)}')
    for device in (laptop, phone):
        check('forked' not in alerts(device), f'{device.name}: no counter was used twice')


def an_old_database_comes_back(world):
    """Only the database: the keystore knows better, so nobody else has to be asked."""
    laptop, phone = world.pair_of()
    phone.down()
    old = os.path.join(world.folder, 'old.db')
    shutil.copy(os.path.join(phone.home, 'troth.db'), old)
    phone.start()
    phone.ok('put', 'notes', 'later', 'text=1')
    laptop.wait_fields('notes', 'later', {'text': '1'})
    phone.kill()
    laptop.down()
    for name in os.listdir(phone.home):
        if name.startswith('troth.db'):
            os.unlink(os.path.join(phone.home, name))
    shutil.move(old, os.path.join(phone.home, 'troth.db'))
    phone.start()
    phone.until('the old database is told of', lambda _: 'rolled_back' in alerts(phone))
    laptop.start()
    phone.ok('put', 'notes', 'after', 'text=2')
    laptop.wait_fields('notes', 'after', {'text': '2'})
    phone.wait_fields('notes', 'later', {'text': '1'})
    for device in (laptop, phone):
        check('forked' not in alerts(device), f'{device.name}: no counter was used twice')


# Names that somebody chose to fool a reader.

HOSTILE = ['\x1b[2J\x1b[31mred', 'two\nlines', 'bell\x07', 'csi\u009b2J', 'bidi\u202egnp.exe',
           'zero\u200bwidth', 'tab\there', 'del\x7f', 'iso\u2066late', 'line\u2028sep']


def check_clean(shown, what, lines=False):
    """No byte that a terminal acts on, and nothing that turns the order of reading."""
    text = shown.decode('utf-8')
    for c in text:
        plain = c == '\n' or (lines and c == '\t')
        # The isolates that safe_quoted puts around right-to-left names come in pairs.
        check(plain or unicodedata.category(c) not in ('Cc', 'Cf', 'Zl', 'Zp'),
              f'{what} shows {c!r} raw: {text!r}')


def shown_clean(device, *args):
    for flags in ([], ['--json']):
        done = subprocess.run([BIN, '--home', device.home, *flags, *args], env=device.env,
                              capture_output=True, timeout=DEADLINE, check=False)
        what = ' '.join(ascii(arg) for arg in (*flags, *args))
        check_clean(done.stdout, what + ' (stdout)', lines=True)
        check_clean(done.stderr, what + ' (stderr)', lines=True)


def hostile_names(world):
    first, second = world.pair_of()
    for name in HOSTILE:
        shown_clean(first, 'put', 'notes', name, f'text={name}', f'{name[:5]}=field')
        shown_clean(first, 'get', 'notes', name)
    for name in HOSTILE[:5:2]:
        for command in (['category', 'create', name, '--purpose', name],
                        ['device', 'rename', 'Laptop', name]):
            result = first.run(*command, *first.approve())
            check(result.code in (0, 2), f'{command}: {result.code} {result.out}')
            check_clean(result.out.encode() + result.err.encode(), ascii(command))
        first.run('device', 'rename', first.ok('id').json['device'], 'Laptop', *first.approve())
    huge = 'x' * 10_000
    first.refused(2, 'put', 'notes', huge, 'text=1')
    first.refused(2, 'category', 'create', huge, '--purpose', 'p', *first.approve())
    first.refused(2, 'device', 'rename', 'Laptop', huge, *first.approve())
    other = world.device('Other')
    for name in (HOSTILE[0], HOSTILE[4], huge):
        made = other.run('init', '--name', 'Other', '--member', name, '--passphrase-file',
                         other.passphrase)
        check_clean(made.out.encode() + made.err.encode(), 'init')
        check(made.code == 2 or name != huge, 'a member of 10 KB')
        shown_clean(other, 'id')
        shutil.rmtree(other.home, ignore_errors=True)
    for device in (first, second):
        for command in (['list', 'notes'], ['status'], ['devices'], ['category', 'list'],
                        ['consent'], ['audit', 'list'], ['alerts'],
                        ['history', HOSTILE[0]], ['inspect', HOSTILE[0]], ['get', 'notes', '\x1b'],
                        ['get', '\x1b[2J', '\u202e'], ['nothing\x1b[2J'], ['get', '--\x1b[2J']):
            shown_clean(device, *command)


# Strangers at the door.

def floods(world):
    first, second = world.pair_of()
    host, port = first.address.rsplit(':', 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 1024)), hard))
    before = resident_kib(first)
    idle = []
    for n in range(320):
        one = socket.create_connection((host, int(port)), timeout=DEADLINE)
        idle.append(one)
        if n % 16 == 0:
            one.setblocking(False)
            one.send(os.urandom(4000))
    time.sleep(6)  # they are let in at a bounded rate: now every place is taken
    first.ok('put', 'notes', 'in the flood', 'text=1')
    second.wait_fields('notes', 'in the flood', {'text': '1'})
    most = resident_kib(first)
    # A peer that comes while all places are taken gets one before the strangers time out.
    second.kill()
    second.start()
    began = time.monotonic()
    first.ok('put', 'notes', 'come again', 'text=2')
    second.wait_fields('notes', 'come again', {'text': '2'})
    check(time.monotonic() - began < 12, 'a peer waits until the strangers time out')
    most = max(most, resident_kib(first))
    print(f'       memory before {before} KiB, at most {most} KiB; '
          f'the peer came back in {time.monotonic() - began:.1f} s')
    if not SANITIZED:  # a sanitizer keeps what was freed
        check(most - before < 32 * 1024, f'memory grew by {most - before} KiB')
    for one in idle:
        one.close()
    for device in (first, second):
        check('tampered' not in alerts(device), 'strangers raise no alarm about a device')


if __name__ == '__main__':
    sys.exit(main(one_home_twice, two_copies_live, an_old_home_comes_back,
                  an_old_database_comes_back, hostile_names, floods))
