#!/usr/bin/env python3
"""What a person may do wrong at the command line, and what must then be said or left undone."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import check, equal, main  # noqa: E402


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
    for field in ('a=@/nonexistent', 'a=@' + world.folder):
        said = d.refused(2, 'put', 'notes', 'x', field).error['message']
        check(field[3:] in said, said)
    d.refused(2, 'put', 'notes', '--from', world.folder)
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


if __name__ == '__main__':
    sys.exit(main(names))
