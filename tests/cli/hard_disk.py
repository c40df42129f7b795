#!/usr/bin/env python3
"""A full disk: a small one that is mounted. A limit on file sizes gives another error, so it cannot
stand for it where mounting is not allowed."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _hard import texts  # noqa: E402
from _harness import DEADLINE, Skip, check, equal, main  # noqa: E402


def small_disk(folder):
    """Mounts 3 MiB at folder; False where that is not allowed."""
    os.makedirs(folder, mode=0o700)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', folder],
                          capture_output=True, check=False)
    return done.returncode == 0


def fill(device, told, prefix):
    """Puts until one fails; gives the failed result."""
    for n in range(400):
        text = os.urandom(15_000).hex()
        put = device.run('put', 'notes', f'{prefix}{n}', f'text={text}')
        if put.code != 0:
            return put
        told[f'{prefix}{n}'] = {'text': text}
    raise AssertionError('the disk never became full')


def disk_full(world):
    device = world.device('Laptop')
    if not small_disk(device.home):
        raise Skip('a full disk needs the right to mount a small one')
    try:
        device.init()
        device.start()
        device.ok('category', 'create', 'notes', '--purpose', 'try it out', *device.approve())
        ballast = os.path.join(device.home, 'ballast')
        with open(ballast, 'wb') as file:
            file.write(bytes(1_000_000))
        told = {}
        failed = fill(device, told, 'a')
        equal((failed.error['code'], failed.error['retry']), ('disk_full', True), 'error')
        check(failed.error['hint'], 'a next step')
        check(len(told) > 3, 'some were kept')
        before = cpu_seconds(device)
        for _ in range(3):
            again = device.run('put', 'notes', 'one more', f'text={"y" * 40_000}')
            check(again.code == 0 or again.error['code'] == 'disk_full', again.out)
            check(again.code != 0 or told.update({'one more': {'text': 'y' * 40_000}}) is None, '')
            time.sleep(0.3)
        check(cpu_seconds(device) - before < 1.5, 'a full disk keeps nobody busy')
        equal(texts(device), told, 'what was told is there while the disk is full')
        os.remove(ballast)
        device.ok('put', 'notes', 'after', 'text=room again')
        told['after'] = {'text': 'room again'}
        equal(texts(device), told, 'what was told is there')
        device.kill()
        device.start()
        equal(texts(device), told, 'what was told is there after a restart')
        check(device.ok('audit', 'verify').json['ok'], 'audit')
    finally:
        if device.daemon and device.daemon.poll() is None:
            device.kill()
        subprocess.run(['umount', device.home], check=True)


def fill_up(path):
    """Not a byte is left."""
    with open(path, 'wb', buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


def is_open(device):
    """Asked of the kernel: any question to the daemon is itself a reason to try again."""
    fds = f'/proc/{device.daemon.pid}/fd'
    try:
        return any(os.readlink(f'{fds}/{fd}').endswith('/troth.db') for fd in os.listdir(fds))
    except FileNotFoundError:
        return False  # one was closed meanwhile: ask again


def a_disk_that_stays_full_is_waited_for(world):
    device = world.device('Laptop')
    if not small_disk(device.home):
        raise Skip('a full disk needs the right to mount a small one')
    ballast = os.path.join(device.home, 'ballast')
    try:
        device.init()
        device.start()
        device.ok('category', 'create', 'notes', '--purpose', 'try it out', *device.approve())
        device.ok('put', 'notes', 'before', 'text=it')
        time.sleep(3)  # what is done after opening is done
        fill_up(ballast)
        told = {'before': {'text': 'it'}}
        for n in range(6):  # the first ones still find room in the database
            failed = fill(device, told, f'{n}-')
            equal(failed.error['code'], 'disk_full', failed.out)
        before = cpu_seconds(device)
        time.sleep(5)
        check(cpu_seconds(device) - before < 0.5, 'a full disk keeps nobody busy')
        os.remove(ballast)
        end = time.monotonic() + DEADLINE + 10
        while not is_open(device):
            check(time.monotonic() < end, 'it is never opened again by itself')
            time.sleep(0.1)
        device.ok('put', 'notes', 'after', 'text=it')
        told['after'] = {'text': 'it'}
        equal(texts(device), told, 'what was told')
        device.kill()
        fill_up(ballast)
        ready = device.start(unlocked=False)
        check(ready['locked'], 'it starts on a full disk')
        os.remove(ballast)
        device.ok('unlock', '--passphrase-file', device.passphrase)
        check('after' in texts(device), 'and unlocks when there is room')
    finally:
        if device.daemon and device.daemon.poll() is None:
            device.kill()
        subprocess.run(['umount', device.home], check=True)


def cpu_seconds(device):
    with open(f'/proc/{device.daemon.pid}/stat', encoding='utf-8') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


if __name__ == '__main__':
    sys.exit(main(disk_full, a_disk_that_stays_full_is_waited_for))
