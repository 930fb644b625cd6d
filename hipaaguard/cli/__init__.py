"""The command line: the only part that prints, exits, and reads the clock or the environment.

Each command group has its own module, imported when it is called, so that `--version`, `--help` and
shell completion stay instant.
"""

import importlib
import io
import logging
import os
import signal
import sys
from collections.abc import Sequence

import click

from hipaaguard import __version__
from hipaaguard.errors import HipaaGuardError

_COMMANDS: dict[str, tuple[str, str]] = {
    "audit": ("audit", "Look at this computer, judge it, write the signed report."),
    "attest": ("attest", "Answer what no program can see, for the next report."),
    "explain": ("policies", "Explain a check, and how to put it right on this computer."),
    "decide": ("decide", "Write down a decision on an addressable specification."),
    "facts": ("facts", "Show what HipaaGuard sees, without judging it."),
    "evaluate": ("facts", "Judge saved facts again."),
    "record": ("record", "Record this computer's answers, to show what HipaaGuard saw."),
    "verify": ("verify", "Check signed reports: accepted or refused, and why."),
    "show-data": ("show_data", "Show what is, or would be, in a report."),
    "policy": ("policies", "List, show, check and explain policies."),
    "coverage": ("coverage", "Show which paragraphs of the rule a policy looks at."),
    "key": ("keys", "Show, export or repair this computer's signing key."),
}
"""Every command: the module that has it, and what it does in one line."""

EXIT_FAILURE = 1
EXIT_USAGE = 2
# What shells report for a program ended by Ctrl-C.
EXIT_INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, not to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which a newcomer needs them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of that name."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"hipaaguard.cli.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with what they do, without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 every check passes or does not apply; 10 at least one does not pass; "
    "11 none fails but at least one could not be determined; 12 a report was refused; "
    "1 HipaaGuard could not do its job; 2 the command was not understood.",
)
@click.version_option(__version__, prog_name="hipaaguard")
@click.option(
    "--data-folder",
    metavar="FOLDER",
    envvar="HIPAAGUARD_DATA_FOLDER",
    help="Where the signing key and the journal are kept.",
)
@click.option("--debug", is_flag=True, help="Show what goes on, and the whole of any fault.")
@click.pass_context
def group(ctx: click.Context, data_folder: str | None, debug: bool) -> None:
    """Shows that this computer is fit to work with patient data, in one signed report."""
    ctx.obj = {"data_folder": data_folder, "debug": debug}
    level = logging.DEBUG if debug else logging.CRITICAL
    logging.basicConfig(level=level, format="%(name)s: %(message)s")


def run(args: Sequence[str] | None = None) -> int:
    """What the command line comes to, as an exit code; prints one sentence for any trouble."""
    debug = "--debug" in (sys.argv[1:] if args is None else args)
    try:
        code = group.main(args, prog_name="hipaaguard", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("hipaaguard: stopped; nothing was left half-written", err=True)
        return EXIT_INTERRUPTED
    except HipaaGuardError as error:
        return _say_error(str(error), error.hint)
    except BrokenPipeError:
        # The reader of our output has gone: nothing more can be said, also not on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILURE
    except Exception as error:  # the last door: a user is shown a sentence, never a traceback
        if debug:
            raise
        return _say_error(*_unforeseen(error))
    return code if isinstance(code, int) else 0


def _unforeseen(error: Exception) -> tuple[str, str]:
    """A sentence and a hint for what no command worded: the system's refusal, or our own fault."""
    if not isinstance(error, OSError):
        hint = "the same command with --debug shows all of it, for a bug report"
        return f"a fault of HipaaGuard's own ({type(error).__name__})", hint
    from hipaaguard.files import reason

    # As standard output on a full disk, or a folder that was deleted or is another user's.
    what = f"cannot use {error.filename}" if error.filename else "the system refused to go on"
    return f"{what}: {reason(error)}", ""


def _say_error(sentence: str, hint: str) -> int:
    click.echo(f"hipaaguard: error: {sentence}", err=True)
    if hint:
        click.echo(f"hipaaguard: hint: {hint}", err=True)
    return EXIT_FAILURE


def main() -> None:
    """The `hipaaguard` command."""
    _open_missing_streams()
    _use_utf8()
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            # A closed window or a shutdown: like Ctrl-C, so that nothing is left running.
            signal.signal(number, signal.default_int_handler)
    sys.exit(run())


def _use_utf8() -> None:
    """No letter stops an output: a code page that lacks it shows `?`, files and pipes get UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def _open_missing_streams() -> None:
    """A caller may have closed standard output or error (`>&-`): what goes there goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
