"""Drives real troth processes: a home each, a daemon each, dialogues as JSON lines."""
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.path.join(os.environ.get('TROTH_BIN', 'build/bin'), 'troth')
SANITIZED = 'TROTH_SANITIZED' in os.environ  # the programs are: slower, and larger
DEADLINE = float(os.environ.get('TROTH_TEST_SECONDS', '60'))


def fail(text):
    raise AssertionError(text)


def check(condition, text):
    if not condition:
        fail(text)


def equal(got, wanted, what=''):
    check(got == wanted, f'{what}: got {repr(got)[:1000]}, wanted {repr(wanted)[:1000]}')


def all_sealed(status):
    """No edit waits here any more; other devices may still lack what was sealed."""
    return all(cls['items'] == 0 for cls in status['queue']['by_class'].values())


class Result:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr
        self.lines = [json.loads(line) for line in self.out.splitlines() if line.startswith('{')]

    @property
    def json(self):
        check(len(self.lines) == 1, f'one line of JSON expected: {self.out!r} {self.err!r}')
        return self.lines[0]

    @property
    def error(self):
        check(self.lines and 'error' in self.lines[-1], f'an error expected: {self.out!r}')
        return self.lines[-1]['error']


class Dialogue:
    """A running pair or join with --input json."""

    def __init__(self, device, args):
        self.process = subprocess.Popen(
            [BIN, '--home', device.home, '--input', 'json', *args], env=device.env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        device.world.processes.append(self.process)

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def next(self):
        try:
            return self.lines.get(timeout=DEADLINE)
        except queue.Empty:
            fail('the dialogue says nothing')

    def expect(self, event):
        line = self.next()
        check(line is not None and line.get('event') == event,
              f'{event} expected, got {line} {self.process.stderr.read() if line is None else ""}')
        return line

    def answer(self, **answer):
        self.process.stdin.write(json.dumps(answer) + '\n')
        self.process.stdin.flush()

    def end_input(self):
        self.process.stdin.close()

    def exit(self):
        return self.process.wait(timeout=DEADLINE)


class Device:
    def __init__(self, world, name):
        self.world, self.name = world, name
        self.home = os.path.join(world.folder, name)
        self.passphrase = os.path.join(world.folder, name + '.pass')
        self.env = dict(os.environ, XDG_RUNTIME_DIR=world.runtime, NO_COLOR='1')
        self.env.pop('TROTH_HOME', None)
        self.daemon = None
        self.said = ''  # the daemon's first line
        self.address = None
        with open(self.passphrase, 'w', encoding='utf-8') as file:
            file.write('pass of ' + name + '\n')

    def run(self, *args, stdin='', json_out=True, timeout=DEADLINE):
        flags = ['--json'] if json_out else []
        return Result(subprocess.run([BIN, '--home', self.home, *flags, *args], env=self.env,
                                     input=stdin, text=True, capture_output=True, timeout=timeout,
                                     check=False))

    def ok(self, *args, **options):
        result = self.run(*args, **options)
        check(result.code == 0, f'{self.name}: troth {" ".join(args)} gave {result.code}: '
                                f'{result.out}{result.err}')
        return result

    def refused(self, code, *args, **options):
        result = self.run(*args, **options)
        check(result.code == code, f'{self.name}: troth {" ".join(args)} gave {result.code}, '
                                   f'wanted {code}: {result.out}{result.err}')
        return result

    def approve(self):
        return ['--approve-file', self.passphrase]

    def init(self, join=False):
        extra = ['--join'] if join else []
        return self.ok('init', '--name', self.name, '--passphrase-file', self.passphrase,
                       *extra).json

    def start(self, unlocked=True, *args):
        secret = ['--passphrase-file', self.passphrase] if unlocked else []
        self.daemon = subprocess.Popen(
            [BIN, '--home', self.home, '--json', '--no-input', 'daemon', *secret, *args],
            env=self.env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.world.processes.append(self.daemon)
        line = self.said = self.daemon.stdout.readline()
        check(line, f'{self.name}: the daemon ended: '
                    f'{self.daemon.stderr.read() if not line else ""}')
        ready = json.loads(line)
        equal(ready.get('event'), 'ready', 'first line of the daemon')
        self.address = ready['listen']
        return ready

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def down(self):
        self.ok('down')
        equal(self.daemon.wait(timeout=DEADLINE), 0, 'exit of the daemon')

    def until(self, what, condition):
        """Asks again until condition(status) holds."""
        end = time.monotonic() + DEADLINE
        status = None
        while time.monotonic() < end:
            status = self.ok('status').json
            if condition(status):
                return status
            time.sleep(0.05)
        fail(f'{self.name}: {what} never came: {json.dumps(status)}')

    def fields(self, category, item):
        result = self.run('get', category, item)
        return result.json['fields'] if result.code == 0 else None

    def wait_fields(self, category, item, wanted):
        end = time.monotonic() + DEADLINE
        got = None
        while time.monotonic() < end:
            got = self.fields(category, item)
            if got == wanted:
                return
            time.sleep(0.02)
        fail(f'{self.name}: {category}/{item} is {got}, wanted {wanted}; '
             f'{json.dumps(self.run("status").lines)}')


class World:
    """Homes in a folder of their own; everything started in it is stopped with it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='troth-cli-')
        self.runtime = os.path.join(self.folder, 'run')
        os.mkdir(self.runtime, 0o700)
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        if not os.environ.get('TROTH_KEEP'):
            shutil.rmtree(self.folder, ignore_errors=True)

    def device(self, name):
        return Device(self, name)

    def pair_of(self, shares=(('notes', 'both', '30d'),)):
        """Two running devices: the first has the circle and its categories, the second joined."""
        first, second = self.device('Laptop'), self.device('Phone')
        first.init()
        second.init(join=True)
        first.start()
        second.start()
        for name in sorted({share[0] for share in shares}):
            first.ok('category', 'create', name, '--purpose', 'try it out', *first.approve())
        pair(first, second, shares)
        return first, second


def pair(sponsor, applicant, shares):
    """The whole dialogue of both sides, by the contract; gives the applicant's `paired` line."""
    sponsoring = Dialogue(sponsor, ['pair', '--why', 'to write on the phone', *sponsor.approve()])
    code = sponsoring.expect('code')
    joining = Dialogue(applicant, ['join', code['code'], '--at', sponsor.address])
    number = joining.expect('check')
    card = sponsoring.expect('applicant')
    equal(card['name'], applicant.name, 'name on the card')
    sponsoring.answer(id=card['id'], check=number['check'],
                      share=[{'category': c, 'direction': d, 'for': f} for c, d, f in shares])
    offer = joining.expect('offer')
    equal([s['category'] for s in offer['share']], [s[0] for s in shares], 'offered categories')
    joining.answer(id=offer['id'], accept=[s[0] for s in shares])
    done = joining.expect('paired')
    other = sponsoring.expect('paired')
    equal(sorted(other['accepted']), sorted(s[0] for s in shares), 'accepted categories')
    equal(joining.exit(), 0, 'exit of join')
    equal(sponsoring.exit(), 0, 'exit of pair')
    return done


def started(world, *categories):
    """A device alone in its circle, with these categories."""
    d = world.device('Laptop')
    d.init()
    d.start()
    for name in categories:
        d.ok('category', 'create', name, '--purpose', 'x', *d.approve())
    return d


class Skip(Exception):
    """This machine cannot run the test; the text says what it lacks."""


def main(*tests):
    """Runs each test in a world of its own and names it; the exit status tells. One that was
    skipped makes 77 of a pass, so that no list of passes hides it."""
    if not os.path.exists(BIN):
        print(f'FAILED: {BIN} is not built')
        return 1
    skipped = []
    wanted = sys.argv[1:]
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        began = time.monotonic()
        with World() as world:
            try:
                test(world)
            except Skip as reason:
                skipped.append(f'{test.__name__}: {reason}')
                continue
            except AssertionError as problem:
                print(f'FAILED {test.__name__}: {problem}')
                return 1
        print(f'ok     {test.__name__} ({time.monotonic() - began:.1f} s)')
    for reason in skipped:
        print(f'skipped: {reason}')
    return 77 if skipped else 0
