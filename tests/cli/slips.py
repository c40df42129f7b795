#!/usr/bin/env python3
"""What cannot be meant is refused at once, in words that name it and a step that leads on; and a
locked home tells nothing of what it told before."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, check, equal, main, started  # noqa: E402


def says(device, code, words, *command):
    """The error has these words in its message or its next step."""
    error = device.refused(code, *command).error
    told = error['message'] + ' | ' + error['hint']
    check(all(word in told for word in words), f'{command}: {words} expected in {told}')
    return error


def events_of_a_locked_home(world):
    d = started(world, 'notes')
    d.ok('put', 'notes', 'a', 'text=1')
    d.ok('lock')
    for command in (['events', '--since', '0'], ['events'], ['watch', 'notes', '--since', '0']):
        said = d.refused(7, *command)
        equal(said.error['code'], 'locked', str(command))
        check('notes' not in said.out, said.out)
    d.ok('unlock', '--passphrase-file', d.passphrase)
    told = subprocess.run(['timeout', '5', BIN, '--home', d.home, '--json', 'events', '--since',
                           '0'], env=d.env, text=True, capture_output=True, check=False).stdout
    check('"gap"' in told.splitlines()[0], f'what was forgotten is said: {told}')
    check('item_changed' not in told, told)


def joins(device, *args):
    """The exit code. Its input stays open, because the end of that is an answer, too."""
    with subprocess.Popen([BIN, '--home', device.home, '--json', '--input', 'json', 'join',
                           '0000-0000-0000', *args, *device.approve()], env=device.env,
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        return process.wait(60)


def addresses(world):
    first, _ = world.pair_of()
    for bad in ('127.0.0.1:0', 'foo bar:1', 'h\t:1', 'host', ':1'):
        says(first, 2, ['HOST:PORT'], 'connect', 'Phone', bad)
    other = world.device('Desk')
    other.init(join=True)
    other.start()
    equal(joins(other, '--at', '127.0.0.1:0'), 2, 'join at port 0')


def not_deleted(world):
    d = started(world, 'notes')
    d.ok('put', 'notes', 'a', 'text=1')
    for command in (['undelete', 'notes', 'a'], ['undelete', 'a']):
        says(d, 4, ['not deleted'], *command)
    d.ok('delete', 'notes', 'a')
    d.ok('undelete', 'notes', 'a')


def itself(world):
    first, _ = world.pair_of()
    says(first, 2, ['itself', 'troth pause'], 'pause', 'Laptop')
    equal(first.ok('status').json['paused'], False, 'nothing is paused')
    says(first, 2, ['itself'], 'connect', 'Laptop', '127.0.0.1:1')
    says(first, 2, ['itself'], 'wait', '--for', 'Laptop')
    first.ok('device', 'remove', 'Phone', *first.approve())
    says(first, 4, ['removed'], 'wait', '--for', 'Phone')


def not_built(world):
    d = started(world)
    for command in ('member add x', 'role list', 'policy set a b', 'flags list', 'conflicts notes',
                    'requests x', 'approve', 'approve x y', 'member --what x', 'recovery create x'):
        equal(d.refused(1, *command.split()).error['code'], 'unsupported', command)
    error = says(d, 1, ['not built'], 'audit', 'verify', '--device', 'Laptop')
    check('help' not in error['hint'], error)
    for command in ('status more', 'device nonsense', 'nonsense', 'down --what'):
        d.refused(2, *command.split())


def names_of_nothing(world):
    d = started(world, 'notes', 'photos')
    says(d, 4, ['category or device', 'troth device list'], 'pause', 'nope')
    says(d, 4, ['category or device'], 'resume', 'nope')
    for command in ('accept', 'decline'):
        says(d, 4, ['troth offers'], command, 'abcd')
    says(d, 4, ['troth alerts'], 'alerts', 'ack', '99')
    says(d, 4, ['troth review'], 'review', 'adopt', '99')
    one, two = (os.path.join(world.folder, name) for name in ('one', 'two'))
    for path in (one, two):
        os.mkdir(path)
    says(d, 4, ['troth folder list'], 'folder', 'remove', one)
    d.ok('folder', 'add', 'notes', one)
    for category, path in (('notes', one), ('notes', two), ('photos', one)):
        says(d, 1, [one, 'notes', 'troth folder remove'], 'folder', 'add', category, path)
    d.ok('folder', 'remove', one + '/')


def only_what_is_offered(world):
    first, second = world.pair_of()
    first.ok('category', 'create', 'photos', '--purpose', 'x', *first.approve())
    offer = first.ok('grant', 'photos', 'Phone', '--direction', 'both', '--for', '30d',
                     *first.approve()).json['offer']
    second.until('the offer', lambda s: s['pending'])
    says(second, 4, ['troth offers'], 'accept', offer, '--only', 'nope', *second.approve())


def in_no_circle(world):
    d = world.device('Desk')
    d.init(join=True)
    d.start()
    for command in (['put', 'notes', 'a', 'b=c'], ['list', 'notes'], ['watch', 'notes'],
                    ['export', 'notes'], ['folder', 'add', 'notes', world.folder],
                    ['grant', 'notes', 'Phone', '--direction', 'both', '--for', '30d']):
        says(d, 6, ['in no circle', 'troth join'], *command)


def files(world):
    d = started(world, 'notes')
    gone = os.path.join(world.folder, 'gone')
    for code, path in ((4, gone), (1, world.folder)):
        for command in (['verify', path], ['import', 'notes', path], ['put', 'notes', 'a',
                        'f=@' + path], ['put', 'notes', '--from', path],
                        ['passphrase', 'change', '--passphrase-file', path]):
            d.refused(code, *command)
    says(d, 9, ['--new-passphrase-file'], 'passphrase', 'change', '--passphrase-file',
         d.passphrase, '--no-input')


def values(world):
    d = started(world, 'notes')
    for what, value, command in (('--since', 'abc', ['watch', 'notes', '--since']),
                                 ('--since', '9' * 20, ['events', '--since']),
                                 ('--id', 'x', ['review', '--id']),
                                 ('ID', 'nope', ['alerts', 'ack']),
                                 ('ID', 'nope', ['review', 'adopt']),
                                 ('--keystore', 'foo', ['init', '--name', 'X', '--keystore']),
                                 ('--passphrase-fd', 'x', ['daemon', '--passphrase-fd']),
                                 ('--passphrase-fd', '4294967296',
                                  ['daemon', '--passphrase-fd'])):
        says(d, 2, [what, value], *command, value)
    for command in (['config', 'set', 'listen', 'nope'], ['up', '--listen', '127.0.0.1:80x'],
                    ['up', '--listen', 'nope'], ['config', 'set', 'discovery', 'maybe'],
                    ['up', '--discovery', 'maybe']):
        says(d, 2, ['HOST:PORT', 'on or off'], *command)
    shown = d.ok('category', 'show', 'notes').json
    equal((shown['held'], shown['class']), ({'count': 0, 'reason': None}, None), 'unknown is null')


def names(world):
    d = started(world, 'notes')
    for command in (['device', 'rename', 'Laptop', 'P\x1b[31m'], ['category', 'create', '   ',
                    '--purpose', 'x'], ['category', 'update', 'notes', '--name', 'a\nb']):
        says(d, 2, ['control characters'], *command, *d.approve())
    equal([c['name'] for c in d.ok('category', 'list').lines], ['notes'], 'names')
    new = world.device('New')
    says(new, 2, ['control characters'], 'init', '--name', 'a\nb', '--passphrase-file',
         new.passphrase)
    check(not os.path.exists(os.path.join(new.home, 'keystore')), 'nothing was made')
    new.init(join=True)
    new.start()
    equal(joins(new, '--at', '127.0.0.1:9', '--name', ' '), 2, 'join with a blank name')


if __name__ == '__main__':
    sys.exit(main(events_of_a_locked_home, addresses, not_deleted, itself, not_built,
                  names_of_nothing, only_what_is_offered, in_no_circle, files, values, names))
