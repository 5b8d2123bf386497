"""The shape of the code: who imports whom, how long things are, and that what there is to set is written down."""

import ast
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from regard.config.cli import REGISTRY
from regard.config.home import ROOT

SOURCE = ROOT / "src" / "regard"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
ROOMS = sorted(
    path.parts[len(SOURCE.parts)] for path in FILES if path.match("*/models.py") or path.match("*/models/__init__.py")
)
TEXTS = {path: path.read_text(encoding="utf-8") for path in FILES}
TREES = {path: ast.parse(text) for path, text in TEXTS.items()}
LONGEST_FILE, LONGEST_FUNCTION = 600, 50
BANNED = {"utils", "util", "common", "helpers", "helper", "misc", "tools", "stuff", "manager", "base_utils"}


def where(path: Path, node: ast.AST | None = None) -> str:
    line = f":{node.lineno}" if isinstance(node, ast.stmt | ast.expr) else ""
    return f"{path.relative_to(ROOT)}{line}"


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


# --- who imports whom


def test_rooms_import_only_what_they_may():
    program = Path(sys.executable).with_name("lint-imports")
    told = {"cwd": ROOT, "env": {"PYTHONPATH": "src"}, "capture_output": True, "text": True}
    done = subprocess.run([program, "--no-cache"], check=False, **told)
    assert done.returncode == 0, done.stdout + done.stderr


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def test_no_room_is_forgotten_in_the_contracts():
    order, inside, *_ = contracts()
    named = " ".join(order["layers"])
    assert all(f"regard.{room}" in named for room in ROOMS)
    assert {f"regard.{room}" for room in ROOMS} <= set(inside["containers"])
    protected = {module for contract in contracts() for module in contract.get("protected_modules", [])}
    for room in ROOMS:
        for part in ("views", "forms"):
            if (SOURCE / room / f"{part}.py").exists() or (SOURCE / room / part / "__init__.py").exists():
                assert f"regard.{room}.{part}" in protected, f"pyproject.toml lets others use the {part} of {room}."


def test_no_signals_generic_keys_or_drawers():
    assert [where(path) for path in FILES if {path.stem, path.parent.name} & BANNED] == []
    found = []
    for path in FILES:
        for node in ast.walk(TREES[path]):
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                is_signal = (node.module or "").endswith(("models.signals", "django.dispatch"))
                if is_signal or names & {"receiver", "GenericForeignKey", "GenericRelation"}:
                    found.append(where(path, node))
    assert not found, "\n".join(found)


# --- how long things are


def test_files_and_functions_are_short():
    long = []
    for path in FILES:
        lines = len(TEXTS[path].splitlines())
        if lines > LONGEST_FILE:
            long.append(f"{where(path)} has {lines} lines: split it.")
        for function in functions(TREES[path]):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > LONGEST_FUNCTION:
                long.append(f"{where(path, function)} {function.name} has {length} lines: split it.")
    assert not long, "\n".join(long)


# --- imports inside functions carry their reason

#: The modules of commands: the list of commands must not load Django, so each command loads what it needs.
LOADED_LATE = {"commands.py", "cli.py"}


def test_imports_inside_functions_say_why():
    """In a comment on the line or right above it; a group needs it once, and so does a module in a file."""
    silent = []
    for path in FILES:
        if path.name in LOADED_LATE:
            continue
        lines, commented = TEXTS[path].splitlines(), comments(TEXTS[path])
        given: set[str] = set()
        for node in imports_inside(TREES[path]):
            last = node.end_lineno or node.lineno
            names = {node.module or ""} if isinstance(node, ast.ImportFrom) else {alias.name for alias in node.names}
            near = {node.lineno - 1, node.lineno, last}
            if near & commented or names & given or f"line {node.lineno - 1}" in given:
                given |= names | {f"line {last}"}
            else:
                silent.append(f"{where(path, node)} {lines[node.lineno - 1].strip()}: say why it is not at the top.")
    assert not silent, "\n".join(silent)


