"""The command line behind ./relasi: reads what was asked and hands over."""

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from relasi.project import backup, control
from relasi.project.bench_run import run_benchmark
from relasi.project.data_folder import DataFolder
from relasi.project.database import database
from relasi.project.language import Trouble, _
from relasi.project.preparation import compile_catalogues_if_possible
from relasi.project.runtime import runtime_environment
from relasi.project.testing import run_tests
from relasi.project.up import Wish, up
from relasi.project.upgrade import rehearse, upgrade

ROOT = Path(__file__).resolve().parents[3]
INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    compile_catalogues_if_possible()
    try:
        if arguments and arguments[0] in PASSING_ON:
            # Standard output belongs to the other program: somebody may read it by machine.
            with contextlib.redirect_stdout(sys.stderr):
                return PASSING_ON[arguments[0]](arguments[1:])
        options = _parser().parse_args(arguments)
        return options.run(options)
    except Trouble as trouble:
        sys.stdout.flush()
        sys.stderr.write(f"{trouble}\n")
        return 1
    except PermissionError as refused:
        sys.stderr.write(f"{refused.strerror}: {refused.filename}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None) -> None:
        super().add_usage(usage, actions, groups, _("usage: ") if prefix is None else prefix)


def _translated(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """argparse has English headings of its own."""
    parser.formatter_class = _Help
    parser._optionals.title = _("options")
    parser._positionals.title = _("arguments")
    parser.add_argument("-h", "--help", action="help", help=_("show this help"))
    return parser


def _parser() -> argparse.ArgumentParser:
    about = _("Relasi: customers, deals and the work around them.")
    parser = _translated(argparse.ArgumentParser(prog="relasi", description=about, add_help=False))
    commands = parser.add_subparsers(required=True, title=_("commands"), metavar=_("COMMAND"))
    _add_running(commands)
    _add_keeping(commands)
    for name, text in (
        ("import", _("bring in records from a file: import FILE --module contacts [--dry-run]")),
        ("archive", _("write the whole company into one zip that opens without Relasi: archive FILE")),
        ("token", _("make a token for the API: token --user NAME [--scopes …] [--expires …]")),
        ("compat", _("open the compatibility API for a person and print their key: compat --user NAME")),
        ("mcp", _("answer a program that uses tools (MCP) on standard input and output: mcp --user NAME")),
        ("manage", _("run a Django management command")),
        ("test", _("run every test on a throw-away database: test [--no-browser] [pytest arguments]")),
        ("bench", _("measure this machine: bench --rows N [--json]")),
    ):
        commands.add_parser(name, help=text, add_help=False)
    return parser


def _command(commands, name: str, text: str, run: Callable[[argparse.Namespace], int]):
    found = _translated(commands.add_parser(name, help=text, description=text, add_help=False))
    found.add_argument("--data", metavar=_("FOLDER"), help=_("where everything is kept (default: data)"))
    found.set_defaults(run=run)
    return found


def _add_running(commands) -> None:
    found = _command(commands, "up", _("start Relasi"), _up)
    found.add_argument("--port", type=_port, default=8000, help=_("where pages are served (default: 8000)"))
    found.add_argument("--demo", action="store_true", help=_("fill an empty database with a demo company"))
    found.add_argument("--detach", action="store_true", help=_("come back when ready and go on alone"))
    _command(commands, "down", _("stop Relasi"), lambda options: control.down(_folder(options.data)))
    _command(commands, "status", _("say what runs"), lambda options: control.status(_folder(options.data)))
    found = _command(commands, "logs", _("show the logs of a detached Relasi"), _logs)
    found.add_argument("name", nargs="?", choices=["relasi", "web", "live", "worker", "postgres"])
    found.add_argument("--lines", type=int, default=50, help=_("how many of the last lines (default: 50)"))
    found.add_argument("--follow", "-f", action="store_true", help=_("go on until interrupted"))


def _add_keeping(commands) -> None:
    found = _command(commands, "backup", _("save everything in one file"), _backup)
    found.add_argument("file", type=Path, metavar=_("FILE"))
    found = _command(commands, "restore", _("bring back a backup"), _restore)
    found.add_argument("file", type=Path, metavar=_("FILE"))
    found.add_argument("--force", action="store_true", help=_("replace the data that is there"))
    found = _command(commands, "upgrade", _("bring the data to this version, after a backup"), _upgrade)
    found.add_argument(
        "--rehearse", action="store_true", help=_("only on a copy beside it, and say how it went")
    )
    found.add_argument(
        "--backup", type=Path, metavar=_("FILE"), help=_("the backup to write, or to rehearse with")
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(_("a port is a number from 1 to 65535"))
    return int(text)


def _folder(given: str | None) -> DataFolder:
    return DataFolder(given or os.environ.get("RELASI_DATA") or ROOT / "data")


def _up(options: argparse.Namespace) -> int:
    return up(Wish(_folder(options.data), options.port, options.demo, options.detach))


def _logs(options: argparse.Namespace) -> int:
    folder = _folder(options.data)
    return control.logs(folder, name=options.name, lines=options.lines, follow=options.follow)


def _backup(options: argparse.Namespace) -> int:
    return backup.backup(_folder(options.data), options.file.resolve())


def _restore(options: argparse.Namespace) -> int:
    return backup.restore(_folder(options.data), options.file.resolve(), force=options.force)


def _upgrade(options: argparse.Namespace) -> int:
    file = options.backup.resolve() if options.backup else None
    return (rehearse if options.rehearse else upgrade)(_folder(options.data), file)


def _manage(arguments: list[str]) -> int:
    """Runs Django's own command line with the database at hand; the caller's working folder stays."""
    arguments, data = take_option(arguments, "--data")
    folder = _folder(data)
    with folder.opened(), database(folder) as url:
        command = [sys.executable, "-m", "django", *arguments]
        return subprocess.run(command, env=runtime_environment(folder, url)).returncode


def _import(arguments: list[str]) -> int:
    return _manage(["import_records", *arguments])


def _archive(arguments: list[str]) -> int:
    return _manage(["archive_company", *arguments])


def _token(arguments: list[str]) -> int:
    return _manage(["make_token", *arguments])


def _compat(arguments: list[str]) -> int:
    return _manage(["make_compat_key", *arguments])


def _mcp(arguments: list[str]) -> int:
    return _manage(["serve_mcp", *arguments])


def _test(arguments: list[str]) -> int:
    rest = [argument for argument in arguments if argument != "--no-browser"]
    return run_tests(rest, browser=len(rest) == len(arguments))


def _bench(arguments: list[str]) -> int:
    arguments, data = take_option(arguments, "--data")
    return run_benchmark(arguments, data)


def take_option(arguments: list[str], name: str) -> tuple[list[str], str | None]:
    """Takes `--name VALUE` or `--name=VALUE` out of arguments that belong to another program."""
    rest, found, coming = [], None, iter(arguments)
    for argument in coming:
        if argument == name:
            found = next(coming, None)
            if found is None:
                raise Trouble(_("%(option)s needs a value.") % {"option": name})
        elif argument.startswith(name + "="):
            found = argument.partition("=")[2]
        else:
            rest.append(argument)
    return rest, found


PASSING_ON = {
    "manage": _manage, "import": _import, "archive": _archive, "token": _token, "compat": _compat, "mcp": _mcp,
    "test": _test, "bench": _bench,
}  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
