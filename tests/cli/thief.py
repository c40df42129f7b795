#!/usr/bin/env python3
"""A stolen phone, its passphrase and all recorded traffic open nothing sealed after its removal."""
import os
import re
import shutil
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import DEADLINE, all_sealed, check, equal, main, pair  # noqa: E402

THIEF = os.path.join(os.environ.get('TROTH_BIN', 'build/bin'), 'troth-thief')
MARKER = 'meet at nine by the old mill'


class Recorder:
    """Stands between two devices and keeps the bytes of each direction of each connection."""

    def __init__(self, folder, target, files=None):
        self.folder, self.target = folder, target
        self.files = [] if files is None else files
        os.mkdir(folder)
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.address = f'127.0.0.1:{self.listener.getsockname()[1]}'
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                host, port = self.target.rsplit(':', 1)
                far = socket.create_connection((host, int(port)))
            except OSError:
                continue
            number = len(self.files)
            for name, source, sink in (('in', near, far), ('out', far, near)):
                path = os.path.join(self.folder, f'{number}.{name}')
                open(path, 'wb').close()
                self.files.append(path)
                threading.Thread(target=self._copy, args=(source, sink, path),
                                 daemon=True).start()

    @staticmethod
    def _copy(source, sink, path):
        with open(path, 'ab', buffering=0) as file:
            try:
                while data := source.recv(65536):
                    file.write(data)
                    sink.sendall(data)
            except OSError:
                pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def arguments(self):
        return [word for path in self.files for word in ('--traffic', path)]


def thief(phone, *args):
    done = subprocess.run(
        [THIEF, '--home', phone.home, '--passphrase-file', phone.passphrase,
         '--marker', MARKER, *args], text=True, capture_output=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout + done.stderr


def counts(text, words):
    """The numbers of the last line that has these words."""
    lines = [line for line in text.splitlines() if words in line]
    check(lines, f'no line says {words!r}: {text}')
    return [int(number) for number in re.findall(r'\d+', lines[-1])]


def copy_of(world, device, name):
    target = os.path.join(world.folder, name)
    shutil.copytree(device.home, target)
    return target


def steal(world):
    """Pairs through a recorder, shares, and takes the phone away; gives what the thief gets."""
    laptop, phone = world.device('Laptop'), world.device('Phone')
    laptop.init()
    phone.init(join=True)
    laptop.start()
    recorder = Recorder(os.path.join(world.folder, 'wire'), laptop.address)
    laptop.address = recorder.address
    phone.start()
    laptop.ok('category', 'create', 'notes', '--purpose', 'to write', *laptop.approve())
    pair(laptop, phone, (('notes', 'both', '30d'),))
    laptop.ok('put', 'notes', 'diary', 'text=known to the phone')
    phone.wait_fields('notes', 'diary', {'text': 'known to the phone'})
    phone.ok('put', 'notes', 'list', 'text=written on the phone')
    laptop.wait_fields('notes', 'list', {'text': 'written on the phone'})
    # Once the other way round as well: a call to the phone, whose keys the thief will have.
    phone.down()
    laptop.down()
    recorder.target = '127.0.0.1:9'
    for device in (phone, laptop):
        device.start(True, '--listen', '127.0.0.1:0')  # where the other does not look for it
    called = Recorder(os.path.join(world.folder, 'wire-to-phone'), phone.address, recorder.files)
    laptop.ok('connect', 'Phone', called.address)
    laptop.until('the phone', lambda s: any(p['connected'] for p in s['peers']))
    laptop.ok('put', 'notes', 'diary', 'text=known to the phone, second page')
    phone.wait_fields('notes', 'diary', {'text': 'known to the phone, second page'})
    phone.kill()
    laptop.ok('device', 'remove', 'Phone', '--lost', *laptop.approve())
    laptop.ok('put', 'notes', 'plan', 'text=' + MARKER)
    laptop.until('sealed', all_sealed)
    return laptop, phone, recorder


def nothing_after_the_removal_opens(world):
    laptop, phone, recorder = steal(world)
    laptop.down()
    disk = copy_of(world, laptop, 'disk')
    code, text = thief(phone, '--sealed', disk, *recorder.arguments())
    equal(code, 0, text)
    check('known to the phone' in text, 'it reads what the phone had: ' + text)
    opened, of = counts(text, '  opened: ')
    check(0 < opened < of, 'it opens what was sealed before, not all: ' + text)
    none, some = counts(text, 'under keys that it does not have')
    check(none == 0 and some > 0, 'nothing under the new key opens: ' + text)
    records = counts(text, 'records opened')
    check(records[0] == 0 and records[1] > 0 and records[2] > 0, 'no record opens: ' + text)
    handshakes = counts(text, 'handshakes')
    check(handshakes[0] > 1, 'handshakes were recorded both ways: ' + text)
    check(handshakes[1] > 0, 'it reads who called the phone, and no more: ' + text)

    # It goes on line again with the stolen home: still nothing.
    laptop.start()
    recorder.target = laptop.address
    phone.start()
    phone.run('connect', 'Laptop', recorder.address)
    phone.until('its own removal', lambda s: s['state'] == 'needs_action')
    phone.down()
    code, text = thief(phone, '--sealed', disk, *recorder.arguments())
    equal(code, 0, text)
    equal(counts(text, 'under keys that it does not have')[0], 0, text)
    check('Nothing sealed after the removal opened.' in text, text)


def a_leak_would_be_told(world):
    laptop, phone, recorder = steal(world)
    laptop.down()
    disk, keys = copy_of(world, laptop, 'disk'), copy_of(world, laptop, 'keys')
    code, text = thief(phone, '--sealed', disk, '--with-home', keys, '--with-passphrase-file',
                       laptop.passphrase)
    equal(code, 1, text)
    check('LEAK' in text, text)
    check(counts(text, 'opened and sealed after the removal')[0] > 0, text)
    opened, of = counts(text, '  opened: ')
    equal(opened, of, 'with all keys all opens')
    # A text in clear is told as well, wherever it lies.
    with open(os.path.join(phone.home, 'left-behind'), 'w', encoding='utf-8') as file:
        file.write('x' + MARKER)
    code, text = thief(phone)
    equal(code, 1, text)
    del recorder


def wrong_use(world):
    phone = world.device('Phone')
    equal(subprocess.run([THIEF], capture_output=True, check=False).returncode, 2, 'no home')
    equal(thief(phone)[0], 2, 'a home that is not there')
    phone.init()
    equal(thief(phone)[0], 0, 'a device alone has nothing to leak')
    equal(thief(phone, '--traffic', '/nonexistent')[0], 2, 'a recording that is not there')
    equal(thief(phone, '--sealed', world.runtime)[0], 2, 'a disk that is not there')
    with open(phone.passphrase + '.wrong', 'w', encoding='utf-8') as file:
        file.write('not it\n')
    wrong = subprocess.run([THIEF, '--home', phone.home, '--passphrase-file',
                            phone.passphrase + '.wrong'], capture_output=True, check=False)
    equal(wrong.returncode, 2, 'the wrong passphrase')


if __name__ == '__main__':
    sys.exit(main(nothing_after_the_removal_opens, a_leak_would_be_told, wrong_use))
