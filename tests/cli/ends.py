#!/usr/bin/env python3
"""How commands end: what could not be printed, who stopped reading, what was not text, and what
cannot answer is never taken for done."""
import json
import os
import signal
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, DEADLINE, all_sealed, check, equal, main, started  # noqa: E402
from person import Terminal  # noqa: E402


def nobody_takes_it(world):
    """A full disk is an error, and who stopped reading ends what follows."""
    d = started(world, 'notes')
    d.ok('put', 'notes', 'a', 'text=1')
    for command in (['export', 'notes'], ['list', 'notes'], ['status', '--json'], ['help'],
                    ['version'], ['help', 'errors']):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            process = subprocess.run([BIN, '--home', d.home, *command], env=d.env, stdout=full,
                                     stderr=subprocess.PIPE, text=True, timeout=DEADLINE,
                                     check=False)
        equal(process.returncode, 1, f'{command} to a full disk')
        check('could not be written' in process.stderr, process.stderr)
    for command in (['events', '--since', '0'], ['watch', 'notes', '--since', '0']):
        read, write = os.pipe()
        process = subprocess.Popen([BIN, '--home', d.home, *command], env=d.env, stdout=write,
                                   stderr=subprocess.PIPE, text=True)
        world.processes.append(process)
        os.close(write)
        check(os.read(read, 1), 'a first line')
        os.close(read)  # nothing more happens: it ends all the same
        equal(process.wait(timeout=10), 1, f'{command} with nobody reading')
        equal(process.stderr.read(), '', 'nothing is said about it')


def json_at_a_terminal(world):
    d = started(world)
    path = os.path.join(world.folder, 'out')
    script = os.path.join(world.folder, 'script')
    with open(script, 'w', encoding='utf-8') as file:
        file.write(f'"{BIN}" --home "{d.home}" --approve-file "{d.passphrase}" --json join '
                   f'0000-0000-0000 --at 127.0.0.1:9 > "{path}"\n')
    pid, fd = os.forkpty()
    if pid == 0:
        os.execve('/bin/sh', ['sh', script], d.env)
    try:
        while os.read(fd, 65536):
            pass
    except OSError:
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    check(code != 0, 'it is in a circle already')
    with open(path, encoding='utf-8') as file:
        lines = [json.loads(line) for line in file]
    check(lines and lines[-1].get('error', {}).get('code'), f'the error stands last: {lines}')


def another_runtime_folder(world):
    """The daemon is found by who has another XDG_RUNTIME_DIR, or none."""
    d = world.device('Laptop')
    d.init()
    d.ok('up', '--passphrase-file', d.passphrase)
    elsewhere = os.path.join(world.folder, 'elsewhere')
    os.mkdir(elsewhere, 0o700)
    d.env['XDG_RUNTIME_DIR'] = elsewhere
    equal(d.ok('status').json['state'], 'ok', 'state')
    del d.env['XDG_RUNTIME_DIR']
    equal(d.ok('status').json['state'], 'ok', 'state')
    d.ok('up', '--passphrase-file', d.passphrase)
    d.ok('down')
    d.refused(8, 'status')


def waiting(world):
    d = started(world, 'notes')
    # Names as everywhere: one letter is the beginning of nothing.
    d.refused(5, 'wait', '--category', d.ok('category', 'list').lines[0]['category'][:1],
              '--timeout', '1s')
    d.ok('wait', '--category', 'NOTES', '--timeout', '30s')
    d.ok('wait', '--category', d.ok('category', 'list').lines[0]['category'][:6],
         '--timeout', '30s')
    d.ok('lock')
    process = subprocess.Popen([BIN, '--home', d.home, '--json', 'wait', '--for', 'zzz',
                                '--timeout', '12s'], env=d.env, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    world.processes.append(process)
    time.sleep(1)
    d.ok('unlock', '--passphrase-file', d.passphrase)
    equal(process.wait(timeout=DEADLINE), 5, 'it was unlocked meanwhile')
    check('not connected' in process.stderr.read(), 'what is missing now')


def no_text(world):
    d = started(world, 'notes')
    for command in (['put', 'notes', 'a', b'text=caf\xe9'], ['put', 'notes', b'\xe9', 'a=1'],
                    ['category', 'create', b'caf\xe9', '--purpose', 'x'],
                    ['device', 'rename', 'Laptop', b'caf\xe9']):
        command = [os.fsdecode(word) for word in command]
        said = d.refused(2, *command, *d.approve()).error
        equal(said['code'], 'bad_utf8', str(command))
        check('UTF-8' in said['message'], said)
    equal(d.ok('list', 'notes').lines, [], 'nothing was stored')
    with open(os.path.join(world.folder, 'value'), 'wb') as file:
        file.write(b'\xe9')
    d.ok('put', 'notes', 'a', 'bytes=@' + file.name)


def categories_of_one_name(world):
    d = started(world, 'notes', 'photos')
    equal(d.refused(1, 'category', 'update', 'photos', '--name', 'notes', *d.approve())
          .error['code'], 'exists', 'another one has that name')
    d.refused(2, 'category', 'update', 'photos', *d.approve())
    d.ok('category', 'update', 'photos', '--name', 'photos', '--purpose', 'y', *d.approve())
    d.ok('category', 'update', 'photos', '--name', 'pictures', *d.approve())
    equal(sorted(c['name'] for c in d.ok('category', 'list').lines), ['notes', 'pictures'], 'names')


def without_a_home(world):
    def bare(*args):
        return subprocess.run([BIN, *args], env={}, capture_output=True, text=True, check=False)
    for args in (['version'], ['help'], ['help', 'errors'], ['completion', 'bash']):
        equal(bare(*args).returncode, 0, str(args))
    said = bare('verify', os.path.join(world.folder, 'nothing')).stderr
    check('nothing' in said and 'HOME' not in said, said)
    said = bare('status')
    check(said.returncode == 2 and 'HOME' in said.stderr and '--home' in said.stderr, said.stderr)


def ended_at_a_prompt(world):
    """Whatever ends it, the terminal shows again what is typed."""
    d = world.device('Laptop')
    d.init()
    d.start(unlocked=False)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT):
        script = f'"{BIN}" --home "{d.home}" unlock; echo ended; stty -a; sleep 60'
        terminal = Terminal.__new__(Terminal)
        terminal.text = ''
        terminal.pid, terminal.fd = os.forkpty()
        if terminal.pid == 0:
            os.execve('/bin/sh', ['sh', '-c', 'ulimit -c 0; trap : INT; ' + script], d.env)
        terminal.see('Passphrase')
        check(not termios.tcgetattr(terminal.fd)[3] & termios.ECHO, 'typed unseen')
        unlocking = subprocess.run(['pgrep', '-P', str(terminal.pid)], capture_output=True,
                                   text=True, check=True).stdout.split()[0]
        os.kill(int(unlocking), number)
        terminal.see('ended')
        check(termios.tcgetattr(terminal.fd)[3] & termios.ECHO, f'echo after {number}')
        os.kill(terminal.pid, signal.SIGKILL)
        os.close(terminal.fd)
        os.waitpid(terminal.pid, 0)


