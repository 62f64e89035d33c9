"""The single statements inside Snowflake Scripting: blocks, EXECUTE IMMEDIATE, ASYNC, procedures."""

from __future__ import annotations

from collections.abc import Iterator

from tests.snowflake_double.names import Token, bare, constant, tokens


class Unknown(Exception):
    """A statement that these checks do not know."""


READS = ("SELECT", "WITH", "VALUES", "SHOW", "DESC", "DESCRIBE", "EXPLAIN", "LIST", "LS")
IN_EXPRESSIONS = (*READS, "EXECUTE", "CALL", "INSERT", "UPDATE", "DELETE", "MERGE")
STEPS_ALONE = ("AWAIT", "BREAK", "CONTINUE", "NULL", "OPEN", "FETCH", "CLOSE", "RAISE")


def inner_statements(sql: str) -> list[str]:
    """The single statements of `sql`: those inside blocks, EXECUTE IMMEDIATE and procedures, each as it is written.

    An EXECUTE IMMEDIATE of a text that is put together at run time stays one; so does what creates a procedure, and
    the procedure's statements follow it.
    """
    text = bare(sql)
    found = known_tokens(text)
    words = [*(token.upper for token in found[:2]), "", ""]
    if words[0] == "DECLARE" or (words[0] == "BEGIN" and not is_transaction(found)):
        return _of_block(text)
    chunks = list(_chunks(found))
    if len(chunks) > 1:
        return [each for chunk in chunks for each in inner_statements(_text(text, chunk))]
    if words[:2] == ["EXECUTE", "IMMEDIATE"] and len(found) > 2 and found[2].kind == "string":
        using = found[3:]
        if not using or using[0].upper == "USING":
            return inner_statements(constant(found[2].text))
    if words[0] == "CREATE" and _procedure_body(found):
        return [text, *inner_statements(constant(found[-1].text))]
    return [text] if text else []


def known_tokens(text: str) -> list[Token]:
    found = list(tokens(text))
    for token, after in zip(found, [*found[1:], None], strict=False):
        pair = text[token.start : token.start + 2]
        if token.text in ("'", '"') or (token.kind == "symbol" and after and pair in ("$$", "/*")):
            raise Unknown(f"a quote or a comment is not closed: {text}")
    return found


def _text(text: str, chunk: list[Token]) -> str:
    return text[chunk[0].start : chunk[-1].end] if chunk else ""


def is_transaction(found: list[Token]) -> bool:
    return len(found) == 1 or found[1].upper in (";", "TRANSACTION", "WORK", "NAME")


def _chunks(found: list[Token]) -> Iterator[list[Token]]:
    """What is between semicolons that are in no parentheses."""
    depth = 0
    chunk: list[Token] = []
    for token in found:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == ";" and not depth:
            yield chunk
            chunk = []
        else:
            chunk.append(token)
    if chunk:
        yield chunk


def _procedure_body(found: list[Token]) -> bool:
    words = [token.upper for token in found]
    if "PROCEDURE" not in words[:5] or found[-1].kind != "string" or words[-2] != "AS":
        return False
    return "LANGUAGE" not in words or words[words.index("LANGUAGE") + 1] == "SQL"


def _of_block(text: str) -> list[str]:
    found: list[str] = []
    declaring = False
    for written in _chunks(known_tokens(text)):
        chunk = written
        while chunk and not (declaring and chunk[0].upper not in ("BEGIN", "DECLARE")):
            length = _control(chunk)
            if not length:
                break
            declaring = chunk[0].upper == "DECLARE"
            found += _of_expression(text, chunk[1:length])
            chunk = chunk[length:]
        found += _of_declaration(text, chunk) if declaring else _of_step(text, chunk)
    return found


def _control(chunk: list[Token]) -> int:
    """How many tokens at the beginning only say when the rest is carried out."""
    word = chunk[0].upper
    if word == "END" and len(chunk) <= 2:
        return len(chunk)
    if word in ("DECLARE", "ELSE", "LOOP") or (word == "BEGIN" and not is_transaction(chunk)):
        return 1
    if word == "BEGIN" and len(chunk) == 1:
        return 1
    if word == "EXCEPTION" and len(chunk) > 1 and chunk[1].upper == "WHEN":
        return 1
    stop = {"IF": "THEN", "ELSEIF": "THEN", "WHEN": "THEN", "FOR": "DO", "WHILE": "DO"}.get(word)
    depth = 0
    for index, token in enumerate(chunk):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if stop and not depth and token.upper == stop:
            return index + 1
    return 0


def _of_declaration(text: str, chunk: list[Token]) -> list[str]:
    words = [token.upper for token in chunk]
    if words[1:2] == ["CURSOR"]:
        return inner_statements(_text(text, chunk[3:]))
    value = next((index for index, word in enumerate(words) if word in (":=", "DEFAULT")), len(words))
    return _of_expression(text, chunk[value + 1 :])


def _of_step(text: str, chunk: list[Token]) -> list[str]:
    word = chunk[0].upper if chunk else ""
    if not chunk or word in STEPS_ALONE:
        return []
    if len(chunk) > 1 and chunk[1].text == ":=":
        return _of_expression(text, chunk[2:])
    if word == "LET":
        return _of_declaration(text, chunk[1:])
    if word == "RETURN":
        return _of_expression(text, chunk[1:])
    if word == "ASYNC":
        if len(chunk) < 4 or chunk[1].text != "(" or chunk[-1].text != ")":
            raise Unknown(f"ASYNC of what is in no parentheses: {_text(text, chunk)}")
        return inner_statements(_text(text, chunk[2:-1]))
    return inner_statements(_text(text, chunk))


def _of_expression(text: str, chunk: list[Token]) -> list[str]:
    """The statements that are in parentheses in an expression."""
    found: list[str] = []
    start, depth = None, 0
    for index, token in enumerate(chunk):
        if token.text == "(":
            if start is None and chunk[index + 1 :] and chunk[index + 1].upper in IN_EXPRESSIONS:
                start, depth = index + 1, 0
            depth += start is not None
        elif token.text == ")" and start is not None:
            depth -= 1
            if not depth:
                found += inner_statements(_text(text, chunk[start:index]))
                start = None
    return found
