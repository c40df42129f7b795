#!/usr/bin/env python3
"""What a person is told: what ends, what is paused, who is out, and where the next step is done."""
import base64
import json
import os
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, Dialogue, check, equal, main, pair  # noqa: E402


def category(device, name):
    return [c for c in device.ok('status').json['categories'] if c['name'] == name][0]


def follow(device, *args, until, seconds=20):
    """The lines of `events` up to the one that until() holds for."""
    process = subprocess.Popen([BIN, '--home', device.home, '--json', 'events', *args],
                               env=device.env, stdout=subprocess.PIPE)
    device.world.processes.append(process)
    pipe = process.stdout.fileno()
    lines, text, end = [], b'', time.monotonic() + seconds
    while time.monotonic() < end and not any(until(line) for line in lines):
        if select.select([pipe], [], [], 0.1)[0]:
            *whole, text = (text + os.read(pipe, 65536)).split(b'\n')
            lines += [json.loads(line) for line in whole]
    process.kill()
    process.wait()
    check(any(until(line) for line in lines), f'never came: {lines}')
    return lines


def ends_and_renewals(world):
    """What ends soon is told and renewed for the same length; its end is told in words."""
    first, second = world.pair_of((('notes', 'both', '1h'),))
    first.ok('put', 'notes', 'a', 'text=1')
    second.wait_fields('notes', 'a', {'text': '1'})
    for device, words in ((first, ('"Phone"', 'Renew: troth renew')),
                          (second, ('this device', 'Renew it on "Laptop": troth renew'))):
        said = device.ok('status', json_out=False).out
        check(all(word in said for word in ('"notes"', 'ends on', *words)), said)
    old = first.ok('status').json['expiring'][0]['until_ms']
    elsewhere = second.ok('renew').json
    equal((elsewhere['renewed'], elsewhere['reason']), (False, 'renew.elsewhere'), 'on the phone')
    first.refused(9, 'renew', '--no-input')
    renewed = first.ok('renew', *first.approve()).json
    equal((renewed['category'], renewed['device'], renewed['renewed']), ('notes', 'Phone', True),
          'what was renewed')
    check(old < renewed['until_ms'] < old + 600_000, 'the same length, from now on')
    equal(first.ok('renew', *first.approve()).json['reason'], 'renew.offered', 'not twice')
    second.until('the offer', lambda s: s['pending'])
    check('See: troth offers' in second.ok('status', json_out=False).out, 'where to take it')
    second.ok('accept', renewed['offer'], *second.approve())
    second.until('the longer one', lambda s: s['expiring'][0]['until_ms'] == renewed['until_ms'])
    first.ok('grant', 'notes', 'Phone', '--direction', 'both', '--for', 'always',
             *first.approve())
    second.until('the offer', lambda s: s['pending'])
    second.ok('accept', second.ok('offers').lines[0]['offer'], *second.approve())
    first.until('nothing ends', lambda s: not s['expiring'])
    equal(first.ok('renew', '--all').lines, [], 'nothing to renew')
    check('Nothing ends' in first.ok('renew', json_out=False).out, 'said in words')


