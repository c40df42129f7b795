#!/usr/bin/env python3
"""Two devices that find each other on a network, by a code and by their tags alone (spec 15).

Everything happens on the loopback of a network namespace that this test makes for itself."""
import fcntl
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import Dialogue, check, equal, main  # noqa: E402

GROUP, PORT = '224.0.0.251', 5353
INSIDE = 'TROTH_TEST_INSIDE_NAMESPACE'
ON = ['--discovery', 'on', '--interfaces', 'lo']
TAG = re.compile(rb'\x19([0-9a-f]{16}-[0-9a-f]{8})')
CODE = re.compile(rb'\x0e(p[0-9]{4}-[0-9a-f]{8})')


def enter_namespace():
    """Runs this file again inside a namespace of its own; None when none can be made."""
    if os.environ.get(INSIDE):
        return None
    for flags in (['-n'], ['-r', '-n']):
        try:
            if subprocess.run(['unshare', *flags, 'true'], capture_output=True,
                              check=False).returncode == 0:
                env = dict(os.environ, **{INSIDE: '1'})
                return subprocess.run(['unshare', *flags, sys.executable, '-B', *sys.argv],
                                      env=env, check=False).returncode
        except FileNotFoundError:
            break
    print('skipped: this machine lets nobody make a network of their own (unshare -n), and '
          'nothing may be sent on a real one')
    return 77


def loopback_up():
    """Refuses to go on where there is anything but loopback."""
    names = [name for _, name in socket.if_nameindex()]
    if names != ['lo']:
        raise SystemExit(f'not in a namespace of its own: {names}')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        # IFF_UP, IFF_LOOPBACK, IFF_RUNNING, IFF_MULTICAST
        request = struct.pack('16sh14x', b'lo', 0x1 | 0x8 | 0x40 | 0x1000)
        fcntl.ioctl(s, 0x8914, request)  # SIOCSIFFLAGS


class Listener:
    """Somebody on the network who hears everything, and may say anything."""

    def __init__(self):
        self.packets = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            self.socket.setsockopt(socket.SOL_SOCKET, option, 1)
        self.socket.bind(('', PORT))
        lo = socket.inet_aton('127.0.0.1')
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                               socket.inet_aton(GROUP) + lo)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, lo)
        self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)

    def hear(self, seconds, until=None):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.socket], [], [], 0.1)[0]:
                self.packets.append(self.socket.recv(9000))
            if until and until():
                break
        return b'\n'.join(self.packets)

    def tags(self):
        return {t.decode() for p in self.packets for t in TAG.findall(p)}

    def say(self, name, port, host='127.0.0.1'):
        def labels(*parts):
            return b''.join(bytes([len(p)]) + p.encode() for p in parts) + b'\0'
        def record(owner, kind, data, flush):
            return owner + struct.pack('>HHIH', kind, 0x8001 if flush else 1, 120, len(data)) + data
        kind = labels('_troth', '_tcp', 'local')
        instance = labels(name, '_troth', '_tcp', 'local')
        target = labels('liar' + str(port), 'local')
        answers = [record(kind, 12, instance, False),
                   record(instance, 33, struct.pack('>HHH', 0, 0, port) + target, True),
                   record(target, 1, socket.inet_aton(host), True)]
        packet = struct.pack('>HHHHHH', 0, 0x8400, 0, len(answers), 0, 0) + b''.join(answers)
        self.socket.sendto(packet, (GROUP, PORT))


