"""One program that answers many queries: a late, broken or missing answer costs only itself."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hipaaguard.collect.live.batch_process import BatchProcess
from hipaaguard.model import Reason, Unavailable

Started = Callable[..., BatchProcess]


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts a script that prints answers; everything is ended when the test is over."""
    running = []

    def start(script: str, deadline_s: float = 20) -> BatchProcess:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        running.append(process)
        return BatchProcess(process, subprocess.Popen.kill, deadline_s)

    yield start
    for process in running:
        process.kill()
        process.communicate()


def reason(answer: object) -> Reason:
    assert isinstance(answer, Unavailable)
    assert answer.detail
    return answer.reason


def test_answers_come_before_the_program_is_done(started: Started) -> None:
    batch = started("""print('{"name":"a","rows":[{"X":1}]}'); import time; time.sleep(60)""")
    assert batch.answer("a") == ({"X": 1},)


def test_a_query_that_hangs_costs_only_those_after_it(started: Started) -> None:
    script = (
        """print('{"name":"a","rows":[]}'); import time; time.sleep(60); print('{"name":"b"}')"""
    )
    batch = started(script, deadline_s=1)
    assert batch.answer("a") == ()
    assert reason(batch.answer("b")) is Reason.TIMED_OUT
    assert reason(batch.answer("c")) is Reason.TIMED_OUT
    assert batch.answer("a") == ()


def test_an_early_end_leaves_what_was_answered(started: Started) -> None:
    batch = started("""print('{"name":"a","rows":[]}'); raise SystemExit(3)""")
    assert reason(batch.answer("b")) is Reason.FAILED
    assert batch.answer("a") == ()


def test_lines_that_are_no_answers_are_passed_over(started: Started) -> None:
    script = r"""print('WARNING: x\n\n{"name":1}\n\xff\n{"name":"a","rows":[]}')"""
    assert started(script).answer("a") == ()


def test_a_fault_is_a_reason(started: Started) -> None:
    batch = started("""print('{"name":"a","fault":{"native":2}}')""")
    assert reason(batch.answer("a")) is Reason.NOT_PERMITTED


def test_much_on_standard_error_does_not_block(started: Started) -> None:
    script = """import sys; sys.stderr.write('x' * 1_000_000); print('{"name":"a","rows":[]}')"""
    assert started(script).answer("a") == ()


def test_whoever_waits_is_answered_when_it_is_ended(started: Started) -> None:
    batch = started("import time; time.sleep(60)")
    answers: list[object] = []
    waiting = threading.Thread(target=lambda: answers.append(batch.answer("a")))
    waiting.start()
    time.sleep(0.1)
    batch._process.kill()
    waiting.join(10)
    assert reason(answers[0]) is Reason.FAILED