def a_doctor_that_ends(world):
    d = started(world)
    os.kill(d.daemon.pid, signal.SIGSTOP)
    equal(d.run('doctor', timeout=20).code, 5, 'a daemon that says nothing')
    os.kill(d.daemon.pid, signal.SIGCONT)
    d.ok('doctor')
    with open(os.path.join(d.home, 'config'), 'w', encoding='utf-8') as file:
        file.write('what = 1\n')
    d.refused(2, 'doctor')


def read_errors(world):
    """What could not be read is no end of the records."""
    d = started(world, 'notes')
    folder = os.open(world.folder, os.O_RDONLY)
    process = subprocess.run([BIN, '--home', d.home, 'put', 'notes', '--from', '-'], env=d.env,
                             stdin=folder, capture_output=True, check=False)
    os.close(folder)
    check(process.returncode != 0, f'exit of put: {process.stdout}')


def lines_in_values(world):
    d = started(world, 'notes')
    d.ok('put', 'notes', 'a', 'text=one\nforged: two')
    for command in ('get', 'history'):
        said = d.ok(command, 'notes', 'a', json_out=False).out
        check('\n    forged: two' in said and '\nforged' not in said, said)


def deleted_by_the_beginning(world):
    d = started(world, 'notes')
    gone = d.ok('put', 'notes', '-', 'text=gone').json['item']
    d.ok('put', 'notes', 'other', 'text=there')
    d.ok('delete', 'notes', gone)
    d.refused(4, 'get', 'notes', gone[:20])
    d.until('the end of it is stored', all_sealed)
    check(d.ok('history', 'notes', gone[:20]).lines, 'looked back at')
    d.ok('undelete', 'notes', gone[:20].upper())
    equal(d.fields('notes', gone[:20]), {'text': 'gone'}, 'brought back')
    d.refused(4, 'undelete', 'notes', gone[:20])
    check(d.ok('history', 'notes', gone[:20]).lines, 'and of what is there')


def a_folder_of_somebody_else(world):
    """In the place of the socket's folder; a symbolic link may be theirs, too."""
    d = world.device('Laptop')
    d.init()
    os.symlink(world.folder, os.path.join(world.runtime, 'troth'))
    said = d.refused(3, 'daemon', '--passphrase-file', d.passphrase).error
    check(world.runtime + '/troth' in said['message'] and 'XDG_RUNTIME_DIR' in said['hint'], said)


def what_up_leaves_open(world):
    d = world.device('Laptop')
    d.init()
    read, write = os.pipe()
    subprocess.run([BIN, '--home', d.home, 'up', '--passphrase-file', d.passphrase], env=d.env,
                   pass_fds=[write], stdout=subprocess.DEVNULL, check=True)
    os.close(write)
    os.set_blocking(read, False)
    try:
        equal(os.read(read, 1), b'', 'the end of the pipe')
    except BlockingIOError:
        raise AssertionError('the daemon holds a pipe of whoever called up') from None
    finally:
        d.ok('down')


if __name__ == '__main__':
    sys.exit(main(nobody_takes_it, json_at_a_terminal, another_runtime_folder, waiting, no_text,
                  categories_of_one_name, without_a_home, ended_at_a_prompt, a_doctor_that_ends,
                  read_errors, lines_in_values, deleted_by_the_beginning,
                  a_folder_of_somebody_else, what_up_leaves_open))
