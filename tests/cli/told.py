#!/usr/bin/env python3
"""What is told is so: what waits, what is on its way, what was answered, and what is not known."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import DEADLINE, Dialogue, all_sealed, check, equal, main  # noqa: E402


def folder_of(world, device, category):
    root = os.path.join(world.folder, device.name + '.folder')
    os.mkdir(root)
    device.ok('folder', 'add', category, root)
    return root


def write(path, content):
    """At once, so that a writer that is stopped half way makes no version of its own."""
    root, name = os.path.split(path)
    beside = os.path.join(os.path.dirname(root), name + '.new')
    with open(beside, 'wb') as file:
        file.write(content)
    os.rename(beside, path)


def until(what, condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            if condition():
                return
        except FileNotFoundError:
            pass  # one version went aside and the other is not in its place yet
        time.sleep(0.05)
    raise AssertionError(what + ' never came')


def peer(device):
    return device.ok('status').json['peers'][0]


def files_on_their_way(world):
    first, second = world.pair_of((('papers', 'both', '30d'),))
    a, b = (folder_of(world, device, 'papers') for device in (first, second))
    for device in (first, second):
        device.ok('wait', '--synced', '--timeout', '30s')
    second.ok('pause')
    write(a + '/big', os.urandom(30_000_000))
    first.until('the change', lambda s: s['folders'][0]['files'] == 1)
    second.ok('resume')
    seen = set()

    def there():
        before = os.path.exists(b + '/big')
        listed = 'listed' in seen  # by an earlier turn: this status comes after what it listed
        status = first.ok('status').json
        other = status['peers'][0]
        seen.add(other['reason'])
        rows = first.ok('transfers').json['transfers']
        if rows:
            seen.add('listed')
            equal((rows[0]['category'], rows[0]['direction'], rows[0]['device']),
                  ('papers', 'send', 'Phone'), 'what is sent')
        if other['reason'] is None and status['queue']['items'] == 0 and listed:
            check(os.path.exists(b + '/big'), f'has everything, and lacks the file: {status}')
        return before
    until('the file', there)
    check('listed' in seen and seen & {'files_on_their_way', 'sending'}, f'never told: {seen}')
    first.ok('wait', '--synced', '--timeout', '30s')
    first.ok('wait', '--idle', '--timeout', '30s')
    equal(first.ok('transfers').json['transfers'], [], 'nothing is left at the sender')
    until('the end at the receiver', lambda: not second.ok('transfers').json['transfers'])
    check('"big"  30 MB' in second.ok('list', 'papers', json_out=False).out, 'a name and a size')

    write(a + '/more', os.urandom(60_000_000))
    # What the folder has not noticed yet nobody can wait for.
    first.until('the change', lambda s: s['folders'][0]['waiting'] or s['folders'][0]['files'] == 2)
    first.ok('wait', '--synced', '--timeout', '60s')
    check(os.path.exists(b + '/more'), 'wait --synced came back before the file was there')
    second.ok('lock')
    locked = second.refused(7, 'transfers')
    check('papers' not in locked.out, locked.out)


def files_have_names(world):
    first, second = world.pair_of((('papers', 'both', '30d'),))
    a, _ = (folder_of(world, device, 'papers') for device in (first, second))
    write(a + '/f8.txt', b'x' * 5000)
    second.until('the file', lambda s: s['folders'][0]['files'] == 1)
    row = second.ok('list', 'papers').lines[0]
    equal((row['file']['path'], row['file']['size'], row['file']['executable']),
          ('f8.txt', 5000, False), 'list')
    check(abs(row['file']['mtime_ms'] / 1000 - time.time()) < 3600, 'its time')
    check('manifest' in row['fields'], 'what was there stays')
    equal(second.ok('list', 'papers', json_out=False).out, '"f8.txt"  5.0 KB\n', 'in words')
    equal(second.ok('get', 'papers', 'f8.txt').json['item'], row['item'], 'get by its path')
    write(a + '/f8.txt', b'x' * 2000)
    until('the next version',
          lambda: second.ok('get', 'f8.txt').json['file']['size'] == 2000)
    os.remove(a + '/f8.txt')
    until('its end', lambda: not second.ok('list', 'papers').lines)
    past = second.ok('history', 'f8.txt').lines
    equal([(one.get('deleted', False), one.get('file', {}).get('size')) for one in past],
          [(True, None), (False, 2000), (False, 5000)], 'history')
    check(all(one['changed_by'] == 'Laptop' for one in past), 'by whom')
    shown = second.ok('history', 'f8.txt', json_out=False).out
    check('"f8.txt"  2.0 KB' in shown and '"f8.txt"  5.0 KB' in shown and 'base64' not in shown,
          shown)


def a_folder_that_may_only_receive(world):
    first, second = world.pair_of((('papers', 'receive', '30d'),))
    a, b = (folder_of(world, device, 'papers') for device in (first, second))
    for name in ('one', 'two'):
        write(f'{a}/{name}', name.encode())
    second.until('the files', lambda s: s['folders'][0]['files'] == 2)
    os.remove(b + '/one')
    write(b + '/two', b'mine')
    until('the file again', lambda: os.path.exists(b + '/one'))
    second.until('the word', lambda s: s['folders'][0]['left'] ==
                 [{'path': 'two', 'reason': 'receive_only'}])
    status = second.ok('status').json
    equal((status['categories'][0]['state'], status['queue']['items']), ('ready', 0), 'status')
    check('"two"  changed here only, because this device may only receive' in
          second.ok('folder', 'list', json_out=False).out, 'in words')
    write(a + '/two', b'newer')
    until('the newer one', lambda: open(b + '/two', 'rb').read() == b'newer')
    copies = [name for name in os.listdir(b) if name.startswith('two (conflict, Phone')]
    equal([open(f'{b}/{name}', 'rb').read() for name in copies], [b'mine'], 'what was here')
    equal(sorted(os.listdir(a)), ['.troth', 'one', 'two'], 'nothing went out')


def what_waits_for_a_device(world):
    first, second = world.pair_of()
    first.ok('put', 'notes', 'a', 'text=1')
    first.ok('wait', '--idle', '--timeout', '30s')
    second.down()
    first.until('the loss', lambda s: not s['peers'][0]['connected'])
    for number in range(20):
        first.ok('put', 'notes', f'n{number}', 'text=1')
    first.until('the seal', all_sealed)
    waits = first.ok('queue').json
    equal((waits['items'], waits['bytes']), (40, None), 'a name and a text each')
    equal(peer(first)['behind_items'], 40, 'behind')
    check('Changes that wait to be sent: 40' in first.ok('status', json_out=False).out, 'in words')
    equal(first.refused(5, 'wait', '--idle', '--timeout', '1s').error['code'], 'timed_out', 'idle')
    second.start()
    first.ok('wait', '--idle', '--timeout', '30s')
    equal(first.ok('queue').json['items'], 0, 'nothing waits')
    first.ok('pause', 'notes')
    first.ok('put', 'notes', 'b', 'text=2')
    equal(peer(first)['reason'], 'paused', 'not everything')
    waits = first.ok('queue').json
    equal((waits['items'], waits['by_class']['interactive']['items']), (2, 2), 'the queue')
    check('has everything' not in first.ok('status', json_out=False).out, 'in words')


def states(device):
    """Of what the phone was offered, by category."""
    return {row['category']: row['state'] for row in device.ok('consent', '--all').lines
            if row['device'] == 'Phone'}


def an_answer_reaches_the_giver(world):
    first, second = world.device('Laptop'), world.device('Phone')
    first.init()
    second.init(join=True)
    first.start()
    second.start()
    for name in ('notes', 'photos', 'papers'):
        first.ok('category', 'create', name, '--purpose', 'try it out', *first.approve())
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    joining = Dialogue(second, ['join', sponsoring.expect('code')['code'], '--at', first.address])
    number = joining.expect('check')['check']
    card = sponsoring.expect('applicant')
    sponsoring.answer(id=card['id'], check=number,
                      share=[{'category': name, 'direction': 'both', 'for': '30d'}
                             for name in ('notes', 'photos')])
    offer = joining.expect('offer')
    joining.answer(id=offer['id'], accept=['notes'])
    joining.expect('paired')
    sponsoring.expect('paired')
    equal(states(first), {'notes': 'active', 'photos': 'declined'}, 'a part was accepted')
    check('(declined)' in first.ok('consent', '--all', json_out=False).out, 'in words')
    equal([row['category'] for row in first.ok('consent').lines if row['device'] == 'Phone'],
          ['notes'], 'what counts now')

    first.ok('grant', 'papers', 'Phone', '--direction', 'receive', '--for', '30d',
             *first.approve())
    second.until('the offer', lambda s: s['pending'])
    row = second.ok('offers').lines[0]
    equal((row['share'][0]['items'], row['share'][0]['bytes']), (None, None), 'not known here')
    check('items:' not in second.ok('offers', json_out=False).out, 'and not said')
    second.ok('decline', row['offer'])
    until('the no', lambda: states(first)['papers'] == 'declined')


if __name__ == '__main__':
    sys.exit(main(files_on_their_way, files_have_names, a_folder_that_may_only_receive,
                  what_waits_for_a_device, an_answer_reaches_the_giver))
