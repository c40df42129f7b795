#!/usr/bin/env python3
"""One person at two terminals: pair and join as people use them, without JSON."""
import os
import pty
import re
import select
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _harness import BIN, DEADLINE, check, equal, main  # noqa: E402


class Terminal:
    """A command on a terminal of its own, so that it may ask."""

    def __init__(self, device, *args):
        self.text = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(BIN, [BIN, '--home', device.home, *args], device.env)

    def see(self, pattern):
        """Waits until pattern was shown; gives the match."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            match = re.search(pattern, self.text)
            if match:
                self.text = self.text[match.end():]
                return match
            if select.select([self.fd], [], [], 0.1)[0]:
                if not self.read():
                    break
        check(re.search(pattern, self.text), f'{pattern!r} was never shown: {self.text!r}')
        return re.search(pattern, self.text)

    def read(self):
        """True until the command has ended."""
        try:
            text = os.read(self.fd, 65536).decode('utf-8', 'replace')
        except OSError:
            return False
        self.text += text
        self.took(text)
        return text != ''

    def took(self, text):
        """For who keeps everything."""

    def type(self, text):
        os.write(self.fd, (text + '\n').encode())

    def exit(self):
        while self.read():
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def up(device, *args):
    terminal = Terminal(device, 'up', '--name', device.name, *args)
    terminal.see('New passphrase')
    terminal.type('typed ' + device.name)
    terminal.see('again')
    terminal.type('typed ' + device.name)
    check('typed' not in terminal.text, 'a passphrase is never shown')
    device.address = terminal.see(r'listens at (\S+)').group(1)
    equal(terminal.exit(), 0, 'exit of up')


def from_nothing_to_shared(world):
    laptop, phone = world.device('Laptop'), world.device('Phone')
    try:
        up(laptop)
        up(phone, '--join')
        create = Terminal(laptop, 'category', 'create', 'notes', '--purpose', 'to write')
        create.see('Passphrase')
        create.type('wrong')
        create.see('not right')
        time.sleep(1.2)  # the waiting time after a wrong one
        create.see('Passphrase')
        create.type('typed Laptop')
        equal(create.exit(), 0, 'exit of category create')
        pairing = Terminal(laptop, 'pair')
        pairing.see('Passphrase')
        pairing.type('typed Laptop')
        code = pairing.see(r'(\d{4}-\d{4}-\d{4})').group(1)
        joining = Terminal(phone, 'join', '--at', laptop.address)
        joining.see('Type the code')
        joining.type(code)
        number = joining.see(r'Check number:\s+(\d\d)').group(1)
        words = joining.see(r'Circle words:\s+(\w+ \w+ \w+ \w+)').group(1)
        equal(words, laptop.ok('id').json['circle_words'], 'circle words')
        pairing.see('"Phone"')
        pairing.see('two-digit number')
        pairing.type(number)
        pairing.see('Name a category')
        pairing.type('notes')
        pairing.see('receive or both')
        pairing.type('both')
        pairing.see('how long')
        pairing.type('30d')
        pairing.see('Name a category')
        pairing.type('')
        joining.see('Offered: "notes"')
        joining.see('Take it')
        joining.type('y')
        joining.see('You are in the circle ' + words + ' now')
        pairing.see('Shared with it: notes')
        equal((pairing.exit(), joining.exit()), (0, 0), 'exit of pair and join')
        laptop.ok('put', 'notes', 'hello', 'text=hi')
        phone.wait_fields('notes', 'hello', {'text': 'hi'})
    finally:
        for device in (laptop, phone):
            device.run('down')
    laptop.refused(8, 'status')


if __name__ == '__main__':
    sys.exit(main(from_nothing_to_shared))
