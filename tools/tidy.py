#!/usr/bin/env python3
"""tidy: the house rules that a compiler does not hold. Run as a ctest, or by hand:

  tools/tidy.py [--root DIR] [--build DIR] [--verbose]     check the tree
  tools/tidy.py --self-test                                prove that each rule is found
"""
import argparse
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cxx  # noqa: E402

FILE_LINES, FUNCTION_LINES, INFO_LINES, HEAVY_FILES = 400, 70, 150, 8
COLUMNS, COMMENT_COLUMNS = 100, 120  # a comment may run on; wrapping it is not worth a rebuild
FOLDER_LINES = {'src/engine/': 900}  # dispatch only: a rule of the protocol belongs elsewhere
PRODUCT = ('src/', 'include/', 'shell/', 'apps/', 'sim/', 'bench/')
CODE = ('.cpp', '.hpp', '.c', '.h')
TEXT = CODE + ('.py', '.sh', '.cmake', '.md', '.txt', '.yaml', '.json', '.html', '.js',
               '.swift')
DATA = ('fuzz/corpus/', 'tests/vectors/', 'tests/golden/', 'tests/data/', 'LICENSE')

# Banned in src/: each has a house replacement (docs/HACKING.md).
BANNED = {
    'throw': r'\bthrow\b', 'catch': r'\bcatch\b', 'new': r'\bnew\b',
    'delete': r'(?<!=)(?<!= )(?<!operator )\bdelete\b',
    'malloc': r'(?<![\w.>:])(?:std::)?(?:malloc|calloc|realloc|free)\s*\(',
    'printf': r'\b(?:v?s?n?f?printf|puts|fputs|putchar)\s*\(',
    'rand': r'\bstd::(?:random_device|mt19937)|(?<![\w.>])s?rand\s*\(',
    'time': r'(?<![\w.>])(?:time\s*\(\s*(?:nullptr|NULL|0|&)|gettimeofday|clock_gettime)',
    'clock': r'\b(?:system_clock|steady_clock|high_resolution_clock)\b',
    'getenv': r'\bgetenv\b', 'thread': r'\bstd::(?:j?thread|async|mutex)\b',
    'shared_ptr': r'\b(?:shared_ptr|weak_ptr)\b',
    'iostream': r'<iostream>|\bstd::c(?:out|err|in)\b',
}
# Third-party headers and the only places that may include them. tests/ and fuzz/ are free.
PLACES = {
    r'openssl/': ('src/crypto/openssl/',),
    r'sqlite3\.h': ('src/store/', 'sim/', 'bench/'),
    r'asio(?:/|\.hpp)': ('shell/', 'apps/', 'bench/'),
    r'CLI/': ('apps/',),
    r'nlohmann/': ('apps/',),
}
HEAVY = {'asio': r'asio(?:/|\.hpp)', 'CLI11': r'CLI/', 'nlohmann': r'nlohmann/'}
MARKER = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|XX' r'X)\b')
FOREIGN = re.compile(
    r'(?<![\w.])/wo' r'rk/|\bfa' r'rm-'
    r'|\b(?:deb\.debian|pypi|registry\.npmjs|crates|proxy\.golang|rubygems)\.(?:org|io)\b')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)


class Tree:
    """The files that belong to the project, read once."""

    def __init__(self, root, build=None):
        self.root, self.build = root, build
        self.paths = sorted(p for p in list_files(root) if os.path.isfile(os.path.join(root, p)))
        self.known = set(self.paths)
        self._texts, self._includes = {}, {}

    def text(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding='utf-8', errors='replace') as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def rows(self, name):
        """The lines of a data file in tools/, without comments."""
        path = 'tools/' + name
        lines = self.text(path).splitlines() if path in self.known else []
        return [line for line in lines if line.strip() and not line.startswith('#')]

    def code(self, *folders):
        return [p for p in self.paths if p.endswith(CODE) and p.startswith(folders or PRODUCT)]

    def includes(self, path):
        """(as written, project file or None) of each include."""
        if path not in self._includes:
            self._includes[path] = list(self._find_includes(path))
        return self._includes[path]

    def _find_includes(self, path):
        for quote, name in INCLUDE.findall(cxx.blank(self.text(path), keep_strings=True)):
            near = os.path.normpath(os.path.join(os.path.dirname(path), name))
            places = ['src/' + name, 'include/' + name, name, 'tests/' + name]
            if quote == '"':
                places.insert(0, near)
            yield name, next((p for p in places if p in self.known), None)

    def reachable(self, path):
        """Every include, as written, that compiling the file reads through our headers."""
        names, queue, done = set(), [path], {path}
        while queue:
            for name, target in self.includes(queue.pop()):
                names.add(name)
                if target and target not in done:
                    done.add(target)
                    queue.append(target)
        return names


