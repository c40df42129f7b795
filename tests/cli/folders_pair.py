#!/usr/bin/env python3
"""Two devices keep two folders equal: edits, renames, removals, a folder that goes away."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import DEADLINE, check, equal, main  # noqa: E402


def read_tree(root):
    """Path -> (content, executable) of the plain files."""
    found = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != '.troth']
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            with open(path, 'rb') as file:
                found[os.path.relpath(path, root)] = (file.read(), os.stat(path).st_mode & 0o100)
    return found


def tree(root):
    while True:
        try:
            return read_tree(root)
        except FileNotFoundError:
            time.sleep(0.01)  # a file went while it was read


def until(what, condition):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(what + ' never came')


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as file:
        file.write(content)


def bound(world):
    """Two devices with a folder each, the first with files; None where folders are not built."""
    first, second = world.pair_of((('files', 'both', '30d'),))
    roots = [os.path.join(world.folder, name) for name in ('A', 'B')]
    for root in roots:
        os.mkdir(root)
    write(roots[0] + '/one', b'one')
    os.chmod(roots[0] + '/one', 0o755)
    write(roots[0] + '/d/e/big', os.urandom(3_000_000))
    write(roots[0] + '/hidden.tmp', b'mine')
    write(roots[0] + '/.trothignore', b'*.tmp\n')
    os.symlink('one', roots[0] + '/link')
    os.mkfifo(roots[0] + '/pipe')
    first.ok('folder', 'add', 'files', roots[0])
    second.ok('folder', 'add', 'files', roots[1])
    return first, second, *roots


def same(a, b):
    left = tree(a)
    for local in ('hidden.tmp', '.trothignore'):
        left.pop(local, None)
    return left == tree(b)


def folders_stay_equal(world):
    first, second, a, b = bound(world)
    until('the first copy', lambda: same(a, b) and 'd/e/big' in tree(b))
    check(not os.path.lexists(b + '/link') and not os.path.lexists(b + '/pipe'),
          'special files are left alone')
    check(not os.path.exists(b + '/hidden.tmp'), 'what is ignored stays here')
    row = first.ok('folder', 'list').lines[0]
    equal((row['path'], row['reason']), (a, None), 'folder list')
    equal(row['left'], [{'path': 'link', 'reason': 'special_file'},
                        {'path': 'pipe', 'reason': 'special_file'}], 'each is named, with why')
    shown = first.ok('folder', 'list', json_out=False).out
    check('"pipe"  left alone, because it is not a plain file' in shown, shown)
    first.ok('wait', '--idle', '--timeout', '30s')

    with open(b + '/one', 'ab') as file:
        file.write(b' two')
    until('an edit of the other side', lambda: tree(a)['one'] == (b'one two', 0o100))
    os.rename(a + '/d', a + '/moved')
    until('a renamed folder', lambda: same(a, b) and 'moved/e/big' in tree(b))
    os.remove(b + '/moved/e/big')
    until('a removal', lambda: same(a, b) and 'moved/e/big' not in tree(a))
    for number in range(300):
        write(f'{a}/many/{number % 10}/{number}', os.urandom(2000))
    until('many files', lambda: same(a, b))
    equal(os.listdir(b + '/.troth'), ['id'], 'no temporary file is left')
    del second


def a_folder_that_goes_away_is_not_emptied(world):
    first, second, a, b = bound(world)
    until('the first copy', lambda: same(a, b) and 'd/e/big' in tree(b))
    before = len(tree(a))
    os.rename(b, b + '.unplugged')
    os.mkdir(b)
    until('the word for it',
          lambda: second.ok('folder', 'list').lines[0]['reason'] == 'folder_gone')
    write(a + '/later', b'x')
    time.sleep(2)
    equal(len(tree(a)), before + 1, 'nothing was deleted on the other device')
    equal(os.listdir(b), [], 'nothing was written into the wrong folder')
    os.rmdir(b)
    os.rename(b + '.unplugged', b)
    until('going on', lambda: same(a, b) and 'later' in tree(b))
    equal(second.ok('folder', 'list').lines[0]['reason'], None, 'reason')
    first.ok('folder', 'remove', a)
    check(not os.path.exists(a + '/.troth'), 'nothing of ours stays')
    os.remove(a + '/one')
    time.sleep(1)
    check('one' in tree(b), 'a folder that was let go is not followed')


def marked(name, source, target):
    """A new file that has arrived: what was done before it was seen by both."""
    write(f'{source}/{name}', name.encode())
    until('the file ' + name, lambda: name in tree(target))
    time.sleep(0.5)


def what_is_ignored_later_stays_here(world):
    first, second, a, b = bound(world)
    write(a + '/s.txt', b'shared')
    write(a + '/gone.txt', b'shared')
    until('the first copy', lambda: same(a, b) and 'd/e/big' in tree(b) and 's.txt' in tree(b))
    first.ok('wait', '--idle', '--timeout', '30s')
    write(a + '/.trothignore', b'*.tmp\ns.txt\ngone.txt\n')
    time.sleep(1)
    write(a + '/s.txt', b'private')
    os.remove(a + '/gone.txt')
    first.kill()
    first.start()
    marked('after-a-restart', a, b)
    equal(tree(b)['s.txt'][0], b'shared', 'a private edit stays here')
    equal(tree(b)['gone.txt'][0], b'shared', 'a private deletion, too')
    write(b + '/s.txt', b'theirs')
    write(b + '/gone.txt', b'theirs')
    marked('after-an-edit', b, a)
    marked('and-back', a, b)
    equal((tree(a)['s.txt'][0], tree(b)['s.txt'][0]), (b'private', b'theirs'), 'both stand')
    os.remove(b + '/s.txt')
    marked('after-a-deletion', b, a)
    marked('and-back-again', a, b)
    equal(tree(a)['s.txt'][0], b'private', 'what another deletes stays here, edited as it is')
    check('s.txt' not in tree(b), 'and stays deleted there')
    named = [path for path in tree(b) if 'conflict' in path]
    equal(named, [], 'nothing was kept beside it')
    row = first.ok('folder', 'list').lines[0]
    check({'path': 's.txt', 'reason': 'ignored_here'} in row['left'], row)
    del second


def a_write_that_leaves_size_and_time_goes_over(world):
    _first, _second, a, b = bound(world)
    write(a + '/t', b'aaaa')
    until('the first copy', lambda: 't' in tree(b) and same(a, b))
    time.sleep(0.5)
    info = os.stat(a + '/t')
    with open(a + '/t', 'r+b', buffering=0) as file:
        file.write(b'bbbb')
        os.utime(a + '/t', ns=(info.st_atime_ns, info.st_mtime_ns))
    until('the other bytes', lambda: tree(b)['t'][0] == b'bbbb')


if __name__ == '__main__':
    sys.exit(main(folders_stay_equal, a_folder_that_goes_away_is_not_emptied,
                  what_is_ignored_later_stays_here, a_write_that_leaves_size_and_time_goes_over))