def imports_inside(tree: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    found = {
        node.lineno: node
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return [found[line] for line in sorted(found)]


def comments(text: str) -> set[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


# --- changes of state are actions

WRITES = {"save", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
READERS = ("views", "forms", "commands", "urls", "queries", "access", "context")


def is_reader(path: Path) -> bool:
    return any(part in READERS for part in (path.stem, path.parent.name))


def test_pages_commands_and_queries_write_nothing_themselves():
    found = [
        f"{where(path, node)} calls .{node.func.attr}()"
        for path in FILES
        if is_reader(path)
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    ]
    assert not found, "\n".join(found)


#: Set-based parts of a larger action, which is audited as a whole by whoever calls them.
PARTS = {"load_name_words"}


def test_actions_are_told_everything_by_name_and_by_whom():
    """An action is a public function of a room's `actions` that opens a transaction."""
    found, seen = [], 0
    for path in FILES:
        if "actions" not in (path.stem, path.parent.name):
            continue
        for act in TREES[path].body:
            if isinstance(act, ast.FunctionDef) and act.name not in PARTS and is_public_action(act):
                seen += 1
                if act.args.args or act.args.posonlyargs:
                    found.append(f"{where(path, act)} {act.name} takes something by position.")
                if "by" not in {argument.arg for argument in act.args.kwonlyargs}:
                    found.append(f"{where(path, act)} {act.name} does not say by whom.")
    assert seen > 20
    assert not found, "\n".join(found)


def is_public_action(function: ast.FunctionDef) -> bool:
    return not function.name.startswith("_") and any(
        "atomic" in ast.unparse(decorator) for decorator in function.decorator_list
    )


# --- pages

TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
UNSAFE = re.compile(
    r"""<script(?![^>]*(?:\bsrc=|type="application/json"))[^>]*>|\sstyle="|\son[a-z]+="|javascript:|\|safe\b"""
)


def test_pages_bring_no_code_of_their_own():
    """The content security policy would refuse it; and nothing is marked safe in a template."""
    found = []
    for path in TEMPLATES:
        text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{where(path)}: {match.group(0)}" for match in UNSAFE.finditer(text)]
    assert not found, "\n".join(found)


# --- nothing of the makers' machines

LOCKS = sorted(path for path in (ROOT / "deps").iterdir() if path.suffix in {".txt", ".json"})


def test_lock_files_name_no_host():
    assert LOCKS
    assert [where(path) for path in LOCKS if "://" in path.read_text(encoding="utf-8")] == []


# --- what there is to set, and to run, is written down

VARIABLE = re.compile(
    r"""env\.\w+\(\s*"([A-Z][A-Z_]+)"|environ(?:\.get\(|\[)\s*"([A-Z][A-Z_]+)"|envvar="([A-Z][A-Z_]+)"""
)
#: Variables that are the machine's, not ours.
FOREIGN = {"PATH", "HOME", "LD_LIBRARY_PATH", "DJANGO_SETTINGS_MODULE"}


def variables() -> set[str]:
    found = {name for path in FILES for match in VARIABLE.findall(TEXTS[path]) for name in match}
    return {name for name in found if name} - FOREIGN


def page(name: str) -> str:
    path = ROOT / "docs" / name
    if not path.exists():
        pytest.skip(f"docs/{name} is not written yet")
    return path.read_text(encoding="utf-8")


def test_variables_are_found():
    assert {"DATABASE_URL", "REGARD_HOME", "REGARD_PRODUCTION"} <= variables()


def test_every_setting_is_documented():
    text = page("configuration.md")
    missing = sorted(name for name in variables() if name not in text)
    assert not missing, f"docs/configuration.md does not name {', '.join(missing)}."


def test_every_command_is_documented():
    text = page("commands.md")
    missing = sorted(name for name in REGISTRY if f"regard {name}" not in text)
    assert not missing, f"docs/commands.md does not name {', '.join(missing)}."