class Planted(Tree):
    """A tree that exists only in memory, for the self-tests."""

    def __init__(self, texts):
        self.root, self.build = None, None
        self.paths, self.known = sorted(texts), set(texts)
        self._texts, self._includes = texts, {}


def list_files(root):
    if os.path.exists(os.path.join(root, '.git')):
        listed = subprocess.run(
            ['git', '-c', 'safe.directory=*', '-C', root, 'ls-files', '-z', '--cached', '--others',
             '--exclude-standard'], capture_output=True, check=True, text=True)
        return [path for path in listed.stdout.split('\0') if path]
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in ('build', '.git', '.cache')]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return found


def is_text(path):
    script = '.' not in os.path.basename(path) and path.startswith(('tools/', '.ci/', 'Makefile'))
    return (path.endswith(TEXT) or script or path == 'Makefile') and not path.startswith(DATA)


def check_sizes(tree):
    for path in tree.code(*PRODUCT, 'fuzz/', 'tests/'):
        lines = tree.text(path).count('\n')
        if lines > FILE_LINES:
            yield 'file-size', path, f'{lines} lines, at most {FILE_LINES}: split it by subject'
        for name, first, count in cxx.functions(tree.text(path)):
            if count > FUNCTION_LINES:
                yield ('function-size', f'{path}:{name}',
                       f'line {first}: {count} lines, at most {FUNCTION_LINES}')
    for folder, most in FOLDER_LINES.items():
        lines = sum(tree.text(path).count('\n') for path in tree.code(folder))
        if lines > most:
            yield 'folder-size', folder, f'{lines} lines, at most {most}'


def check_banned(tree):
    for path in tree.code('src/'):
        code = cxx.blank(tree.text(path))
        for token, pattern in BANNED.items():
            for match in re.finditer(pattern, code):
                line = code.count('\n', 0, match.start()) + 1
                yield f'banned-{token}', path, f'line {line}: not in src/'


def read_edges(tree):
    direct = {}
    for row in tree.rows('edges.txt'):
        folder, _, targets = row.partition('>')
        direct[folder.strip()] = targets.split()
    closed = {}
    for folder in direct:
        reach, queue = {folder, 'include'}, [folder]
        while queue:
            for target in direct.get(queue.pop(), ()):
                if target not in reach:
                    reach.add(target)
                    queue.append(target)
        closed[folder] = reach
    return closed


def check_modules(tree):
    """CMakeLists.txt links what tools/edges.txt allows, no more and no less."""
    text = tree.text('CMakeLists.txt') if 'CMakeLists.txt' in tree.known else ''
    edges = {row.split('>')[0].strip(): set(row.split('>')[1].split())
             for row in tree.rows('edges.txt')}
    for name, rest in re.findall(r'^troth_module\((\w+)([^)]*)\)', text, re.M):
        deps = re.search(r'\bDEPS((?:\s+[a-z]\w*)+)', rest)
        linked = {'src/' + word for word in (deps.group(1).split() if deps else [])}
        if linked != edges.get('src/' + name):
            yield 'module', 'CMakeLists.txt', f'links {name} otherwise than tools/edges.txt'


def owner(path, edges):
    names = [name for name in edges if path.startswith(name + '/')]
    return max(names, key=len) if names else None


def check_edges(tree):
    edges = read_edges(tree)
    for path in tree.code(*PRODUCT, 'fuzz/', 'tests/'):
        mine = owner(path, edges)
        if mine is None:
            yield 'edge', path, 'its folder is not in tools/edges.txt'
            continue
        for name, target in tree.includes(path):
            theirs = owner(target, edges) if target else None
            if target and '*' not in edges[mine] and theirs not in edges[mine]:
                yield 'edge', path, f'may not include {name} ({mine} > {theirs or "?"})'


def check_places(tree):
    for path in tree.code():
        for name, _ in tree.includes(path):
            for pattern, places in PLACES.items():
                if re.match(pattern, name) and not path.startswith(places):
                    yield 'place', path, f'<{name}> belongs in {" or ".join(places)}'


def check_heavy(tree):
    listed = [tuple(row.split()[:2]) for row in tree.rows('heavy.txt')]
    seen = {(group, path) for path in tree.code() if path.endswith(('.cpp', '.c'))
            for name in tree.reachable(path)
            for group, pattern in HEAVY.items() if re.match(pattern, name)}
    for group, path in sorted(seen - set(listed)):
        yield 'heavy', path, f'compiles {group}; name it in tools/heavy.txt or hide the header'
    for group, path in listed:
        if (group, path) not in seen:
            yield 'heavy', path, f'is listed for {group} in tools/heavy.txt but does not compile it'
        if sum(other == group for other, _ in listed) > HEAVY_FILES:
            yield 'heavy', path, f'{group} is in more than {HEAVY_FILES} files'


