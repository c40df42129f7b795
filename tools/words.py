#!/usr/bin/env python3
"""words: sentences for people are in one place, in plain words, and errors name the next step.

  tools/words.py [--root DIR]     check
  tools/words.py --self-test      prove that each rule is found

Texts are the string literals of the files below TEXTS; one of lower-case letters, digits, dots and
dashes only is a key.
"""
import argparse
import ast
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
# Shown to people too, though what it says stays where it is: a demonstration and its part.
SHOWING = ('apps/troth-thief/', 'tools/demo')
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


# Where the code names a key of a text; (?s) bodies are searched for what they return.
SAID = (
    r'(?:Noticed\{|\balert\()([^;]*?)[,)}]',
    r'\bFailed\{[^,}]*,[^,}]*,([^;]*?)\}',
    r'(?:error|failed|refuse|error_json|fail)\(\s*Errc::\w+,\s*("[^"]*")',
)
REASONS = (  # of the engine, and of what watches folders
    r'\b(?:state|reason|held_reason) = ([^;]*);',
    r'(?s)\b\w*(?:reason|held_kind|waiting|why|question)\([^;{}]*\)(?: const)? \{(.*?)\n\}',
)
TOLD = {'apps/troth/daemon/feed.cpp': r'(?s)struct EventWriter.*?\n\};|"event", "gap"',
        'apps/troth/daemon/consent_news.cpp': r'"event", "\w+"'}


def text_keys(tree):
    out = set()
    for path in tree.code(*TEXTS):
        out.update(re.findall(r'\{\s*"([a-z0-9_.:-]+)",\s*"', tree.text(path)))
    return out


def said_keys(tree):
    """(path, key): keys whose words a person would be shown as they are, with blanks in between."""
    for path in tree.code('src/device/', 'src/consent/', 'shell/folder/', 'apps/troth/'):
        code = cxx.blank(tree.text(path), keep_strings=True)
        for pattern in SAID if path.startswith('apps/') else SAID + REASONS:
            for part in re.findall(pattern, code):
                if '(?s)' in pattern:
                    part = ' '.join(re.findall(r'\breturn ([^;]*);', part))
                for key in re.findall(r'(?<![=!]= )"([a-z0-9_.]+)"(?!\s*[:+]\s*\d)', part):
                    yield path, key
        for part in re.findall(TOLD.get(path, r'(?!)'), code):
            for key in re.findall(r'(?:"event",|\?|:|with_name\()\s*"(\w+)"', part):
                yield path, 'event.' + key


def check_keys(tree):
    known = text_keys(tree)
    for path, key in sorted(set(said_keys(tree))):
        if key not in known:
            yield 'key', path, f'"{key}" has no words in {TEXTS[0]}'


def literals(tree, path):
    if path.endswith(tidy.CODE):
        yield from cxx.string_literals(tree.text(path))
        return
    for node in ast.walk(ast.parse(tree.text(path))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def check_shown(tree):
    words = jargon(tree)
    for path in tree.paths:
        shown = path.startswith(SHOWING) and (path in SHOWING or path.endswith(tidy.CODE))
        for line, literal in literals(tree, path) if shown else ():
            if KEY.fullmatch(literal) or not is_prose(literal, 1):
                continue
            for rule, message in check_sentence(literal, words):
                if rule == 'jargon':
                    yield 'shown', path, f'line {line}: {message}: "{literal[:60]}"'


def violations(tree):
    allowed = {tuple(row.split()[:2]) for row in tree.rows('words-allow.txt')}
    for check in (check_error_table, check_texts, check_stray, check_keys, check_shown):
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
    'key': {'src/device/files.cpp': 'out.emit(Noticed{"no_words_for_it", path});\n'},
    'stray': {'apps/troth/main.cpp': 'say("this device has no circle yet");\n'},
    'shown': {'apps/troth-thief/main.cpp': 'printf("  opened the Epoch: %d");\n',
              'tools/demo': 'say("good")\n'},
}
# The same rule in a program of another language.
ALSO_BAD = {'tools/demo': 'say(f"an {old} epoch ends")\n'}



def self_test():
    failures = []
    for rule, changes in {'': {}, **BAD}.items():
        found = {name for name, _, _ in violations(tidy.Planted({**GOOD, **changes}))}
        if found != ({rule} if rule else set()):
            failures.append(f'{rule or "a clean tree"}: found {sorted(found) or "nothing"}')
    if 'shown' not in {name for name, _, _ in violations(tidy.Planted({**GOOD, **ALSO_BAD}))}:
        failures.append('shown: not found in tools/demo')
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