def ended_in_words(world):
    """Why a category is not there has words of its own, and the hint names the device to go to."""
    first, second = world.pair_of((('notes', 'both', '12s'),))
    for name in ('taken', 'open', 'never', 'read'):
        first.ok('category', 'create', name, '--purpose', 'x', *first.approve())
    for name, way in (('taken', 'both'), ('open', 'both'), ('read', 'receive')):
        first.ok('grant', name, 'Phone', '--direction', way, '--for', '30d', *first.approve())
    second.until('three offers', lambda s: len(s['pending']) == 3)
    for offer in second.ok('offers').lines:
        if offer['share'][0]['category'] != 'open':
            second.ok('accept', offer['offer'], *second.approve())
    second.until('taken', lambda s: any(c['name'] == 'read' and c['state'] == 'ready'
                                        for c in s['categories']))
    first.ok('withdraw', 'taken', 'Phone', *first.approve())
    lines = follow(second, '--since', '0', until=lambda e: e['event'] == 'consent_changed' and
                   e['state'] == 'expired')
    ended = [e for e in lines if e.get('state') == 'expired'][0]
    equal((ended['category'], ended['device'], ended['message']), ('notes', 'Phone', 'ended'),
          'the end is told')
    second.until('all ends', lambda s: {c['name']: c['reason'] for c in s['categories']} == {
        'notes': 'consent.ended', 'taken': 'consent.withdrawn', 'open': 'consent.not_accepted',
        'never': 'consent.no_consent', 'read': None})
    equal({c['state'] for c in second.ok('status').json['categories'] if c['name'] != 'read'},
          {'no_consent'}, 'the state stays')
    said = second.ok('status', json_out=False).out
    for words in ('its time is over', 'taken back', 'not taken so far', 'not shared'):
        check(words in said, said)
    for command in (('get', 'notes', 'a'), ('put', 'notes', 'b', 'text=1'), ('list', 'notes')):
        error = second.refused(3, *command).error
        check('on "Laptop": troth grant "notes" "Phone"' in error['hint'], error)
    check('troth offers' in second.refused(3, 'list', 'open').error['hint'], 'take it')
    error = second.refused(3, 'put', 'read', 'a', 'text=1').error
    check('only receive' in error['message'] and '"Laptop"' in error['hint'], error)


def not_permitted_in_words(world):
    """One sentence each for what may not be, with a step that leads on."""
    first, second = world.pair_of()
    first.ok('category', 'create', 'shut', '--purpose', 'x', *first.approve())
    first.ok('category', 'create', 'mine', '--purpose', 'x', *first.approve())
    first.ok('category', 'retire', 'shut', *first.approve())
    second.until('the category', lambda s: any(c['name'] == 'mine' for c in s['categories']))
    said = set()
    for device, code, words, command in (
            (first, 3, 'closed', ('put', 'shut', 'a', 'text=1')),
            (second, 3, 'does not have', ('category', 'retire', 'mine')),
            (second, 3, 'to itself', ('grant', 'notes', 'Phone', '--direction', 'both', '--for',
                                      '2y')),
            (first, 3, 'nothing of that', ('withdraw', 'mine', 'Phone')),
            (first, 2, 'once', ('grant', 'mine', 'Phone', '--direction', 'both', '--for', 'once'))):
        approve = device.approve() if command[0] != 'put' else []
        error = device.refused(code, *command, *approve).error
        check(words in error['message'] and error['hint'], f'{command}: {error}')
        said.add(error['message'])
    equal(len(said), 5, 'words of their own')
    second.ok('leave', *second.approve())
    first.until('alone', lambda s: not s['peers'])
    error = first.refused(3, 'leave', *first.approve()).error
    check('only device' in error['message'] and 'troth down' in error['hint'], error)


def undo_names_whom(world):
    """Undo says whom it takes out, and never takes the next one out unasked."""
    first, second = world.pair_of()
    third = world.device('Desk')
    third.init(join=True)
    third.start()
    pair(first, third, ())
    candidates = first.refused(2, 'undo', *first.approve()).error['candidates']
    check(len(candidates) == 2 and any('Desk' in c for c in candidates), candidates)
    asked = first.run('--input', 'json', 'undo', 'Desk', stdin='{"id":1,"refuse":true}\n')
    check('"Desk"' in asked.lines[0]['why'], asked.out)
    done = first.ok('undo', 'Desk', *first.approve()).json
    equal((done['name'], done['removed']), ('Desk', third.ok('id').json['device']), 'whom')
    first.refused(2, 'undo', *first.approve())
    states = {d['name']: d['state'] for d in first.ok('devices').lines}
    equal((states['Phone'], states['Desk']), ('live', 'removed'), 'only the one that was named')
    said = first.ok('undo', 'Phone', *first.approve(), json_out=False).out
    check('"Phone" is taken out' in said, said)
    first.refused(4, 'undo', *first.approve())


