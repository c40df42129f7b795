#!/usr/bin/env python3
"""After lock, the memory of the daemon holds no passphrase: neither as typed nor as sent."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import check, main  # noqa: E402

PLANTED = 'wombat-lantern-quartz-7431'
LARGEST = 1 << 30  # bytes of one area; only the shadow of a sanitizer is larger, terabytes of it


def memory_of(pid):
    """All readable memory; None when this user may not read it (no tracing of the daemon)."""
    found = bytearray()
    with open(f'/proc/{pid}/maps', encoding='utf-8') as maps:
        areas = [line.split() for line in maps]
    with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
        for area in areas:
            if not area[1].startswith('rw'):
                continue
            first, last = (int(end, 16) for end in area[0].split('-'))
            if last - first > LARGEST:
                continue
            try:
                memory.seek(first)
                found += memory.read(last - first)
            except OSError:
                continue
    return bytes(found)


def nothing_left_after_lock(world):
    d = world.device('Laptop')
    with open(d.passphrase, 'w', encoding='utf-8') as file:
        file.write(PLANTED + '\n')
    d.init()
    d.start(False)
    d.ok('unlock', '--passphrase-file', d.passphrase)
    d.ok('category', 'create', 'notes', '--purpose', 'to write', *d.approve())
    d.ok('put', 'notes', 'a', 'text=hidden-in-plain-sight')
    d.ok('lock')
    try:
        memory = memory_of(d.daemon.pid)
    except PermissionError:
        print('skipped: reading another process needs the right to trace it')
        sys.exit(77)
    check(len(memory) > 1_000_000, 'memory was read')
    for form in (PLANTED.encode(), PLANTED.encode().hex().encode()):
        check(form not in memory, 'the passphrase is still in memory after lock')


if __name__ == '__main__':
    sys.exit(main(nothing_left_after_lock))
