#!/usr/bin/env python3
"""Pictures of the terminal for the README: one person at two devices, drawn as SVG from what the
programs really print. `make shots` writes docs/img."""
import html
import os
import re
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'cli'))
from _harness import main  # noqa: E402
from person import Terminal, up  # noqa: E402

COLUMNS = 100
WIDE, HIGH, PAD = 8.0, 18, 14
BLOCKS = {'█': (0, 2), '▀': (0, 1), '▄': (1, 1)}  # first half and number of halves that are lit
STYLE = ('.t{font:13px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d8dee9;'
         'white-space:pre}.p{fill:#88c0d0}.h{fill:#9aa5b8}.b{fill:#eceff4}')


def screen_of(text):
    """What stands on the screen at the end: lines of characters. Only what our programs send."""
    lines, column = [[]], 0
    for part in re.findall(r'\x1b\[[0-9;]*[A-Za-z]|[^\x1b]', text):
        if part == '\r':
            column = 0
        elif part == '\n':
            lines.append([])
            column = 0
        elif part == '\x1b[K':
            del lines[-1][column:]
        elif not part.startswith('\x1b'):
            line = lines[-1]
            line[column:column + 1] = part
            column += 1
    return [''.join(line).rstrip() for line in lines]


def folded(lines):
    for line in lines:
        while len(line) > COLUMNS:
            cut = line.rfind(' ', 0, COLUMNS)
            cut = COLUMNS if cut <= 0 else cut
            yield line[:cut]
            line = line[cut:].lstrip()
        yield line


def draw_blocks(line, top):
    for column, char in enumerate(line):
        if char in BLOCKS:
            first, count = BLOCKS[char]
            yield (f'<rect x="{PAD + column * WIDE:.1f}" y="{top + first * HIGH / 2:.1f}" '
                   f'width="{WIDE + 0.2:.1f}" height="{count * HIGH / 2 + 0.2:.1f}" class="b"/>')


def draw(title, text, path):
    lines = list(folded(screen_of(text)))
    while lines and not lines[-1]:
        lines.pop()
    width, height = int(COLUMNS * WIDE + 2 * PAD), (len(lines) + 2) * HIGH + PAD
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" {size} role="img">',
           f'<title>{html.escape(title)}</title><style>{STYLE}</style>',
           '<rect width="100%" height="100%" rx="8" fill="#20242c"/>',
           f'<text class="t h" x="{PAD}" y="{HIGH}">{html.escape(title)}</text>']
    for number, line in enumerate(lines):
        top = (number + 1.6) * HIGH
        if any(char in BLOCKS for char in line):
            out.extend(draw_blocks(line, top))
            continue
        kind = 't p' if line.startswith('$ ') else 't'
        length = f' textLength="{len(line) * WIDE:.0f}"' if line else ''
        out.append(f'<text class="{kind}" x="{PAD}" y="{top + 13:.1f}"{length}>'
                   f'{html.escape(line)}</text>')
    with open(path, 'w', encoding='utf-8') as file:
        file.write('\n'.join([*out, '</svg>', '']))


class Shown(Terminal):
    """A terminal that keeps what it showed, behind the command that was typed."""

    def __init__(self, device, *args):
        self.all = '$ troth ' + ' '.join(f"'{a}'" if ' ' in a else a for a in args) + '\n'
        super().__init__(device, *args)

    def took(self, text):
        self.all += text


def command(device, *args):
    terminal = Shown(device, *args)
    terminal.exit()
    return terminal.all + '\n'


def shoot(world):
    folder = os.environ.get('SHOTS', os.path.join(ROOT, 'docs', 'img'))
    os.makedirs(folder, exist_ok=True)
    laptop, phone = world.device('Laptop'), world.device('Phone')
    try:
        up(laptop)
        up(phone, '--join')
        with open(laptop.passphrase, 'w', encoding='utf-8') as file:
            file.write('typed Laptop\n')
        laptop.ok('category', 'create', 'notes', '--purpose', 'to write things down',
                  *laptop.approve())
        laptop.ok('put', 'notes', 'groceries', 'text=bread, pears')
        pairing = Shown(laptop, 'pair', '--why', 'my new phone')
        pairing.see('Passphrase')
        pairing.type('typed Laptop')
        code = pairing.see(r'(\d{4}-\d{4}-\d{4})').group(1)
        joining = Shown(phone, 'join', '--at', laptop.address)
        joining.see('Type the code')
        joining.type(code)
        number = joining.see(r'Check number:\s+(\d\d)').group(1)
        for question, answer in (('two-digit number', number), ('Name a category', 'notes'),
                                 ('receive or both', 'both'), ('how long', '30d'),
                                 ('Name a category', '')):
            pairing.see(question)
            time.sleep(0.1)
            pairing.type(answer)
        joining.see('Take it')
        joining.type('y')
        joining.exit(), pairing.exit()
        draw('Laptop', pairing.all, os.path.join(folder, 'pair.svg'))
        phone.wait_fields('notes', 'groceries', {'text': 'bread, pears'})
        shown = joining.all + '\n' + command(phone, 'get', 'notes', 'groceries')
        draw('Phone', shown, os.path.join(folder, 'join.svg'))
        shown = ''.join(command(laptop, *words.split())
                        for words in ('devices', 'consent', 'status', 'audit list'))
        draw('Laptop', shown, os.path.join(folder, 'status.svg'))
    finally:
        for device in (laptop, phone):
            device.run('down')


if __name__ == '__main__':
    sys.exit(main(shoot))
