"""Plants each violation that tidy knows in a small tree and expects exactly it to be found."""
import json
import os
import tempfile

GOOD_SOURCE = '''// Why this file is here.
#include "base/good.hpp"

namespace troth {
struct Pair {
  Pair(int a, int b) : a_{a}, b_(b) {}
  Pair(const Pair&) = delete;
  int a_, b_;
};
int good(int newer) { return newer + Pair{1, 2}.a_; }  // says throw and new in a comment
const char* kWords = "throw, catch, new and printf( in a literal";
}  // namespace troth
'''
GOOD = {
    'src/base/good.cpp': GOOD_SOURCE,
    'src/base/good.hpp': '#pragma once\nnamespace troth {\nint good(int newer);\n}\n',
    'src/wire/wire.cpp': '#include "base/good.hpp"\nint wire() { return troth::good(1); }\n',
    'shell/net.cpp': '#include <asio.hpp>\n\n#include "base/good.hpp"\nint net() { return 1; }\n',
    'CMakeLists.txt': 'troth_module(base LIBS x)\ntroth_module(wire DEPS base)\n',
    'docs/page.md': '# Title\n\n```\n# a comment in code\n```\n',
    'tools/edges.txt': 'include >\nsrc/base >\nsrc/engine > src/base\nsrc/wire > src/base\n'
                       'shell > src/base\n',
    'tools/heavy.txt': 'asio shell/net.cpp\n',
    'tools/tidy-allow.txt': '# none\n',
}


def source(body):
    return '#include "base/good.hpp"\nnamespace troth {\n' + body + '\n}  // namespace troth\n'


def long_function(lines):
    return source('int deep() {\n' + '  good(1);\n' * (lines - 2) + '}')


# rule -> the files that break it (and nothing else)
BAD = {
    'file-size': {'src/base/good.cpp': GOOD_SOURCE + '// line\n' * 400},
    'function-size': {'src/base/good.cpp': long_function(71)},
    'folder-size': {f'src/engine/part{n}.cpp': '#include "base/good.hpp"\n' * 301
                    for n in range(3)},
    'module': {'CMakeLists.txt': 'troth_module(base LIBS x)\ntroth_module(wire)\n'},
    'banned-throw': {'src/base/good.cpp': source('int f() { throw 1; }')},
    'banned-catch': {'src/base/good.cpp': source('int f() { try { return 1; } catch (int) { } }')},
    'banned-new': {'src/base/good.cpp': source('int* f() { return new int; }')},
    'banned-delete': {'src/base/good.cpp': source('void f(int* p) { delete p; }')},
    'banned-malloc': {'src/base/good.cpp': source('void* f() { return std::malloc(3); }')},
    'banned-printf': {'src/base/good.cpp': source('void f(char* p) { snprintf(p, 1, "x"); }')},
    'banned-rand': {'src/base/good.cpp': source('int f() { return rand(); }')},
    'banned-time': {'src/base/good.cpp': source('long f() { return time(nullptr); }')},
    'banned-clock': {'src/base/good.cpp': source('auto f() { return system_clock::now(); }')},
    'banned-getenv': {'src/base/good.cpp': source('char* f() { return getenv("A"); }')},
    'banned-thread': {'src/base/good.cpp': source('void f() { std::thread t; }')},
    'banned-shared_ptr': {'src/base/good.cpp': source('std::shared_ptr<int> f();')},
    'banned-iostream': {'src/base/good.cpp': '#include <iostream>\n' + GOOD_SOURCE},
    'edge': {'src/base/good.cpp': '#include "wire/up.hpp"\n' + GOOD_SOURCE,
             'src/wire/up.hpp': '#pragma once\n'},
    'place': {'src/base/good.cpp': '#include <openssl/evp.h>\n' + GOOD_SOURCE},
    'heavy': {'shell/more.hpp': '#pragma once\n#include <asio.hpp>\n',
              'shell/more.cpp': '#include "shell/more.hpp"\nint more() { return 2; }\n'},
    'dead-header': {'src/base/alone.hpp': '#pragma once\n'},
    'dead-source': {'src/base/forgotten.cpp': 'int forgotten() { return 1; }\n'},
    'columns': {'src/base/good.cpp': GOOD_SOURCE + 'int x' + 'x' * 95 + ';\n'},
    'trailing-space': {'src/base/good.cpp': GOOD_SOURCE + '// \n'},
    'tab': {'src/base/good.cpp': GOOD_SOURCE + '//\tx\n'},
    'marker': {'src/base/good.cpp': GOOD_SOURCE + '// TO' + 'DO later\n'},
    'foreign': {'docs/page.md': '# Title\n\nSee /wo' + 'rk/notes.\n'},
    'guard': {'src/base/good.hpp': 'namespace troth {\nint good(int newer);\n}\n'},
    'title': {'docs/page.md': '# Title\n\n# Another\n'},
    'example': {'docs/page.md': '# Title\n\n```c\nint never(void);\n```\n'},
    'allow': {'tools/tidy-allow.txt': 'columns src/base/good.cpp not needed\n'},
}


def found_in(tidy, files, uncompiled):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                file.write(text)
        build = os.path.join(root, 'build')
        os.makedirs(build)
        with open(os.path.join(build, 'compile_commands.json'), 'w', encoding='utf-8') as file:
            json.dump([{'directory': build, 'file': os.path.join(root, path)}
                       for path in files if path.endswith('.cpp') and path != uncompiled], file)
        return {rule for rule, _, _ in tidy.violations(tidy.Tree(root, build))}


def run(tidy):
    failures = []
    clean = found_in(tidy, GOOD, None)
    if clean:
        failures.append(f'a clean tree: found {sorted(clean)}')
    for rule, changes in BAD.items():
        found = found_in(tidy, {**GOOD, **changes}, 'src/base/forgotten.cpp')
        if found != {rule}:
            failures.append(f'{rule}: found {sorted(found) or "nothing"}')
    missing = {f'banned-{token}' for token in tidy.BANNED} - set(BAD)
    failures += [f'{rule}: no violation is planted' for rule in sorted(missing)]
    for failure in failures:
        print('tidy self-test:', failure)
    print(f'tidy self-test: {len(BAD)} planted, {len(failures)} failures')
    return 1 if failures else 0
