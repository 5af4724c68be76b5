"""C++ text as the rules need it."""

import re


def without_comments_and_strings(text):
    """The same text, every line in its place, with the insides of comments and literals blanked."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/'
        r'|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
        r'|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",  # Not the ' in 20'000.
        re.DOTALL)

    def blank(match):
        found = match.group(0)
        kept = re.sub(r"[^\n]", " ", found)
        return kept if found.startswith("/") else '"' + kept[1:-1] + '"'

    return pattern.sub(blank, text)


def line_at(text, position):
    return text.count("\n", 0, position) + 1


def closing_brace(text, opening):
    """The position after the brace that closes the one at `opening`."""
    depth = 0
    for match in re.finditer(r"[{}]", text[opening:]):
        depth += 1 if match.group(0) == "{" else -1
        if depth == 0:
            return opening + match.end()
    return len(text)
