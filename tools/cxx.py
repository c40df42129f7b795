"""Just enough C++ lexing for the checks in this folder: comments out, functions found."""
import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
_NOT_FUNCTION = re.compile(
    r'^(?:inline\s+|export\s+|typedef\s+)*(?:namespace|class|struct|enum|union|extern\s*$)\b')
_TEMPLATE = re.compile(r'^template\s*<[^;{}]*?>\s*(?=class\b|struct\b|union\b|concept\b)')
_CALLED = re.compile(r'([~\w:]+|operator\s*[^\s(]+)\s*\(')


def blank(text, keep_strings=False):
    """Replaces comments (and literals) by spaces; offsets and line numbers stay."""
    def spaces(match):
        token = match.group(0)
        if keep_strings and token[0] in 'R"\'':
            return token
        return re.sub(r'[^\n]', ' ', token)
    return _TOKEN.sub(spaces, text)


def string_literals(text):
    """(line, literal text) of each string literal, adjacent ones joined as the compiler does."""
    kept = blank_preprocessor(blank(text, keep_strings=True))
    pieces = re.compile(r'"((?:\\.|[^"\\\n])*)"(?:\s*"(?:\\.|[^"\\\n])*")*')
    for match in pieces.finditer(kept):
        joined = ''.join(re.findall(r'"((?:\\.|[^"\\\n])*)"', match.group(0)))
        yield kept.count('\n', 0, match.start()) + 1, joined


def blank_preprocessor(text):
    return re.sub(r'^[ \t]*#(?:[^\n\\]|\\.|\\\n)*', lambda m: re.sub(r'[^\n]', ' ', m.group(0)),
                  text, flags=re.M)


def functions(text):
    """(name, first line, number of lines) of each function body at namespace or class scope."""
    code = blank_preprocessor(blank(text))
    found, scopes, header_start, line = [], [], 0, 1
    start_line = {}
    for at, char in enumerate(code):
        if char == '\n':
            line += 1
        elif char == '{':
            header = code[header_start:at].strip()
            kind = _scope_kind(header, scopes)
            scopes.append((kind, header))
            if kind == 'function':
                start_line[len(scopes)] = line
            if kind != 'initializer':
                header_start = at + 1
        elif char == '}' and scopes:
            kind, header = scopes.pop()
            if kind == 'function':
                first = start_line[len(scopes) + 1]
                found.append((_function_name(header), first, line - first + 1))
            if kind != 'initializer':
                header_start = at + 1
        elif char == ';' and not _inside_function(scopes):
            header_start = at + 1
    return found


def _inside_function(scopes):
    return any(kind in ('function', 'block') for kind, _ in scopes)


def _scope_kind(header, scopes):
    if _inside_function(scopes):
        return 'block'
    plain = _TEMPLATE.sub('', re.sub(r'^(?:public|private|protected)\s*:\s*', '', header))
    if _NOT_FUNCTION.match(plain) or not plain:
        return 'scope'
    if plain.endswith('=') or re.search(r'=\s*[\w:<>]*$', plain):
        return 'initializer'
    if re.search(r'\)[^(){};]*:\s*(?:[\w:<>]+\s*[({].*[)}]\s*,\s*)*[\w:<>]+$', plain, re.S):
        return 'initializer'
    return 'function' if _CALLED.search(plain) else 'initializer'


def _function_name(header):
    words = r'\b(?:alignas|decltype|noexcept|requires|__attribute__)\s*\([^()]*\)'
    header = re.sub(words, '', header)
    match = _CALLED.search(header)
    return match.group(1) if match else header.split()[-1]