def events_over_restarts(world):
    """Numbers never come again, and what was missed and is not kept is said."""
    d = world.device('Laptop')
    d.init()
    d.start()
    d.ok('category', 'create', 'notes', '--purpose', 'x', *d.approve())
    d.ok('put', 'notes', 'a', 'text=1')
    changed = lambda e: e['event'] == 'item_changed'  # noqa: E731
    lines = follow(d, '--since', '0', until=changed)
    check(all(e['event'] != 'gap' for e in lines), 'nothing was missed')
    place = lines[-1]['cursor']
    d.down()
    d.start()
    d.ok('put', 'notes', 'b', 'text=1')
    lines = follow(d, '--since', str(place), until=changed)
    equal(lines[0]['event'], 'gap', 'what was told before the restart is gone')
    check(lines[0]['message'] and lines[-1]['cursor'] > place, 'numbers go on')
    d.ok('put', 'notes', '--from', '-',
         stdin=''.join(json.dumps({'item': f'i{n}', 'fields': {'a': n}}) + '\n'
                       for n in range(1100)))
    equal(follow(d, '--since', str(lines[-1]['cursor']), until=changed)[0]['event'], 'gap',
          'too many to keep')
    equal(follow(d, '--since', '0', until=changed)[0]['event'], 'gap', 'also from the beginning')
    text = subprocess.run(['timeout', '5', BIN, '--home', d.home, 'events', '--since', '0'],
                          env=d.env, text=True, capture_output=True, check=False).stdout
    check('something is missing' in text and 'item changed' not in text, text[:300])


def two_of_one_name(world):
    first, second = world.pair_of()
    third = world.device('Other')
    third.init(join=True)
    third.start()
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    code = sponsoring.expect('code')
    joining = Dialogue(third, ['join', code['code'], '--at', first.address, '--name', 'Phone'])
    number = joining.expect('check')
    card = sponsoring.expect('applicant')
    equal((card['name'], card['name_taken']), ('Phone', True), 'the card says so')
    sponsoring.answer(id=card['id'], check=number['check'], share=[])
    joining.answer(id=joining.expect('offer')['id'], accept=[])
    joining.expect('paired')
    equal((sponsoring.exit(), joining.exit()), (0, 0), 'paired')
    for command in (('status',), ('consent',)):
        said = first.ok(*command, json_out=False).out
        check(second.ok('id').json['device'][:12] in said, said)
    candidates = first.refused(2, 'wait', '--for', 'Phone').error['candidates']
    equal(len(candidates), 2, 'both')
    first.ok('device', 'remove', third.ok('id').json['device'], *first.approve())
    equal(first.ok('device', 'show', 'Phone').json['state'], 'live', 'the one that is in')


def pauses_in_words(world):
    first, second = world.pair_of()
    first.ok('category', 'create', 'Phone', '--purpose', 'x', *first.approve())
    candidates = first.refused(2, 'pause', 'Phone').error['candidates']
    check(len(candidates) == 2 and any('a device' in c for c in candidates), candidates)
    check('Nothing was paused' in first.ok('resume', json_out=False).out, 'nothing')
    first.ok('pause')
    check('by itself' in first.refused(4, 'resume', 'notes').error['message'], 'all are paused')
    first.ok('resume')
    phone = second.ok('id').json['device']
    first.ok('pause', phone)
    check('paused for "Phone"' in first.ok('status', json_out=False).out, 'who is paused')
    first.ok('resume', phone)
    second.down()
    first.until('it is away', lambda s: not s['peers'][0]['connected'])
    first.ok('pause', phone)
    check('paused for "Phone"' in first.ok('status', json_out=False).out, 'who is paused')
    check('"notes"' in first.ok('status', json_out=False).out, 'the category is not')
    first.refused(4, 'resume', 'notes')
    first.ok('resume', phone)
    first.ok('device', 'remove', phone, *first.approve())
    for command in (('pause', phone), ('connect', phone, '127.0.0.1:1')):
        equal(first.refused(6, *command).error['code'], 'not_live', str(command))


