#!/usr/bin/env python3
"""words: sentences for people are in one place, in plain words, and errors name the next step.

  tools/words.py [--root DIR]     check
  tools/words.py --self-test      prove that each rule is found

Texts are the string literals of the files below TEXTS; one of lower-case letters, digits, dots and
dashes only is a key.
"""
import argparse
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cxx  # noqa: E402
import tidy  # noqa: E402

TEXTS = ('shell/texts/', 'src/consent/words.hpp')
# Where people would see a text that was written on the spot. Programs for developers are free.
SPEAKING = ('shell/', 'apps/troth/', 'apps/troth-relay/')
SENTENCE_WORDS, STRAY_WORDS = 30, 4
KEY = re.compile(r'[a-z0-9_]+(?:[.:-][a-z0-9_]+)*')
NOT_PROSE = re.compile(
    r'^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|BEGIN|WITH|ALTER)\b|^#!|\$\{')


def jargon(tree):
    rows = (row.split('|') for row in tree.rows('jargon.txt'))
    return {word.strip().lower(): instead.strip() for word, instead in rows}


def is_prose(literal, least):
    words = re.findall(r"(?<![\w<{/-])[A-Za-z][a-z']*(?![\w}>/(])", literal)
    return len(words) >= least and not NOT_PROSE.search(literal)


def check_sentence(text, words):
    spoken = re.sub(r'\{[^}]*\}|%\w|\\n', ' ', text)
    for word, instead in words.items():
        if re.search(r'(?<![\w-])' + re.escape(word) + r'(?![\w-])', spoken, re.I):
            yield 'jargon', f'says "{word}"; say "{instead}"'
    if re.search(r'!(?!=)', spoken):
        yield 'exclamation', 'has an exclamation mark'
    for sentence in re.split(r'[.:;?](?:\s|$)', spoken):
        count = len(re.findall(r"[\w'-]+", sentence))
        if count > SENTENCE_WORDS:
            yield 'long', f'a sentence of {count} words, at most {SENTENCE_WORDS}'


def check_error_table(tree):
    """Rows {Errc::x, "name", ..., "message", "hint"}: one clause, then a next step."""
    for path in tree.code(*TEXTS):
        for row in re.split(r'(?=\{Errc::)', tree.text(path))[1:]:
            name = re.match(r'\{Errc::(\w+)', row).group(1)
            texts = [text for _, text in cxx.string_literals(re.split(r'\}[,;\s]', row)[0])][1:]
            if len(texts) != 2 or not all(texts):
                yield 'hint', path, f'{name} needs a message and a hint: what can the user do?'
            for text in texts:
                if text.endswith('.') or re.match(r'[A-Z][a-z]', text):
                    yield 'voice', path, f'{name}: lower case, no full stop: "{text[:60]}"'


def check_texts(tree):
    words = jargon(tree)
    for path in tree.code(*TEXTS):
        for line, literal in cxx.string_literals(tree.text(path)):
            if not KEY.fullmatch(literal):
                for rule, message in check_sentence(literal, words):
                    yield rule, path, f'line {line}: {message}: "{literal[:60]}"'


def check_stray(tree):
    for path in tree.code(*SPEAKING):
        if path.startswith(TEXTS):
            continue
        for line, literal in cxx.string_literals(tree.text(path)):
            if re.search(r'troth: (?:error|hint)', literal) or is_prose(literal, STRAY_WORDS):
                yield 'stray', path, f'line {line}: a text outside {TEXTS[0]}: "{literal[:60]}"'


def violations(tree):
    allowed = {tuple(row.split()[:2]) for row in tree.rows('words-allow.txt')}
    for check in (check_error_table, check_texts, check_stray):
        for rule, path, message in check(tree):
            if (rule, path) not in allowed:
                yield rule, path, message


GOOD = {
    'shell/texts/texts.cpp': '{Errc::locked, "locked", 3, "this device is locked", "run it"},'
                             '\n{"offer.title", "Laptop offers notes to {name}"}\n',
    'apps/troth/main.cpp': 'run("SELECT a FROM b WHERE c AND d", "device.show", "--home");\n',
    'tools/jargon.txt': 'epoch | key\n',
    'tools/words-allow.txt': '# none\n',
}
BAD = {
    'jargon': {'shell/texts/more.cpp': '{"a.b", "the Epoch of notes has ended"}'},
    'exclamation': {'shell/texts/more.cpp': '{"a.b", "you are done!"}'},
    'long': {'shell/texts/more.cpp': '{"a.b", "' + 'word ' * 31 + '"}'},
    'hint': {'shell/texts/more.cpp': '{Errc::gone, "gone", "the item is gone", ""}'},
    'voice': {'shell/texts/more.cpp': '{Errc::gone, "gone", "The item is gone.", "look at it"}'},
    'stray': {'apps/troth/main.cpp': 'say("this device has no circle yet");\n'},
}


def self_test():
    failures = []
    for rule, changes in {'': {}, **BAD}.items():
        found = {name for name, _, _ in violations(tidy.Planted({**GOOD, **changes}))}
        if found != ({rule} if rule else set()):
            failures.append(f'{rule or "a clean tree"}: found {sorted(found) or "nothing"}')
    for failure in failures:
        print('words self-test:', failure)
    print(f'words self-test: {len(BAD)} planted, {len(failures)} failures')
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.dirname(here))
    parser.add_argument('--self-test', action='store_true')
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    found = list(violations(tidy.Tree(options.root)))
    for rule, path, message in found:
        print(f'{path}: {message} [{rule}]')
    print(f'words: {len(found)} violations')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
