#!/usr/bin/env python3
"""What a person may do wrong at the command line, and what must then be said or left undone."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import Dialogue, check, equal, main  # noqa: E402
from person import Terminal, up  # noqa: E402


def names(world):
    """Empty text names nothing, more than one is asked about, what is in use comes first."""
    first, second = world.pair_of()
    for name in ('photos', 'old'):
        first.ok('category', 'create', name, '--purpose', 'x', *first.approve())
    first.ok('grant', 'photos', 'Phone', '--direction', 'both', '--for', '30d', *first.approve())
    second.until('the offer', lambda s: s['pending'])
    for command in (['accept', ''], ['decline', ''], ['folder', 'remove', ''], ['pause', ''],
                    ['resume', ''], ['rotate', ''], ['get', '', 'a'], ['withdraw', 'notes', ''],
                    ['wait', '--for', ''], ['device', 'remove', '']):
        second.refused(2, *command, *second.approve())
    equal(len(second.ok('offers').lines), 1, 'the offer is still open')
    for category in ('notes', 'photos'):
        first.ok('put', category, 'a', 'text=' + category)
    for command in ('get', 'history', 'delete', 'inspect'):
        candidates = first.refused(2, command, 'a').error['candidates']
        check(len(candidates) == 2 and any('photos' in c for c in candidates), str(candidates))
    first.ok('delete', 'photos', 'a')
    equal(first.ok('get', 'a').json['fields'], {'text': 'notes'}, 'the one that is left')
    first.ok('delete', 'notes', 'a')
    first.refused(2, 'undelete', 'a')
    first.ok('undelete', 'notes', 'a')
    first.ok('undelete', 'a')
    first.ok('category', 'retire', 'old', *first.approve())
    first.ok('category', 'create', 'old', '--purpose', 'again', *first.approve())
    first.ok('put', 'old', 'b', 'text=in the new one')
    equal(first.fields('old', 'b'), {'text': 'in the new one'}, 'not the closed one')
    shown = first.ok('inspect', 'old', 'b').lines[0]
    equal(shown['suite'], 1, 'the way of sealing')
    check(set(shown['batch']) != {'0'}, 'the change stands in a batch of its own')


def data_out_and_in(world):
    """What export prints is taken whole by put; what cannot be taken is named."""
    d = world.device('Laptop')
    d.init()
    d.start()
    for name in ('notes', 'copy'):
        d.ok('category', 'create', name, '--purpose', 'x', *d.approve())
    d.ok('put', 'notes', 'long', 'text=' + 'x' * 500)
    exported = d.ok('export', 'notes', json_out=False).out
    d.ok('put', 'copy', '--from', '-', stdin=exported)
    equal(d.fields('copy', 'long'), {'text': 'x' * 500}, 'whole, and by its name')
    d.ok('put', 'notes', '--from', '-', stdin=exported)
    equal(len(d.ok('list', 'notes').lines), 1, 'the same item again')
    for code, field in ((4, 'a=@/nonexistent'), (1, 'a=@' + world.folder)):
        said = d.refused(code, 'put', 'notes', 'x', field).error['message']
        check(field[3:] in said, said)
    d.refused(1, 'put', 'notes', '--from', world.folder)
    check('128' in d.refused(2, 'put', 'notes', 'n' * 200, 'a=b').error['message'], 'item')
    check('32' in d.refused(2, 'put', 'notes', 'x', 'n' * 40 + '=b').error['message'], 'field')
    d.refused(2, 'put', 'notes', 'x', 'a:=12345678901234567890123')
    d.refused(2, 'put', 'notes', 'x', 'a=1', 'a=2')
    for row in d.ok('folder', 'list').lines:
        equal(row['v'], 1, 'version of the row')
    d.ok('lock')
    locked = d.ok('status').json
    for key in ('paused', 'folders', 'pending', 'peers', 'categories'):
        equal(locked[key], None, key)


def approval_only_where_it_is_needed(world):
    d = world.device('Laptop')
    d.init()
    d.start()
    wrong = os.path.join(world.folder, 'wrong')
    with open(wrong, 'w', encoding='utf-8') as file:
        file.write('wrong\n')
    for command in (['status'], ['category', 'list'], ['offers']):
        d.ok('--approve-file', wrong, *command)
    d.ok('category', 'create', 'notes', '--purpose', 'x', *d.approve())  # no try was used up
    for command in (['category', 'create', 'x', '--purpose', ''], ['device', 'remove', 'Laptop'],
                    ['pair', '--lifetime', 'always'], ['pause', '--for', 'always']):
        d.refused(2, *command, *d.approve())
    equal(d.refused(4, 'undo', *d.approve()).error['hint'][:11], 'to remove a', 'undo')
    for shares in (['nothing:both:30d'], ['notes:up:30d'], ['notes:both:soon'],
                   ['notes:both:30d', 'notes:receive:1d']):
        options = [word for share in shares for word in ('--share', share)]
        result = d.run('--input', 'json', 'pair', *options, *d.approve())
        check(result.code in (2, 4) and 'code' not in [e.get('event') for e in result.lines],
              f'{shares}: {result.out}')
    for command in ('accept', 'decline'):
        d.refused(4, command, 'abcd', *d.approve())
    for command in (['offers'], ['alerts'], ['folder', 'list'], ['config', 'list'], ['pause'],
                    ['resume'], ['list', 'notes']):
        check(d.ok(*command, json_out=False).out.strip(), f'{command} says nothing')


def answers_as_json(world):
    first, second = world.pair_of()
    third = world.device('Desk')
    third.init(join=True)
    third.start()
    equal(third.refused(6, 'category', 'create', 'x', '--purpose', 'y', *third.approve())
          .error['message'], 'this device is in no circle yet', 'outside')
    ended = first.run('--input', 'json', 'pair', *first.approve(), stdin='')
    equal((ended.code, ended.lines[-1]['reason']), (6, 'cancelled'), 'the end of input')
    equal(ended.lines[-1]['event'], 'failed', 'ends at once')
    share = {'category': 'notes', 'direction': 'both', 'for': '30d'}
    short = [{key: share[key] for key in share if key != missing} for missing in share]
    for wrong in ({'share': [dict(share, form_now=True)]}, {'more': 1}, {'share': 'notes'},
                  *({'share': [one]} for one in short)):
        sponsoring = Dialogue(first, ['pair', *first.approve()])
        code = sponsoring.expect('code')
        check(code['circle_words'], 'circle words beside the code')
        joining = Dialogue(third, ['join', code['code'], '--at', first.address])
        number = joining.expect('check')
        card = sponsoring.expect('applicant')
        sponsoring.answer(**{'id': card['id'], 'check': number['check'], **wrong})
        failed = sponsoring.expect('failed')
        equal(failed['reason'], 'usage', 'the answer was malformed')
        check(failed['hint'], 'and a next step')
        equal(sponsoring.exit(), 2, 'exit')
        joining.expect('failed')
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    sponsoring.expect('code')
    check('shows a code' in first.run('--input', 'json', 'pair', *first.approve(),
                                      stdin='{}').lines[-1]['message'], 'a second code')
    sponsoring.process.kill()
    equal(second.run('--input', 'json', 'join', code['code'], '--at', first.address,
                     *second.approve(), stdin='{}').lines[-1]['message'],
          'this device is in a circle already', 'in a circle')


def settings_and_homes(world):
    d = world.device('Laptop')
    d.init()
    for command in (['relay', 'x'], ['console', '127.0.0.1:1']):
        d.refused(1, 'config', 'set', *command)
    d.ok('config', 'set', 'discovery', 'on')
    d.ok('config', 'unset', 'discovery')
    equal(d.ok('config', 'get', 'discovery').json['value'], None, 'unset')
    check('interfaces' in d.refused(2, 'config', 'set', 'no', 'x').error['hint'], 'names the keys')
    with open(os.path.join(d.home, 'config'), 'w', encoding='utf-8') as file:
        file.write('# mine\nwhat = 1\n')
    for command in (['config', 'list'], ['daemon', '--passphrase-file', d.passphrase]):
        said = d.refused(2, *command).error
        check('line 2' in said['message'] and d.home in said['message'], said)
    os.unlink(os.path.join(d.home, 'config'))
    d.start()
    other = world.device('Other')
    other.init()
    said = other.run('daemon', '--passphrase-file', other.passphrase, '--listen', d.address).error
    check(d.address in said['message'] and '--listen' in said['hint'], said)
    new = world.device('New')
    said = new.refused(2, 'init', '--name', 'n' * 200, '--passphrase-file', new.passphrase).error
    check('128' in said['message'] and not os.path.exists(os.path.join(new.home, 'keystore')),
          'nothing was made')
    with open(new.home, 'w', encoding='utf-8'):
        pass
    new.refused(2, 'up', '--passphrase-file', new.passphrase)
    check('not built' in d.ok('help', json_out=False).out, 'what is not built is marked')
    check('Usage: troth pair' in d.ok('help', 'pair', json_out=False).out, 'help of a command')
    check('Usage: troth pair' in d.ok('pair', '--help', json_out=False).out, 'help')
    d.refused(2, 'help', 'nonsense')


def slips_at_the_terminal(world):
    """A blank, a capital letter or another word never ends or widens a pairing."""
    laptop, phone = world.device('Laptop'), world.device('Phone')
    try:
        up(laptop)
        create = Terminal(laptop, 'category', 'create', 'notes', '--purpose', 'to write')
        create.see('Passphrase')
        create.type('typed Laptop')
        create.exit()
        up(phone, '--join')
        pairing = Terminal(laptop, '--quiet', 'pair')
        pairing.see('Passphrase')
        pairing.type('typed Laptop')
        code = pairing.see(r'troth join (\S+) --at ' + laptop.address).group(1)
        pairing.see('No other machine')
        pairing.see('Circle words')
        joining = Terminal(phone, 'join', code, '--at', laptop.address)
        number = joining.see(r'Check number:\s+(\d\d)').group(1)
        pairing.see('two-digit number')
        pairing.type('abc')
        pairing.see('not a number')
        pairing.type(f' {number} ')
        pairing.see('You may share: "notes"')
        pairing.type('nothing')
        pairing.see('no such category')
        pairing.type('notes')
        pairing.see('receive or both')
        pairing.type('up')
        pairing.see('not understood')
        pairing.type('Both')
        pairing.see('how long')
        pairing.type('soon')
        pairing.see('not understood')
        pairing.type('30d')
        pairing.see('Name a category')
        pairing.type('')
        joining.see('Take it')
        joining.type('maybe')
        joining.see('answer y or n')
        joining.type('Yes')
        joining.see('You are in the circle')
        equal((pairing.exit(), joining.exit()), (0, 0), 'exit of pair and join')
        equal(phone.ok('alerts').lines + laptop.ok('alerts').lines, [], 'no alert')
    finally:
        for device in (laptop, phone):
            device.run('down')


if __name__ == '__main__':
    sys.exit(main(names, data_out_and_in, approval_only_where_it_is_needed, answers_as_json,
                  settings_and_homes, slips_at_the_terminal))