def out_of_the_circle(world):
    """A device that is out shows it everywhere, and what it keeps."""
    first, second = world.pair_of()
    first.ok('put', 'notes', 'a', 'text=1')
    second.wait_fields('notes', 'a', {'text': '1'})
    second.ok('doctor')
    first.ok('device', 'remove', 'Phone', '--lost', *first.approve())
    second.until('it knows', lambda s: s['reason'] == 'removed')
    equal(category(second, 'notes')['state'], 'removed', 'state')
    said = second.ok('status', json_out=False).out
    check('can still be read here' in said and '  ready' not in said, said)
    equal([g['state'] for g in second.ok('consent').lines if g['device'] == 'Phone'], ['void'],
          'what was given counts no more')
    check('not in its circle' in second.ok('consent', json_out=False).out, 'consent in words')
    second.refused(1, 'doctor')
    third = world.device('Desk')
    third.init(join=True)
    third.start()
    pair(first, third, ())
    third.ok('leave', *third.approve())
    check('left its circle' in third.ok('status', json_out=False).out, 'its own choice')
    error = third.refused(6, 'list', 'notes').error
    check('has left' in error['message'], error)


def complete(script, *words):
    """What bash offers for the last of the words."""
    ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _troth; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(['bash', '-c', script + '\n' + ask, 'bash', 'troth', *words], text=True,
                          capture_output=True, check=False)
    equal(done.stderr, '', 'bash says nothing else')
    return sorted(set(done.stdout.split()))


def about_itself(world):
    """Completion, version, help, doctor, and usage that points to the right page."""
    d = world.device('Laptop')
    script = d.ok('completion', 'bash', json_out=False).out
    equal(d.ok('completion', 'bash').json['script'] + '\n', script, 'as JSON')
    check('-o default' in script, 'files where nothing is known')
    equal(complete(script, 'device', ''), ['list', 'remove', 'rename', 'show'], 'subcommands')
    equal(complete(script, '--home', '/x', 'devi'), ['device', 'devices'], 'after a path')
    equal(complete(script, 'put', 'a/b', '/'), [], 'files')
    check('--lifetime' in complete(script, 'pair', '--'), 'options')
    equal(complete(script, '--home', ''), [], 'a folder')
    d.refused(1, 'completion', 'zsh')
    equal(d.ok('--version').json['version'], d.ok('version').json['version'], 'version')
    check('troth ' in d.ok('--version', json_out=False).out, 'in words')
    rows = d.ok('help').lines
    check(len(rows) > 50 and all(row['help'] for row in rows), 'help as JSON')
    os.mkdir(d.home, 0o700)
    with open(os.path.join(d.home, 'config'), 'w', encoding='utf-8') as file:
        file.write('discovery = off\n')
    said = d.refused(4, 'doctor', json_out=False).out
    check('no home yet' in said and 'Put back' not in said, said)
    d.init()
    d.start()
    d.ok('category', 'create', 'notes', '--purpose', 'x', *d.approve())
    for command, topic in ((('put', 'notes'), 'put'), (('wait',), 'wait'),
                           (('device', 'rename', 'Laptop'), 'device rename'),
                           (('wait', '--ready', '--timeout', '0s'), 'wait'),
                           (('wait', '--items', 'x'), 'wait'), (('status', '--no'), 'status')):
        equal(d.refused(2, *command).error['hint'], 'see troth help ' + topic, str(command))
    error = d.refused(2, 'put', 'notes', '--from', '-', stdin='{"item":"a","fields":{"t":1}}\nx\n')
    check('correct line 2' in error.error['hint'], error.out)
    error = d.refused(10, 'up', '--listen', '127.0.0.1:9', '--passphrase-file', d.passphrase).error
    check(d.address in error['message'] and 'troth down' in error['hint'], error)
    d.ok('up', '--listen', d.address, '--passphrase-file', d.passphrase)
    d.ok('lock')
    error = d.refused(7, 'wait', '--ready', '--timeout', '2s').error
    check('troth unlock' in error['hint'], error)


