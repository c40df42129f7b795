#!/usr/bin/env python3
"""A daemon that strace kills at one of its own writes: what was told to be kept is there."""
import json
import os
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _hard import alerts, texts, wait_equal  # noqa: E402
from _harness import BIN, Skip, check, equal, main  # noqa: E402


def strace_works():
    if shutil.which('strace') is None:
        return False
    tried = subprocess.run(['strace', '-qq', '-e', 'trace=none', 'true'], capture_output=True,
                           check=False)
    return tried.returncode == 0


def start_to_be_killed(device, call, number):
    """Starts the daemon; the numbered call after now kills it. False: killed before ready."""
    args = ['strace', '-qq', '-f', '-o', '/dev/null', '-e', f'trace={call}', '-e',
            f'inject={call}:signal=SIGKILL:when={number}', BIN, '--home', device.home, '--json',
            '--no-input', 'daemon', '--passphrase-file', device.passphrase]
    device.daemon = subprocess.Popen(args, env=device.env, text=True, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    device.world.processes.append(device.daemon)
    line = device.daemon.stdout.readline()
    if line:
        device.address = json.loads(line)['listen']
    return bool(line)


def struck(device, where):
    """The daemon has been killed at that call; strace ends as what it traced did."""
    try:
        code = device.daemon.wait(timeout=20)
    except subprocess.TimeoutExpired:
        device.kill()
        raise AssertionError(f'nothing was killed at {where}') from None
    equal(code, -signal.SIGKILL, f'the end of the daemon at {where}')


def killed_at_writes(world):
    if not strace_works():
        raise Skip('killing at a system call needs strace and the right to trace')
    first, second = world.pair_of()
    told = {}
    tried = 0
    for call, number in (('fdatasync', 6), ('fdatasync', 15), ('pwrite64', 60),
                         ('pwrite64', 171), ('fsync', 2), ('rename', 1)):
        first.down()
        alive = start_to_be_killed(first, call, number)
        for n in range(30):
            if not alive:
                break
            name = f'{call} {number} note {n}'
            tried += 1
            put = first.run('put', 'notes', name, f'text={n}', f'more={"x" * 200}')
            if put.code == 0:
                told[name] = {'text': str(n), 'more': 'x' * 200}
            alive = first.daemon.poll() is None
        struck(first, f'{call} {number}')
        first.start()
        here = texts(first)
        for name, fields in told.items():
            equal(here.get(name), fields, f'a note that was said to be kept, killed at {call}')
        for name, fields in here.items():
            equal(sorted(fields), ['more', 'text'], f'{name} is whole')
    print(f'       {len(told)} of {tried} puts were told to be kept')
    check(tried > len(told) > 5, f'{len(told)} of {tried} puts were kept: nothing was killed')
    second.ok('put', 'notes', 'from the other', 'text=1', 'more=1')
    equal(set(wait_equal(first, second)) >= set(told), True, 'all notes on both')
    for device in (first, second):
        check(device.ok('audit', 'verify').json['ok'], 'audit')
        check('forked' not in alerts(device), f'{device.name}: no fork')


if __name__ == '__main__':
    sys.exit(main(killed_at_writes))
