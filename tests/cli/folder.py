#!/usr/bin/env python3
"""Which folders may be kept equal, and what the commands about folders say."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import World, check, equal  # noqa: E402


def refused_with(device, code, words, *args):
    error = device.refused(code, 'folder', 'add', *args).error
    check(words in error['message'], f'{words!r} expected in {error}')


with World() as world:
    laptop = world.device('Laptop')
    laptop.init()
    laptop.start()
    laptop.ok('category', 'create', 'files', '--purpose', 'Files of mine', *laptop.approve())
    plain = os.path.join(world.folder, 'plain.txt')
    with open(plain, 'w', encoding='utf-8') as file:
        file.write('x')

    laptop.refused(4, 'folder', 'add', 'files', os.path.join(world.folder, 'none'))
    laptop.refused(4, 'folder', 'add', 'nothing', world.folder)
    refused_with(laptop, 2, 'not a folder', 'files', plain)
    refused_with(laptop, 2, 'whole file system', 'files', '/')
    refused_with(laptop, 2, 'home of troth', 'files', laptop.home)
    refused_with(laptop, 2, 'home of troth', 'files', world.folder)
    # A link is followed by the client, once, and it is the real folder that counts.
    os.symlink(laptop.home, os.path.join(world.folder, 'link'))
    refused_with(laptop, 2, 'home of troth', 'files', os.path.join(world.folder, 'link'))
    if os.geteuid() == 0:
        other = os.path.join(world.folder, 'other')
        os.mkdir(other)
        os.chown(other, 12345, 12345)
        refused_with(laptop, 3, 'another user', 'files', other)

    equal(laptop.ok('folder', 'list').lines, [], 'folders')
    equal(laptop.ok('status').json['folders'], [], 'folders of the status')
    equal(laptop.ok('transfers').json['transfers'], [], 'transfers')
    laptop.refused(4, 'folder', 'remove', os.path.join(world.folder, 'none'))
print('ok')
