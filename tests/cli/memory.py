#!/usr/bin/env python3
"""After lock, the memory of the daemon holds no passphrase and nothing that was kept; the files
of a closed home hold no name."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, Skip, check, equal, main, pair  # noqa: E402

PLANTED = 'wombat-lantern-quartz-7431'
SECRET = 'hidden-in-plain-sight'
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


def sanitized():
    with open(BIN, 'rb') as program:
        code = program.read()
    return b'__asan_init' in code or b'__tsan_init' in code


def what_is_secret_is_not_written_out(world):
    """Spec 12 §6: secrets stand in locked memory, and a crash leaves no core file."""
    d = world.device('Laptop')
    d.init()
    d.start()
    with open(f'/proc/{d.daemon.pid}/limits', encoding='utf-8') as limits:
        core = [line.split() for line in limits if line.startswith('Max core file size')][0]
    equal(core[4:6], ['0', '0'], 'no core file')
    if sanitized():
        print('locked memory is not looked at: a sanitizer locks none')
        return
    with open(f'/proc/{d.daemon.pid}/status', encoding='utf-8') as status:
        locked = [int(line.split()[1]) for line in status if line.startswith('VmLck:')][0]
    check(locked >= 64, f'only {locked} KiB are locked')


def nothing_left_after_lock(world):
    d = world.device('Laptop')
    with open(d.passphrase, 'w', encoding='utf-8') as file:
        file.write(PLANTED + '\n')
    d.init()
    d.start(False)
    d.ok('unlock', '--passphrase-file', d.passphrase)
    d.ok('category', 'create', 'notes', '--purpose', 'to write', *d.approve())
    d.ok('put', 'notes', 'a', f'text={SECRET}')
    try:
        unlocked = memory_of(d.daemon.pid)
    except PermissionError:
        raise Skip('reading another process needs the right to trace it') from None
    check(SECRET.encode() in unlocked, 'before lock the value is found: this way of looking works')
    d.ok('lock')
    memory = memory_of(d.daemon.pid)
    check(len(memory) > 1_000_000, 'memory was read')
    for form in (PLANTED.encode(), PLANTED.encode().hex().encode()):
        check(form not in memory, 'the passphrase is still in memory after lock')
    if sanitized():
        print('values are not looked for: a sanitizer keeps what was freed')
    else:
        check(SECRET.encode() not in memory, 'a value is still in memory after lock')


def no_names_in_a_closed_home(world):
    d, other = world.device('Bandicoot'), world.device('Currawong')
    d.ok('init', '--name', d.name, '--member', 'Kookaburra', '--passphrase-file', d.passphrase)
    other.init(join=True)
    d.start()
    other.start()
    d.ok('category', 'create', 'numbatnotes', '--purpose', 'quollpurpose', *d.approve())
    d.ok('put', 'numbatnotes', 'platypusitem', f'text={SECRET}')
    pair(d, other, (('numbatnotes', 'both', '30d'),))
    other.wait_fields('numbatnotes', 'platypusitem', {'text': SECRET})
    check(any(m in d.ok('id').out + d.ok('devices').out for m in ('Kookaburra', 'Currawong')),
          'the names are known while the home is open')
    folder = os.path.join(d.home, '..', 'wallabyfolder')
    os.makedirs(folder)
    with open(os.path.join(folder, 'echidnafile.txt'), 'w', encoding='utf-8') as file:
        file.write('potoroo inside')
    d.ok('category', 'create', 'papers', '--purpose', 'to read', *d.approve())
    d.ok('folder', 'add', 'papers', folder)
    d.until('the file', lambda s: any(c['items'] for c in s['categories']
                                      if c['name'] == 'papers'))
    d.down()
    other.down()
    names = ['Bandicoot', 'Currawong', 'Kookaburra', 'numbatnotes', 'quollpurpose',
             'platypusitem', SECRET, 'echidnafile', 'wallabyfolder', 'potoroo']
    for home in (d.home, other.home):
        searched = 0
        for where, _, files in os.walk(home):
            for name in files:
                with open(os.path.join(where, name), 'rb') as file:
                    data = file.read()
                searched += len(data)
                for planted in names:
                    check(planted.encode() not in data,
                          f'{name} of a closed home holds "{planted}"')
        check(searched > 10_000, 'files were searched')


if __name__ == '__main__':
    sys.exit(main(no_names_in_a_closed_home, what_is_secret_is_not_written_out,
                  nothing_left_after_lock))
