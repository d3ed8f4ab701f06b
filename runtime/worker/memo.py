"""Evaluates a plan step by step and keeps what each step made, by fingerprint. Knows Python, not VapourSynth.

A step is run once per fingerprint. When a plan changes, only the changed steps and those below them have new
fingerprints; all others keep their clips, and with them their indexes, vectors and frame caches. A step that
fails takes only the steps below it along.
"""

import ast
import gc
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import CodeType

from runtime.protocol import Barred, StepCode, StepReport

Namespace = dict[str, object]


class Prelude:
    """The import lines and helper functions of a script, each executed when a step first needs a name that it binds.

    So the worker of a plan without QTGMC does not pay for importing it, and an import that fails takes down
    only the steps that use it.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines: dict[str, ast.stmt] = {}
        self._bound: Namespace = {}
        self.broken = ""
        try:
            statements = ast.parse(text, "<imports>").body
        except SyntaxError as error:
            self.broken, statements = f"the import lines cannot be read: {error}", []
        for statement in statements:
            names = _names_bound(statement)
            if not names:
                self.broken = (
                    f"only imports and functions may stand at the top of a script, not `{ast.unparse(statement)}`"
                )
            self._lines.update(dict.fromkeys(names, statement))

    def bind(self, names: Iterable[str]) -> Namespace:
        """The values of those names that the prelude binds. Raises what the import raises."""
        if self.broken:
            raise SyntaxError(self.broken)
        bound: Namespace = {}
        for name in names:
            statement = self._lines.get(name)
            if statement is None:
                continue
            if name not in self._bound:
                code = compile(ast.Module([statement], []), "<imports>", "exec")
                if isinstance(statement, ast.FunctionDef):
                    self.bind(_names_used(code) - {name})  # what the function itself needs
                exec(code, self._bound)
            bound[name] = self._bound[name]
        return bound


def _names_bound(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.FunctionDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
        case _:
            return []


def _names_used(code: CodeType) -> set[str]:
    used = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            used |= _names_used(constant)
    return used


@dataclass(slots=True)
class _Kept:
    values: dict[str, object]  # by port
    failure: StepReport | None = None


class StepError(Exception):
    """The output that was asked for is not there. `report` says which step is to blame and why."""

    def __init__(self, report: StepReport) -> None:
        super().__init__(report.message)
        self.report = report


@dataclass(slots=True)
class Memo:
    """What the steps of the current plan made."""

    prelude: Prelude = field(default_factory=lambda: Prelude(""))
    steps: tuple[StepCode, ...] = ()  # in topological order
    _by_port: dict[tuple[str, str], StepCode] = field(default_factory=dict)
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _settled_in: bool = False

    def load(
        self,
        prelude: str,
        steps: Iterable[StepCode],
        barred: Iterable[Barred] = (),
        *,
        before: Callable[[StepCode], bool] = lambda _: True,
    ) -> tuple[StepReport, ...]:
        """Make these the current steps. `before` is called before each step is run; false skips this and the rest."""
        if prelude != self.prelude.text:
            self.prelude = Prelude(prelude)
        bars = {one.fingerprint: one.why for one in barred}
        self.steps = tuple(steps)
        self._by_port = {(step.node, one.port): step for step in self.steps for one in step.outputs}
        for gone in self._kept.keys() - {step.fingerprint for step in self.steps}:
            del self._kept[gone]
        if self.steps and not self._settled_in:
            self._settle_in()
        return tuple(self._build(bars, before))

    def _settle_in(self) -> None:
        """Import what the first plan needs before there are clips, and hide it from the garbage collector.

        What vsjetpack imports is most of the heap and never garbage; walking it costs 40 ms a collection.
        """
        self._settled_in = True
        for step in self.steps:
            with suppress(Exception):  # told when the step is built
                self.prelude.bind(_names_used(compile(step.code, f"<{step.node}>", "exec")))
        gc.freeze()

    def _build(self, bars: dict[str, str], before: Callable[[StepCode], bool]) -> Iterator[StepReport]:
        on = True
        for step in self.steps:
            kept = self._kept.get(step.fingerprint)
            # A failure is tried again at each load: the file may be there now, the model downloaded.
            if kept is not None and kept.failure is None:
                yield StepReport(step.fingerprint, step.node, "reused")
                continue
            self._kept.pop(step.fingerprint, None)
            above = self._failure_above(step)
            report: StepReport
            if step.fingerprint in bars:
                report = StepReport(step.fingerprint, step.node, "failed", None, bars[step.fingerprint])
            elif above is not None:
                report = StepReport(step.fingerprint, step.node, "below", above.line, above.message)
            else:
                on = on and before(step)
                report = self._run(step) if on else StepReport(step.fingerprint, step.node, "skipped")
            if report.state in ("failed", "below"):
                blamed = above if above is not None else report
                self._kept[step.fingerprint] = _Kept({}, blamed)
            yield report

    def _failure_above(self, step: StepCode) -> StepReport | None:
        for one in step.inputs:
            kept = self._kept.get(one.fingerprint)
            if kept is not None and kept.failure is not None:
                return kept.failure
        return None

    def _run(self, step: StepCode) -> StepReport:
        began = time.perf_counter()
        try:
            inputs = {one.name: self._kept[one.fingerprint].values[one.output] for one in step.inputs}
            code = compile("\n" * (step.line - 1) + step.code, f"<{step.node}>", "exec")
            space: Namespace = {"__name__": "__vapoursynth__", **self.prelude.bind(_names_used(code)), **inputs}
            exec(code, space)
            values = {one.port: space[one.name] for one in step.outputs}
        except (Exception, SystemExit) as error:  # whatever a step raises is that node's failure
            line = script_line(error, step)
            return StepReport(step.fingerprint, step.node, "failed", line, said(error))
        self._kept[step.fingerprint] = _Kept(values)
        took_ms = (time.perf_counter() - began) * 1000
        return StepReport(step.fingerprint, step.node, "built", took_ms=took_ms)

    def step_of(self, node: str, port: str) -> StepCode:
        """The step behind a port. Raises KeyError."""
        step = self._by_port.get((node, port))
        if step is None:
            raise KeyError(f"the plan has no {node}.{port}")
        return step

    def value(self, fingerprint: str, port: str) -> object:
        """What a built step gives. Raises StepError where it or one above it failed, KeyError where it is not there."""
        kept = self._kept.get(fingerprint)
        if kept is None:
            raise KeyError(f"the plan has no built step {fingerprint:.12}")
        if kept.failure is not None:
            raise StepError(kept.failure)
        if port not in kept.values:
            raise KeyError(f"the step {fingerprint:.12} has no output {port}")
        return kept.values[port]

    def forks(self, wanted: Iterable[tuple[str, str]]) -> list[object]:
        """The values on the way to `wanted` (fingerprint, port) that more than one step or target takes."""
        wanted = list(wanted)
        takers: Counter[tuple[str, str]] = Counter(wanted)
        needed = {fingerprint for fingerprint, _ in wanted}
        for step in reversed({step.fingerprint: step for step in self.steps}.values()):
            if step.fingerprint in needed:
                taken = {(one.fingerprint, one.output) for one in step.inputs}
                takers.update(taken)
                needed |= {fingerprint for fingerprint, _ in taken}
        return [self.value(*port) for port, count in takers.items() if count > 1]


def said(error: BaseException) -> str:
    """What an exception says, with its kind where the words alone would puzzle."""
    text = str(error).strip()
    kind = type(error).__name__
    ours = type(error).__module__.startswith("runtime.")  # written for the user
    return text if (kind == "Error" or ours) and text else f"{kind}: {text}" if text else kind


def script_line(error: BaseException, step: StepCode) -> int | None:
    """The line of the whole script that raised, if the step's own code did."""
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return error.lineno
    name = f"<{step.node}>"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    return lines[-1] if lines else step.line
