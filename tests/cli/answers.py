#!/usr/bin/env python3
"""An answer counts as yes only when it is one: what is malformed ends the dialogue, and nobody
joins."""
import json
import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import DEADLINE, Dialogue, check, equal, main  # noqa: E402


class Local:
    """A program that talks to the daemon by itself (spec 13 §4)."""

    def __init__(self, ready):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(ready['socket'])
        self.lines = self.socket.makefile('r', encoding='utf-8')
        self.last = 0

    def send(self, method, **params):
        self.last += 1
        self.line(json.dumps({'id': self.last, 'method': method, 'params': params}))
        return self.last

    def line(self, text):
        self.socket.sendall(text.encode() + b'\n')

    def secret(self, text):
        self.line('!' + text.encode().hex())

    def answer(self, number):
        """The result or the error of that request."""
        while True:
            got = json.loads(self.lines.readline())
            if got['id'] == number and 'event' not in got:
                return got

    def call(self, method, **params):
        return self.answer(self.send(method, **params))

    def event(self, name):
        while True:
            got = json.loads(self.lines.readline())
            if got.get('event', {}).get('event') == name:
                return got['event']


def two_homes(world):
    first, second = world.device('Laptop'), world.device('Phone')
    first.init()
    first.start()
    first.ok('category', 'create', 'notes', '--purpose', 'x', *first.approve())
    second.init(join=True)
    return first, second, second.start()


SHARE = [{'category': 'notes', 'direction': 'both', 'for': '30d'}]
BAD_OFFER = ({'refuse': 'true'}, {'refuse': 1}, {'refuse': None}, {'refuse': False}, {},
             {'accept': 'notes'}, {'accept': None}, {'accept': [1]},
             {'accept': {'notes': True}}, {'accept': ['notes'], 'refuse': 'yes'})
BAD_CARD = ({'refuse': 'true'}, {}, {'check': True}, {'share': True}, {'check': 42})


def to_the_offer(first, joining):
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    code = sponsoring.expect('code')
    ask = joining(code['code'], first.address)
    card = sponsoring.expect('applicant')
    return sponsoring, ask, card


def alone(first, what):
    names = [d['name'] for d in first.ok('device', 'list').lines if d['state'] == 'live']
    equal(names, ['Laptop'], f'who is in the circle after {what}')


def json_lines(world):
    first, second, _ = two_homes(world)
    for bad in BAD_OFFER:
        sponsoring, joining, card = to_the_offer(
            first, lambda code, at: Dialogue(second, ['join', code, '--at', at]))
        number = joining.expect('check')['check']
        sponsoring.answer(id=card['id'], check=number, share=SHARE)
        joining.answer(id=joining.expect('offer')['id'], **bad)
        equal(joining.expect('failed')['reason'], 'usage', f'the end of {bad}')
        equal(joining.exit(), 2, f'exit after {bad}')
        sponsoring.expect('failed')
        alone(first, bad)
    for bad in BAD_CARD:
        sponsoring, joining, card = to_the_offer(
            first, lambda code, at: Dialogue(second, ['join', code, '--at', at]))
        number = joining.expect('check')['check']
        given = {key: {'check': number, 'share': SHARE}[key] if value is True else value
                 for key, value in bad.items()}
        sponsoring.answer(id=card['id'], **given)
        equal(sponsoring.expect('failed')['reason'], 'usage', f'the end of {given}')
        equal(sponsoring.exit(), 2, f'exit after {given}')
        joining.expect('failed')
        alone(first, given)


def by_the_socket(world):
    """The daemon does not leave it to the command line."""
    first, second, ready = two_homes(world)
    program = Local(ready)

    def join(code, at):
        program.send('join', code=code, at=at)
        return program.event('check')
    sponsoring, check_line, card = to_the_offer(first, join)
    sponsoring.answer(id=card['id'], check=check_line['check'], share=SHARE)
    pairing = program.event('offer')['pairing']
    for bad in BAD_OFFER:
        said = program.call('join.answer', pairing=pairing, **bad)
        equal(said['error']['code'], 'usage', f'answer to {bad}')
    check(program.call('join.answer', pairing=pairing, refuse=True).get('result'), 'a refusal')
    sponsoring.expect('failed')
    alone(first, 'a refusal')


def presence_of_one(world):
    """What one program proved approves nothing of another one."""
    first = world.device('Laptop')
    first.init()
    ready = first.start()
    one, other = Local(ready), Local(ready)
    create = {'name': 'notes', 'purpose': 'x'}
    one.secret('pass of Laptop')
    check(one.call('present', remember=False).get('result'), 'the passphrase is right')
    check(one.call('hello')['result']['present'], 'present')
    check(not other.call('hello')['result']['present'], 'nobody proved anything here')
    said = other.call('category.create', **create)
    equal(said.get('error', {}).get('code'), 'presence_needed', 'by another program')
    first.refused(9, 'category', 'create', 'notes', '--purpose', 'x')
    check(one.call('category.create', **create).get('result'), 'by the one that proved it')
    # Both may have proven it, and the end of one is not the end of the other.
    other.secret('pass of Laptop')
    other.call('present', remember=False)
    one.socket.shutdown(socket.SHUT_RDWR)
    check(other.call('category.create', name='more', purpose='x').get('result'), 'of its own')
    third = Local(ready)
    third.secret('pass of Laptop')
    third.call('present', remember=True)
    check(Local(ready).call('hello')['result']['present'], 'remembered for all')


if __name__ == '__main__':
    sys.exit(main(json_lines, by_the_socket, presence_of_one))
