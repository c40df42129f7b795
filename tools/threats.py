#!/usr/bin/env python3
"""threats: docs/threats.yaml is a promise that each row's test exists and runs.

  tools/threats.py [--root DIR] --build DIR     check
  tools/threats.py --build DIR --list           every name that a row may cite
  tools/threats.py --self-test

A row's `test` is one or more of: a ctest name (module.Suite.Name, cli.NAME, fuzz-replay.NAME), a
GoogleTest Suite.Name, `sim:plant/NAME` (a planted bug that `make sim` must find) or
`sim:checker/NAME` (a checker that every simulator run evaluates).
"""
import argparse
import json
import os
import re
import subprocess
import sys

FIELDS = ('id', 'attack', 'outcome', 'rules', 'test')
RULES = range(24)


class Bad(Exception):
    """The file cannot be read; the message names the line."""


def parse(text):
    """The small part of YAML that the file uses: `required: [..]` and a list of flat rows."""
    required, rows, last = [], [], None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith('#') or line.strip() == 'rows:':
            continue
        top = re.fullmatch(r'required: \[([\d, ]*)\]', line)
        field = re.fullmatch(r'(  - |    )([a-z]+): (.*)', line)
        more = re.fullmatch(r'      (\S.*)', line)
        if top:
            required = [int(word) for word in top.group(1).replace(',', ' ').split()]
        elif field:
            if field.group(1) == '  - ':
                rows.append({'line': number})
            last = field.group(2)
            if not rows or last not in FIELDS or last in rows[-1]:
                raise Bad(f'line {number}: unexpected or repeated field "{last}"')
            rows[-1][last] = field.group(3).strip()
        elif more and rows and last:
            rows[-1][last] += ' ' + more.group(1).strip()
        else:
            raise Bad(f'line {number}: not understood: {line.strip()[:60]}')
    return required, rows


def words(row, field):
    return row.get(field, '').strip('[]').replace(',', ' ').split()


def check(text, known):
    required, rows = parse(text)
    seen, cited = set(), set()
    if not rows:
        yield 'there are no rows'
    for row in rows:
        name = row.get('id', f'line {row["line"]}')
        for field in ('id', 'attack', 'outcome', 'test'):
            if not row.get(field):
                yield f'{name}: {field} is missing'
        if name in seen:
            yield f'{name}: is there twice'
        seen.add(name)
        for rule in words(row, 'rules'):
            if not rule.isdigit() or int(rule) not in RULES:
                yield f'{name}: there is no rule {rule}'
            else:
                cited.add(int(rule))
        for test in words(row, 'test'):
            if test not in known:
                yield f'{name}: no test of this build is called {test}'
    for rule in required:
        if rule not in cited:
            yield f'rule {rule} is required and no row cites it'


def names_of(test):
    """What a row may write for module.Suite.Name or module.Instance/Suite.Name/index."""
    names = {test}
    if test.count('.') >= 2:
        inner = test.split('.', 1)[1]
        names |= {inner, re.sub(r'/[^/.]+$', '', re.sub(r'^[^./]+/', '', inner))}
    return names


def known_tests(root, build):
    listed = subprocess.run(['ctest', '--test-dir', build, '--show-only=json-v1'],
                            capture_output=True, check=True, text=True)
    known = set()
    for test in json.loads(listed.stdout)['tests']:
        properties = {entry['name']: entry['value'] for entry in test.get('properties', [])}
        if properties.get('DISABLED') or test['name'].endswith('_NOT_BUILT'):
            continue
        known |= names_of(test['name'])
    return known | simulator_names(root)


def simulator_names(root):
    """Checks and planted bugs of troth-sim, which refuses to pass when one was never evaluated."""
    names = set()
    for path, enum, prefix in (('sim/world/checkers.hpp', 'Check', 'sim:checker/'),
                               ('src/base/plant.hpp', 'Plant', 'sim:plant/')):
        if os.path.exists(os.path.join(root, path)):
            with open(os.path.join(root, path), encoding='utf-8') as file:
                body = re.search(r'enum class %s[^{]*\{([^}]*)\}' % enum, file.read())
            lines = body.group(1).splitlines() if body else []
            names |= {prefix + word.group(1) for word in (re.match(r'\s*(\w+)', line)
                                                         for line in lines)
                      if word and word.group(1) not in ('none', 'count')}
    return names


SAMPLE = '''required: [4]
rows:
  - id: P-01
    attack: a man in the middle
      who relays
    outcome: neither side is paired
    rules: [4, 12]
    test: A.B, sim:plant/x
'''
PLANTED = {
    'no test of this build': ('A.B', 'A.Gone'),
    'test is missing': ('test: A.B, sim:plant/x', 'test: '),
    'attack is missing': ('    attack: a man in the middle\n      who relays\n', ''),
    'required and no row cites': ('[4]', '[5]'),
    'there is no rule': ('[4, 12]', '[4, 99]'),
    'is there twice': ('    test: A.B, sim:plant/x\n',
                       '    test: A.B\n' + SAMPLE.split('rows:\n')[1]),
    'there are no rows': (SAMPLE.split('rows:\n')[1], ''),
}


def self_test():
    known = {'A.B', 'sim:plant/x'}
    failures = [f'a good file: {line}' for line in check(SAMPLE, known)]
    for expected, (old, new) in PLANTED.items():
        if not any(expected in line for line in check(SAMPLE.replace(old, new, 1), known)):
            failures.append(f'not found: {expected}')
    for cited in ('Suite.Name', 'm.In/Suite.Name/0'):
        if cited not in names_of('m.In/Suite.Name/0'):
            failures.append(f'not a name of m.In/Suite.Name/0: {cited}')
    for failure in failures:
        print('threats self-test:', failure)
    print(f'threats self-test: {len(PLANTED)} planted, {len(failures)} failures')
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.dirname(here))
    parser.add_argument('--build')
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--self-test', action='store_true')
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not options.build:
        parser.error('--build is needed: rows are held to the tests of a build')
    known = known_tests(options.root, options.build)
    if options.list:
        print('\n'.join(sorted(known)))
        return 0
    try:
        with open(os.path.join(options.root, 'docs/threats.yaml'), encoding='utf-8') as file:
            text = file.read()
        found = list(check(text, known))
    except Bad as bad:
        found = [str(bad)]
    for line in found:
        print('docs/threats.yaml:', line)
    print(f'threats: {len(parse(text)[1]) if not found else "?"} rows, {len(found)} failures')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