def check_dead(tree):
    code = tree.code(*PRODUCT, 'fuzz/', 'tests/')
    included = {target for path in code for _, target in tree.includes(path)}
    for path in code:
        if path.endswith(('.hpp', '.h')) and path not in included:
            yield 'dead-header', path, 'nothing includes it'
    commands = os.path.join(tree.build or '', 'compile_commands.json')
    if tree.build and os.path.exists(commands):
        with open(commands, encoding='utf-8') as file:
            compiled = {os.path.realpath(os.path.join(row['directory'], row['file']))
                        for row in json.load(file)}
        for path in code:
            real = os.path.realpath(os.path.join(tree.root, path))
            if path.endswith(('.cpp', '.c')) and real not in compiled:
                yield 'dead-source', path, 'no target compiles it'


def check_text(tree):
    for path in filter(is_text, tree.paths):
        narrow = not path.endswith(('.md', '.txt', '.json', '.yaml', '.html'))
        for number, line in enumerate(tree.text(path).split('\n'), 1):
            where = f'line {number}: '
            most = COMMENT_COLUMNS if 0 <= line.find('//') < COLUMNS else COLUMNS
            if narrow and len(line) > most:
                yield 'columns', path, where + f'{len(line)} columns, at most {most}'
            if line != line.rstrip():
                yield 'trailing-space', path, where + 'ends in white space'
            if '\t' in line and os.path.basename(path) != 'Makefile':
                yield 'tab', path, where + 'has a tab'
            if MARKER.search(line):
                yield 'marker', path, where + 'open work belongs in the issues, not in the tree'
            if FOREIGN.search(line):
                yield 'foreign', path, where + 'names a place outside the project'


def check_guards(tree):
    for path in tree.code(*PRODUCT, 'fuzz/', 'tests/'):
        guarded = re.search(r'^#pragma once$', tree.text(path), re.M)
        if path.endswith(('.hpp', '.h')) and not guarded:
            yield 'guard', path, 'has no #pragma once'


def check_docs(tree):
    for path in tree.paths:
        if path.endswith('.md') and not path.startswith(DATA):
            prose = re.sub(r'^```.*?^```', '', tree.text(path), flags=re.S | re.M)
            titles = len(re.findall(r'^# ', prose, re.M))
            if titles != 1:
                yield 'title', path, f'has {titles} first-level headings; one is right'
            # What a page shows in C compiles: it stands in a program that the tests run.
            for shown in re.findall(r'^```c\n(.*?)^```', tree.text(path), re.S | re.M):
                if not any(shown in tree.text(one) for one in tree.paths if one.endswith('.c')):
                    yield 'example', path, 'shows C that stands in no .c file'


CHECKS = (check_sizes, check_banned, check_modules, check_edges, check_places, check_heavy,
          check_dead, check_text, check_guards, check_docs)


def violations(tree):
    """All violations that tools/tidy-allow.txt does not excuse, and excuses that are not needed."""
    allowed = {}
    for row in tree.rows('tidy-allow.txt'):
        parts = row.split(None, 2)
        if len(parts) < 3:
            yield 'allow', 'tools/tidy-allow.txt', f'gives no reason: {row}'
            continue
        allowed[tuple(parts[:2])] = False
    for check in CHECKS:
        for rule, path, message in check(tree):
            if (rule, path) in allowed:
                allowed[(rule, path)] = True
            else:
                yield rule, path, message
    for (rule, path), used in allowed.items():
        if not used and (tree.build or rule != 'dead-source'):
            yield 'allow', 'tools/tidy-allow.txt', f'excuses nothing: {rule} {path}'


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.dirname(here))
    parser.add_argument('--build', help='a build folder, to see which sources no target compiles')
    parser.add_argument('--verbose', action='store_true', help='also name files over 150 lines')
    parser.add_argument('--self-test', action='store_true')
    options = parser.parse_args()
    if options.self_test:
        import tidy_self_test
        return tidy_self_test.run(sys.modules[__name__])
    tree = Tree(options.root, options.build)
    found = list(violations(tree))
    for rule, path, message in found:
        print(f'{path}: {message} [{rule}]')
    if options.verbose:
        for path in tree.code():
            if tree.text(path).count('\n') > INFO_LINES:
                print(f'{path}: {tree.text(path).count(chr(10))} lines (only a note)')
    print(f'tidy: {len(tree.paths)} files, {len(found)} violations')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
