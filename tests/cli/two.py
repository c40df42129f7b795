#!/usr/bin/env python3
"""Two devices: pair, refuse, wrong codes, share, withdraw, expire, remove, pair again, crash."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import Dialogue, check, equal, main, pair  # noqa: E402
from thief import MARKER, copy_of, counts, thief  # noqa: E402


def two_homes(world):
    first, second = world.device('Laptop'), world.device('Phone')
    first.init()
    second.init(join=True)
    first.start()
    second.start()
    first.ok('category', 'create', 'notes', '--purpose', 'to write', *first.approve())
    return first, second


def pair_and_share(world):
    first, second = world.pair_of()
    equal(first.ok('id').json['circle_words'], second.ok('id').json['circle_words'], 'circle words')
    equal({d['name'] for d in second.ok('devices').lines}, {'Laptop', 'Phone'}, 'devices')
    first.ok('put', 'notes', 'hello', 'text=from the laptop')
    second.wait_fields('notes', 'hello', {'text': 'from the laptop'})
    second.ok('put', 'notes', 'hello', 'text=from the phone')
    first.wait_fields('notes', 'hello', {'text': 'from the phone'})
    second.ok('delete', 'notes', 'hello')
    first.wait_fields('notes', 'hello', None)
    first.ok('wait', '--synced', '--timeout', '20s')
    consent = first.ok('consent').lines
    check(any(c['device'] == 'Phone' and c['state'] == 'active' for c in consent), str(consent))
    for device in (first, second):
        check(device.ok('audit', 'verify').json['ok'], 'audit')


def presence_in_the_dialogue(world):
    first, second = two_homes(world)
    sponsoring = Dialogue(first, ['pair'])
    asked = sponsoring.expect('presence')
    check(asked['why'], 'says why')
    sponsoring.answer(id=asked['id'], passphrase_file=first.passphrase)
    sponsoring.expect('code')
    sponsoring.end_input()
    sponsoring.process.kill()
    unknown = Dialogue(first, ['pair'])
    asked = unknown.expect('presence')
    unknown.answer(id=asked['id'], passphrase_file=first.passphrase, more=1)
    equal(unknown.exit(), 2, 'an unknown key is refused')
    del second


def refusing(world):
    first, second = two_homes(world)
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    joining = Dialogue(second, ['join', sponsoring.expect('code')['code'], '--at', first.address])
    joining.expect('check')
    card = sponsoring.expect('applicant')
    sponsoring.answer(id=card['id'], refuse=True)
    sponsoring.expect('failed')
    joining.expect('failed')
    equal(joining.exit(), 6, 'exit of join')
    equal(sponsoring.exit(), 6, 'exit of pair')
    equal(len(first.ok('devices').lines), 1, 'nothing was added')

    sponsoring = Dialogue(first, ['pair', *first.approve()])
    joining = Dialogue(second, ['join', sponsoring.expect('code')['code'], '--at', first.address])
    number = joining.expect('check')
    card = sponsoring.expect('applicant')
    sponsoring.answer(id=card['id'], check=number['check'],
                      share=[{'category': 'notes', 'direction': 'both', 'for': '30d'}])
    joining.expect('offer')
    joining.end_input()
    joining.expect('failed')
    sponsoring.expect('failed')
    equal(joining.exit(), 6, 'end of input means refuse')
    equal(len(first.ok('devices').lines), 1, 'nothing was added')


def wrong_codes(world):
    first, second = two_homes(world)
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    code = sponsoring.expect('code')['code']
    digits = code.replace('-', '')
    # Another secret with the same beginning; the last digit is a check digit, so try all ten.
    wrong = [digits[:10] + str((int(digits[10]) + 1) % 10) + str(n) for n in range(10)]
    tries = 0
    for guess in wrong * 3:
        joining = Dialogue(second, ['join', guess, '--at', first.address])
        failed = joining.expect('failed')
        if failed['reason'] == 'bad_code_format':
            continue
        tries += 1
        equal(failed['reason'] in ('code_mismatch', 'too_many_attempts'), True, str(failed))
        if tries == 3:
            break
    heard = [sponsoring.expect('attempt')['tries_left'] for _ in range(2)]
    equal(heard, [2, 1], 'who shows the code hears of each wrong one')
    last = sponsoring.next()
    equal((last['event'], last['reason']), ('failed', 'too_many_attempts'), 'end of the code')
    equal(sponsoring.exit(), 6, 'exit of pair')


def wrong_check_number(world):
    first, second = two_homes(world)
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    joining = Dialogue(second, ['join', sponsoring.expect('code')['code'], '--at', first.address])
    number = joining.expect('check')['check']
    card = sponsoring.expect('applicant')
    sponsoring.answer(id=card['id'], check=f'{(int(number) + 1) % 100:02d}', share=[])
    equal(sponsoring.expect('failed')['reason'], 'check_mismatch', 'reason')
    joining.expect('failed')
    equal(len(first.ok('devices').lines), 1, 'nothing was added')


def nothing_afterwards(world, first, second):
    """What is written now, after the end of its consent, is nowhere in the other's home, and with
    all that is in that home it does not open."""
    first.ok('put', 'notes', 'a', 'text=' + MARKER)
    first.until('sealed', lambda s: s['queue']['items'] == 0)
    time.sleep(1)
    second.down()
    first.down()
    code, text = thief(second, '--sealed', copy_of(world, first, 'disk'))
    equal(code, 0, text)
    none, some = counts(text, 'under keys that it does not have')
    check(none == 0 and some > 0, 'it is sealed under a key that the other never had: ' + text)
    # With the writer's own keys it would be told: the mark is there to be found.
    code, text = thief(second, '--sealed', copy_of(world, first, 'disk2'), '--with-home',
                       copy_of(world, first, 'keys'), '--with-passphrase-file', first.passphrase)
    equal(code, 1, text)
    first.start()
    second.start()


def withdrawing(world):
    first, second = world.pair_of()
    first.ok('put', 'notes', 'a', 'text=1')
    second.wait_fields('notes', 'a', {'text': '1'})
    first.ok('withdraw', 'notes', 'Phone', *first.approve())
    second.until('the withdrawal', lambda s: s['categories'][0]['state'] == 'no_consent')
    nothing_afterwards(world, first, second)
    equal(second.refused(3, 'get', 'notes', 'a').error['retry'], False, 'not permitted')
    first.ok('grant', 'notes', 'Phone', '--direction', 'both', '--for', '1h', *first.approve())
    second.until('the offer', lambda s: s['pending'])
    offer = second.ok('offers').lines[0]
    second.ok('accept', offer['offer'], *second.approve())
    second.wait_fields('notes', 'a', {'text': MARKER})
    # Less beside more would change nothing, and whoever typed it would believe that it did.
    less = first.refused(6, 'grant', 'notes', 'Phone', '--direction', 'receive', '--for', '10m',
                         *first.approve())
    equal(less.error['code'], 'granted_already', 'the code')


def expiring(world):
    first, second = world.pair_of([('notes', 'both', '15s')])
    first.ok('put', 'notes', 'a', 'text=1')
    second.wait_fields('notes', 'a', {'text': '1'})
    second.until('the end', lambda s: s['categories'][0]['state'] == 'no_consent')
    nothing_afterwards(world, first, second)
    second.refused(3, 'get', 'notes', 'a')


def removing_and_pairing_again(world):
    first, second = world.pair_of()
    first.ok('put', 'notes', 'a', 'text=1')
    second.wait_fields('notes', 'a', {'text': '1'})
    first.ok('device', 'remove', 'Phone', '--lost', *first.approve())
    second.until('the removal', lambda s: s['state'] == 'needs_action')
    first.ok('put', 'notes', 'a', 'text=after')
    time.sleep(1)
    check(second.fields('notes', 'a') in (None, {'text': '1'}),
          'what is sealed later does not open')
    states = {d['name']: d['state'] for d in first.ok('devices').lines}
    equal(states['Phone'], 'removed', 'state')
    again = world.device('Phone2')
    again.init(join=True)
    again.start()
    pair(first, again, [('notes', 'both', '30d')])
    again.wait_fields('notes', 'a', {'text': 'after'})


def from_now_on(world):
    first, second = world.pair_of(shares=(('photos', 'both', '30d'),))
    first.ok('category', 'create', 'notes', '--purpose', 'to write', *first.approve())
    first.ok('put', 'notes', 'old', 'text=before')
    first.ok('grant', 'notes', 'Phone', '--direction', 'both', '--for', '30d', '--from-now',
             *first.approve())
    second.until('the offer', lambda s: s['pending'])
    offer = second.ok('offers').lines[0]
    equal(offer['share'][0]['history'], 'from_now', 'the offer says so')
    second.ok('accept', offer['offer'], *second.approve())
    first.until('the consent', lambda s: any(
        c['device'] == 'Phone' and c['category'] == 'notes' and c['state'] == 'active'
        and c['history'] == 'from_now' for c in first.ok('consent').lines))
    first.ok('put', 'notes', 'new', 'text=after')
    second.wait_fields('notes', 'new', {'text': 'after'})
    second.ok('put', 'notes', 'new', 'text=by the phone')
    first.wait_fields('notes', 'new', {'text': 'by the phone'})
    first.ok('wait', '--synced', '--timeout', '20s')
    equal(second.fields('notes', 'old'), None, 'what was there before stays away')
    first.ok('grant', 'notes', 'Phone', '--direction', 'both', '--for', '30d', *first.approve())
    second.until('the other offer', lambda s: s['pending'])
    second.ok('accept', second.ok('offers').lines[0]['offer'], *second.approve())
    second.wait_fields('notes', 'old', {'text': 'before'})


def crash_and_reconnect(world):
    first, second = world.pair_of()
    for i in range(10):
        first.ok('put', 'notes', f'n{i}', f'text={i}')
        if i % 4 == 1:
            second.kill()
            second.start()
        if i % 4 == 3:
            first.kill()
            first.start()
    for i in range(10):
        second.wait_fields('notes', f'n{i}', {'text': str(i)})
    second.ok('lock')
    first.ok('put', 'notes', 'while locked', 'text=x')
    second.ok('unlock', '--passphrase-file', second.passphrase)
    second.wait_fields('notes', 'while locked', {'text': 'x'})


def set_aside(world):
    """What a lost device wrote after it was gone is shown, and counts when somebody takes it."""
    laptop, phone = world.pair_of()
    tablet = world.device('Tablet')
    tablet.init(join=True)
    tablet.start()
    pair(laptop, tablet, (('notes', 'both', '30d'),))
    phone.until('the name', lambda s: any(p['name'] == 'Tablet' for p in s['peers']))
    phone.ok('connect', 'Tablet', tablet.address)
    laptop.ok('put', 'notes', 'a', 'text=before')
    for device in (phone, tablet):
        device.wait_fields('notes', 'a', {'text': 'before'})
    phone.until('the tablet', lambda s: any(p['name'] == 'Tablet' and p['connected']
                                            for p in s['peers']))
    laptop.down()
    phone.ok('put', 'notes', 'a', 'text=after')
    tablet.wait_fields('notes', 'a', {'text': 'after'})
    phone.down()
    tablet.down()
    laptop.start()
    laptop.ok('device', 'remove', 'Phone', '--lost', *laptop.approve())
    tablet.start()
    laptop.ok('connect', 'Tablet', tablet.address)
    tablet.wait_fields('notes', 'a', {'text': 'before'})
    told = tablet.until('what is set aside', lambda s: s['categories'][0]['set_aside'])
    equal(told['categories'][0]['set_aside'], 1, 'changes that are set aside')
    row = tablet.ok('review').lines[0]
    equal((row['name'], row['reason'], row['left']), ('Phone', 'aside.parked', 1), 'the change')
    shown = tablet.ok('review', '--id', str(row['id']), json_out=False).out
    check('after' in shown and f'troth review adopt {row["id"]}' in shown, shown)
    tablet.refused(4, 'review', 'adopt', '9999')
    tablet.ok('review', 'adopt', str(row['id']))
    for device in (tablet, laptop):
        device.wait_fields('notes', 'a', {'text': 'after'})
    equal(tablet.ok('status').json['categories'][0]['set_aside'], 0, 'nothing waits any more')
    equal(tablet.ok('review').lines, [], 'nothing is left to look at')
    equal(len(tablet.ok('review', '--all').lines), 1, 'it is kept')


if __name__ == '__main__':
    sys.exit(main(pair_and_share, presence_in_the_dialogue, refusing, wrong_codes,
                  wrong_check_number, withdrawing, expiring, removing_and_pairing_again,
                  from_now_on, crash_and_reconnect, set_aside))
