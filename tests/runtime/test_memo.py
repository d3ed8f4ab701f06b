"""A plan is evaluated step by step, and only what changed is evaluated again."""

import pytest

from runtime.protocol import Barred, StepCode, StepInput, StepOutput
from runtime.worker.memo import Memo, StepError

PRELUDE = "from itertools import count\nimport module_that_is_not_there\nfrom json import dumps as as_json"


def step(node: str, code: str, *above: str, line: int = 1, fingerprint: str = "") -> StepCode:
    return StepCode(
        fingerprint=fingerprint or f"f-{node}",
        node=node,
        label=node,
        code=code,
        inputs=tuple(StepInput(one, f"f-{one}", "out") for one in above),
        outputs=(StepOutput("out", node),),
        line=line,
    )


def states(memo: Memo, *steps: StepCode, barred: tuple[Barred, ...] = ()) -> dict[str, str]:
    return {one.node: one.state for one in memo.load(PRELUDE, steps, barred)}


def value(memo: Memo, node: str) -> object:
    return memo.value(memo.step_of(node, "out").fingerprint, "out")


def test_a_changed_step_is_built_anew_with_those_below_it_and_no_others() -> None:
    memo = Memo()
    a, b, c = step("a", "a = object()"), step("b", "b = [a]", "a"), step("c", "c = [b]", "b")
    assert states(memo, a, b, c) == {"a": "built", "b": "built", "c": "built"}
    first = value(memo, "a")
    changed = StepCode("f-b2", "b", "b", "b = (a,)", b.inputs, b.outputs)
    below = StepCode("f-c2", "c", "c", "c = [b]", (StepInput("b", "f-b2", "out"),), c.outputs)
    assert states(memo, a, changed, below) == {"a": "reused", "b": "built", "c": "built"}
    assert value(memo, "c") == [(first,)]


def test_a_renamed_node_keeps_its_value() -> None:
    memo = Memo()
    states(memo, step("a", "a = object()"))
    kept = value(memo, "a")
    assert states(memo, step("renamed", "renamed = object()", fingerprint="f-a")) == {"renamed": "reused"}
    assert value(memo, "renamed") is kept


def test_a_failing_branch_does_not_hide_the_others() -> None:
    memo = Memo()
    steps = (
        step("a", "a = 1"),
        step("bad", "x = 1\nbad = a / 0", "a", line=40),
        step("under", "under = bad", "bad"),
        step("good", "good = a + 1", "a"),
    )
    reports = {one.node: one for one in memo.load(PRELUDE, steps)}
    assert {name: one.state for name, one in reports.items()} == {
        "a": "built",
        "bad": "failed",
        "under": "below",
        "good": "built",
    }
    assert (reports["bad"].line, reports["bad"].message) == (41, "ZeroDivisionError: division by zero")
    with pytest.raises(StepError) as caught:
        value(memo, "under")
    assert caught.value.report.node == "bad"
    assert value(memo, "good") == 2


def test_a_syntax_error_is_told_with_its_line_in_the_script() -> None:
    (report,) = Memo().load("", [step("a", "x = 1\na = )", line=10)])
    assert (report.state, report.line) == ("failed", 11)


def test_imports_run_only_when_a_step_needs_them_and_fail_only_the_steps_that_do() -> None:
    memo = Memo()
    steps = (
        step("a", "a = as_json([1])"),
        step("b", "b = module_that_is_not_there.x"),
        step("c", "c = (lambda: next(count()))()"),
    )
    reports = {one.node: one for one in memo.load(PRELUDE, steps)}
    assert value(memo, "a") == "[1]"
    assert value(memo, "c") == 0
    assert reports["b"].state == "failed"
    assert "module_that_is_not_there" in reports["b"].message


def test_steps_that_left_the_plan_are_dropped_and_a_failure_is_tried_again() -> None:
    memo = Memo()
    states(memo, step("a", "a = 1"), step("bad", "bad = 1 / 0"))
    assert states(memo, step("bad", "bad = 1 / 0")) == {"bad": "failed"}
    assert states(memo, step("a", "a = 1")) == {"a": "built"}


def test_a_barred_step_is_not_run() -> None:
    memo = Memo()
    reports = memo.load("", [step("a", "raise SystemExit")], [Barred("f-a", "it crashed the worker")])
    assert (reports[0].state, reports[0].message) == ("failed", "it crashed the worker")


def test_a_newer_plan_can_cut_a_load_short() -> None:
    memo = Memo()
    reports = memo.load("", [step("a", "a = 1"), step("b", "b = 1")], before=lambda one: one.node == "a")
    assert [one.state for one in reports] == ["built", "skipped"]