def more_than_one_fits(world):
    """What may mean more than one thing ends with 2 and names them all."""
    first, second = world.pair_of((('notes', 'both', '30d'),))
    for name in ('one', 'two'):
        first.ok('category', 'create', name, '--purpose', 'x', *first.approve())
    ids = ['aabbccdd' + c * 24 for c in '12']
    for item in ids:
        first.ok('put', 'notes', item, 'text=1')
    candidates = first.refused(2, 'put', 'notes', 'aabbccdd', 'text=2').error['candidates']
    check(len(candidates) == 2 and ids[0] in candidates[0], candidates)
    third = world.device('Desk')
    third.init(join=True)
    third.start()
    pair(first, third, (('one', 'both', '30d'), ('two', 'both', '30d')))
    rows = [g for g in first.ok('consent').lines if g['device'] == 'Desk']
    start = rows[0]['id'][:12]
    candidates = first.refused(2, 'consent', 'receipt', start).error['candidates']
    equal(len(candidates), 2, str(candidates))
    equal(first.ok('consent', 'receipt', candidates[0].split(',')[0]).json['device'], 'Desk',
          'what was shown is taken')
    first.refused(4, 'consent', 'receipt', 'ffff')
    receipts_are_checked_alone(world, first, third, rows[0])


def receipts_are_checked_alone(world, giver, taker, grant):
    """What a giver or a taker kept is checked without a home; a changed one is refused."""
    stranger = world.device('Stranger')
    path = os.path.join(world.folder, 'receipt.json')

    def verify(content):
        with open(path, 'w', encoding='utf-8') as file:
            file.write(content if isinstance(content, str) else json.dumps(content))
        return stranger.run('verify', path)

    for device in (giver, taker):
        kept = device.ok('consent', 'receipt', grant['id']).json
        checked = verify(kept)
        equal(checked.code, 0, checked.out + checked.err)
        equal(checked.json['record'], kept['record'], 'the record that was proven')
        equal([checked.json[key] for key in ('device', 'category')], ['Desk', grant['category']],
              'names')
        equal(checked.json['circle_words'], device.ok('id').json['circle_words'], 'the four words')
    equal(verify(json.dumps(kept, indent=2, sort_keys=True)).code, 0, 'written by another program')
    for key, value in (('purpose', 'anything'), ('until_ms', None), ('device', 'Desk of Eve'),
                       ('circle_words', 'four other words here'), ('more', 1)):
        refused = verify({**kept, key: value})
        equal((refused.code, refused.error['code']), (1, 'bad_signature'), key)
    proof = bytearray(base64.b64decode(kept['proof']))
    proof[len(proof) // 2] ^= 1
    equal(verify({**kept, 'proof': base64.b64encode(proof).decode()}).code, 1, 'a changed proof')
    for nothing in ('', '{}', '[]', '{"proof":7}', '{"proof":"%"}', '{"proof":""}', '[' * 100):
        equal(verify(nothing).code, 1, nothing)
    stranger.refused(4, 'verify', path + '.none')
    giver.ok('withdraw', grant['category'], 'Desk', *giver.approve())
    later = giver.ok('consent', 'receipt', grant['id']).json
    equal((verify(later).code, later['state']), (0, 'withdrawn'), 'a receipt tells of the end')
    words = stranger.run('verify', path, json_out=False)
    check('Desk' in words.out and later['circle_words'] in words.out, words.out)


if __name__ == '__main__':
    sys.exit(main(ends_and_renewals, ended_in_words, not_permitted_in_words, undo_names_whom,
                  events_over_restarts, two_of_one_name, pauses_in_words, out_of_the_circle,
                  about_itself, more_than_one_fits))