class Trap:
    """A port of a stranger that counts who comes and never answers."""

    def __init__(self):
        self.count = 0
        self.got = []
        self.server = socket.create_server(('127.0.0.1', 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.count += 1
            connection.settimeout(0.5)
            try:
                self.got.append(connection.recv(4096))
            except OSError:
                pass
            connection.close()


def sockets_of_mdns():
    with open('/proc/self/net/udp', encoding='ascii') as file:
        return sum(1 for line in file if f':{PORT:04X} ' in line)


def two(world, *args):
    first, second = world.device('Laptop'), world.device('Phone')
    first.init()
    second.init(join=True)
    first.start(True, *args)
    second.start(True, *args)
    first.ok('category', 'create', 'notes', '--purpose', 'to write', *first.approve())
    return first, second


def join_by_code(first, second):
    sponsoring = Dialogue(first, ['pair', '--why', 'to write', *first.approve()])
    code = sponsoring.expect('code')['code']
    joining = Dialogue(second, ['join', code])
    number = joining.expect('check')
    card = sponsoring.expect('applicant')
    sponsoring.answer(id=card['id'], check=number['check'],
                      share=[{'category': 'notes', 'direction': 'both', 'for': '30d'}])
    offer = joining.expect('offer')
    joining.answer(id=offer['id'], accept=['notes'])
    joining.expect('paired')
    sponsoring.expect('paired')
    return code


def connected(device):
    device.until('the other device', lambda s: any(p['connected'] for p in s['peers']))


def alone(device):
    device.until('the end of the connection',
                 lambda s: not any(p['connected'] for p in s['peers']))


def silent_unless_asked(world):
    first, second = two(world)
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    code = sponsoring.expect('code')['code']
    joining = Dialogue(second, ['join', code])
    failed = joining.expect('failed')
    check('--at' in failed['message'] + failed['hint'], f'says what to do: {failed}')
    equal(joining.exit(), 2, 'exit of join')
    equal(sockets_of_mdns(), 0, 'sockets for the local network')


def meet_by_code_and_again(world):
    ear = Listener()
    first, second = two(world, *ON)
    code = join_by_code(first, second)
    first.ok('put', 'notes', 'a', 'text=1')
    second.wait_fields('notes', 'a', {'text': '1'})
    for device in (first, second):
        connected(device)
    ear.hear(20, lambda: sockets_of_mdns() == 1)
    equal(sockets_of_mdns(), 1, 'sockets while all are connected: only that of this test')
    for round_ in range(2):
        for device in (first, second):
            device.down()
        for device in (second, first):
            device.start(True, *ON)
        connected(first)
        first.ok('put', 'notes', 'a', f'text=round {round_}')
        second.wait_fields('notes', 'a', {'text': f'round {round_}'})
    said = ear.hear(2)
    check(len(ear.tags()) >= 4, f'other names each time: {ear.tags()}')
    check(CODE.search(said), 'the first digits of the code were said')
    circle = first.ok('id').json['circle']
    secrets = ['Laptop', 'Phone', 'notes', 'text', socket.gethostname(), circle, circle[:16],
               code[5:], code.replace('-', '')[4:],
               *(d['device'] for d in first.ok('devices').lines)]
    for secret in secrets:
        check(secret.encode() not in said, f'{secret!r} was said on the network')


def lies_are_bounded(world):
    ear = Listener()
    first, second = two(world, *ON)
    join_by_code(first, second)
    connected(first)
    first.kill()
    alone(second)
    ear.hear(0.5)
    ear.packets.clear()
    ear.hear(20, ear.tags)   # only the phone is there to say anything
    tags = {t.split('-')[0] for t in ear.tags()}
    equal(len(tags), 1, f'tags of one device: {tags}')
    second.kill()
    first.start(True, *ON)
    trap = Trap()
    for i in range(40):
        for tag in tags:
            ear.say(f'{tag}-{0xf0000000 + i:08x}', trap.port)
        time.sleep(0.1)
    ear.hear(6)
    check(1 <= trap.count <= 8, f'{trap.count} connections to a liar')
    for got in trap.got:
        for name in (b'Laptop', b'Phone', b'notes'):
            check(name not in got, 'a liar learns a name')
    check(not any(p['connected'] for p in first.ok('status').json['peers']), 'a wrong connection')
    other = Trap()
    for i in range(300):
        ear.say(f'{os.urandom(8).hex()}-{i:08x}', other.port)  # strangers
        if i % 50 == 0:
            time.sleep(0.3)
    ear.hear(3)
    equal(other.count, 0, 'connections to whom no tag of the circle names')
    ear.say(f'{sorted(tags)[0]}-0badbad0', 4101, host='192.0.2.1')  # not of this network
    second.start(True, *ON)
    connected(first)
    first.ok('put', 'notes', 'b', 'text=true')
    second.wait_fields('notes', 'b', {'text': 'true'})


def somebody_else_shows_the_digits(world):
    ear, trap = Listener(), Trap()
    first, second = two(world, *ON)
    sponsoring = Dialogue(first, ['pair', *first.approve()])
    code = sponsoring.expect('code')['code']
    for i in range(6):
        ear.say(f'p{code[:4]}-{i:08x}', trap.port)
    joining = Dialogue(second, ['join', code])
    number = joining.expect('check')['check']
    card = sponsoring.expect('applicant')
    sponsoring.answer(id=card['id'], check=number, share=[])
    offer = joining.expect('offer')
    joining.answer(id=offer['id'], accept=[])
    joining.expect('paired')
    check(trap.count <= 2, f'{trap.count} guesses for somebody else')


if __name__ == '__main__':
    status = enter_namespace()
    if status is not None:
        sys.exit(status)
    loopback_up()
    sys.exit(main(silent_unless_asked, meet_by_code_and_again, lies_are_bounded,
                  somebody_else_shows_the_digits))
