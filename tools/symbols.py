#!/usr/bin/env python3
"""symbols: the core asks nothing of the system by itself. What the compiled modules of src/ need
from outside is looked at, so that no macro, header or library call can bring in what tidy bans.

  tools/symbols.py --build DIR     check the archives of a build
  tools/symbols.py --self-test     prove that each group is found

The modules are those of CMakeLists.txt, without store (files are SQLite's) and crypto (its backends
bring their own).
"""
import argparse
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
EXEMPT = ('store', 'crypto')
# As the linker sees them: C names, and C++ ones by how they begin.
DENIED = {
    'files': r'(?:f?open|fdopen|freopen|creat|openat)(?:64)?|p?(?:read|write)v?(?:64)?'
             r'|f(?:read|write|gets|puts)|f?(?:data)?sync|f?(?:stat|truncate)(?:at)?(?:64)?'
             r'|unlink(?:at)?|rename(?:at2?)?|mkdir|rmdir|opendir|readdir(?:64)?|mmap(?:64)?'
             r'|ioctl|fcntl(?:64)?',
    'network': r'socket(?:pair)?|connect|bind|listen|accept4?|send(?:to|msg|mmsg)?'
               r'|recv(?:from|msg|mmsg)?|getaddrinfo|gethostby\w+|p?poll|select|epoll_\w+',
    'clocks': r'time|clock(?:_gettime|_nanosleep|_getres)?|gettimeofday|ftime|nanosleep'
              r'|u?sleep|localtime(?:_r)?|gmtime(?:_r)?|_ZNSt6chrono3_V2\w*3nowEv',
    'chance': r'getrandom|getentropy|s?rand(?:om)?(?:_r)?|arc4random\w*|randombytes\w*'
              r'|RAND_\w+|_ZNSt13random_device\w+',
    'threads': r'(?:pthread|thrd|mtx|cnd)_\w+|_ZNSt6thread\w+|v?fork|clone|posix_spawn\w*'
               r'|exec\w+|system|popen|signal|sigaction|raise|kill',
    'surroundings': r'(?:secure_)?getenv|setenv|setlocale|getpid|getuid|gethostname|uname'
                    r'|syscall|dlopen',
    'printing': r'printf|puts|putchar|_ZSt4c(?:out|err|in|log)|_ZNSt8ios_base4InitC\dEv'
                r'|_ZNSt1[34]basic_[io]?f(?:stream|ilebuf)\w+|_ZNSt10filesystem\w+',
}
DENIED_ALL = {group: re.compile('(?:__)?(?:' + names + r')(?:_chk|_2)?')
              for group, names in DENIED.items()}
# What an assertion says before it ends the process (src/base/assert.cpp).
ALLOWED = {('base', 'abort')}


def modules(root):
    with open(os.path.join(root, 'CMakeLists.txt'), encoding='utf-8') as file:
        names = re.findall(r'^troth_module\((\w+)', file.read(), re.M)
    return [name for name in names if name not in EXEMPT]


def undefined(listing):
    """The names that `nm -u` prints."""
    return {line.split()[-1].split('@')[0] for line in listing.splitlines()
            if re.match(r'\s+U ', line)}


def violations(listings):
    for module, listing in sorted(listings.items()):
        for name in sorted(undefined(listing)):
            for group, pattern in DENIED_ALL.items():
                if pattern.fullmatch(name) and (module, name) not in ALLOWED:
                    yield module, name, group


def read(build, names):
    listings = {}
    for name in names:
        path = os.path.join(build, f'libtroth_{name}.a')
        if not os.path.exists(path):
            sys.exit(f'symbols: {path} is not built')
        done = subprocess.run(['nm', '-u', path], capture_output=True, text=True, check=True)
        listings[name] = done.stdout
    return listings


GOOD = '\nx.cpp.o:\n' + ''.join(f'                 U {name}\n' for name in (
    'memcpy', 'abort', '_ZN5troth5Bytes4openEv', 'troth_open', 'sodium_mlock', '__fprintf_chk',
    '_ZNSt6vectorIhSaIhEE5clearEv', '__stack_chk_fail', '_ZN5troth4timeEv'))
PLANTED = {'files': ('open', 'open64', 'openat', '__open_2', 'read', 'pwrite64', '__read_chk',
                     'fopen'),
           'network': ('socket', 'connect', 'sendmsg'),
           'clocks': ('time', 'clock_gettime', 'gettimeofday',
                      '_ZNSt6chrono3_V212system_clock3nowEv'),
           'chance': ('getrandom', 'rand', 'randombytes_buf', '_ZNSt13random_device9_M_getvalEv'),
           'threads': ('pthread_create', 'fork', '_ZNSt6thread15_M_start_threadEv'),
           'surroundings': ('getenv', 'secure_getenv', 'dlopen'),
           'printing': ('puts', '_ZSt4cout', '__printf_chk')}


def self_test():
    failures = [f'a clean listing: {found}' for found in violations({'wire': GOOD})]
    planted = 0
    for group, names in PLANTED.items():
        for name in names:
            planted += 1
            found = list(violations({'wire': GOOD + f'                 U {name}\n'}))
            if found != [('wire', name, group)]:
                failures.append(f'{name}: {found or "not found"}')
    failures += [f'{group}: nothing is planted' for group in DENIED if group not in PLANTED]
    for failure in failures:
        print('symbols self-test:', failure)
    print(f'symbols self-test: {planted} planted, {len(failures)} failures')
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.dirname(here))
    parser.add_argument('--build')
    parser.add_argument('--self-test', action='store_true')
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    if not options.build:
        parser.error('--build names a build folder')
    listings = read(options.build, modules(options.root))
    found = list(violations(listings))
    for module, name, group in found:
        print(f'src/{module}: needs {name} [{group}]')
    print(f'symbols: {len(listings)} modules, {len(found)} violations')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
