"""A plan as text: the `.vpy` a person could have written, and the same steps for the worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from graphs.recall import Recall
from nodes.script import ScriptError
from runtime.emit import Names, Written, apart, comment, quote, write
from runtime.plan import Plan, Step
from runtime.protocol import StepCode, StepInput, StepOutput


@dataclass(frozen=True, slots=True)
class ScriptText:
    """`lines[n]` is the node that wrote line n + 1 (empty for lines of nobody's); `variables` by (step id, port)."""

    text: str
    lines: tuple[str, ...]
    variables: Mapping[tuple[str, str], str]


def script_text(plan: Plan, title: str = "", *, notes: tuple[str, ...] = ()) -> ScriptText:
    """The whole plan as a script for plain `vspipe`: every sink is an output, in the order of `plan.sinks`."""
    blocks, prelude, _ = _blocks(plan, None, Recall())
    lines: list[str] = []
    owners: list[str] = []

    def add(text: str, owner: str = "") -> None:
        lines.append(text)
        owners.append(owner)

    if title:
        add(comment(title))
    for note in notes:
        add(comment(note))
    for text in prelude:
        add(text)
    variables: dict[tuple[str, str], str] = {}
    for block in blocks:
        step = block.step
        add("")
        add(comment(step.remark), step.node)
        for text in block.written.lines:
            add(text, step.node)
        variables |= {(step.id, port): name for port, name in block.written.variables.items()}
    ends = [variables[sink.step, sink.port] for sink in plan.sinks]
    if not ends and blocks:
        ends = [next(iter(blocks[-1].written.variables.values()))]
    add("")
    for number, name in enumerate(ends):
        add(f"{name}.set_output({number if len(ends) > 1 else ''})")
    return ScriptText("\n".join(lines) + "\n", tuple(owners), variables)


def step_codes(plan: Plan, local: Mapping[str, str], recall: Recall | None = None) -> tuple[str, tuple[StepCode, ...]]:
    """The prelude and the steps as the worker takes them. `local` gives this machine's values (index files).

    Lines count in `script_text` without a title. `recall` knows what was written for earlier versions. A step that
    cannot be written becomes code that says so when the worker runs it.
    """
    recall = Recall() if recall is None else recall
    blocks, prelude, shown = _blocks(plan, recall.same("local", local), recall)
    codes: list[StepCode] = []
    line = shown + 1
    for block in blocks:
        line += 2  # the empty line and the remark
        code = recall(("code", block.step.id), (block,), partial(_code, block, line, plan))
        if code.line != line:  # something above got longer or shorter
            recall.forget(("code", block.step.id))
            code = recall(("code", block.step.id), (block,), partial(_code, block, line, plan))
        codes.append(code)
        line += block.lines
    return "\n".join(prelude), tuple(codes)


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """A step as it is written, and how many lines that has in an exported script. `reads` are its variables."""

    step: Step
    written: Written
    lines: int
    reads: tuple[str, ...]


def _code(block: _Block, line: int, plan: Plan) -> StepCode:
    step, written = block.step, block.written
    places = zip(step.reads(), block.reads, strict=True)
    return StepCode(
        step.fingerprint,
        step.node,
        comment(step.remark).removeprefix("# "),
        "\n".join(written.lines),
        tuple(StepInput(name, plan.step(source).fingerprint, port) for (source, port), name in places),
        tuple(StepOutput(port, name) for port, name in written.variables.items()),
        line,
    )


def _blocks(plan: Plan, local: Mapping[str, str] | None, recall: Recall) -> tuple[list[_Block], list[str], int]:
    """Each step as it is written, the lines at the top that all of them need, and how many those are in an exported
    script. With `local` for the worker."""
    imports = frozenset[tuple[str, str]]().union(*[step.contents.imports for step in plan.steps])
    ours = frozenset[tuple[str, str]]().union(*[step.contents.ours for step in plan.steps])
    definitions: dict[str, str] = {}
    for step in plan.steps:
        if step.contents.definitions:
            definitions |= step.contents.definitions
    exported = definitions
    if local is None:
        imports -= ours
    elif ours:
        definitions = {name: text for name, text in definitions.items() if name not in {name for _, name in ours}}
    needed = recall.same("imports", imports)
    aliases = recall("aliases", (needed,), lambda: apart(needed))
    names = Names({*(name for _, name in needed), *definitions, *aliases.values()})
    blocks: list[_Block] = []
    variables: dict[tuple[str, str], str] = {}
    for step in plan.steps:
        base = names.free(step.name)
        used = [variables[place] for place in step.reads()]
        about = (step, base, aliases, local if step.contents.local else None, *used)
        fresh: list[Written] = []
        block_it = partial(_block, step, base, used, names, local, aliases, recall, fresh)
        block = recall(("block", step.id), about, block_it)
        if not fresh and not names.take_again(block.written.bound):
            recall.forget(("written", step.id))
            recall.forget(("block", step.id))
            block = recall(("block", step.id), about, block_it)
        for port, name in block.written.variables.items():
            variables[step.id, port] = name
        blocks.append(block)
    prelude = recall(
        "prelude", (aliases, recall.same("definitions", definitions)), lambda: _prelude(needed, aliases, definitions)
    )
    shown = len(_prelude(needed - ours, aliases, exported)) if ours else len(prelude)
    return blocks, prelude, shown


def _block(
    step: Step,
    base: str,
    used: Sequence[str],
    names: Names,
    local: Mapping[str, str] | None,
    aliases: Mapping[tuple[str, str], str],
    recall: Recall,
    fresh: list[Written],
) -> _Block:
    """Where only what is above the step has changed, its text is as it was: then `fresh` stays empty."""
    reads = dict(zip(step.reads(), used, strict=True))
    about = (step.outputs, base, aliases, local if step.contents.local else None, *used)
    write_it = partial(_written, step, base, reads, names, local, aliases, fresh)
    written, lines = recall(("written", step.id), about, write_it)
    return _Block(step, written, lines, tuple(used))


def _written(
    step: Step,
    base: str,
    reads: Mapping[tuple[str, str], str],
    names: Names,
    local: Mapping[str, str] | None,
    aliases: Mapping[tuple[str, str], str],
    fresh: list[Written],
) -> tuple[Written, int]:
    """The step's text and the number of its lines in an exported script; the text is put into `fresh` too."""
    imports = step.contents.imports
    count = None
    if local is None:
        done = write(base, step.outputs, reads, names=names, aliases=aliases, imports=imports)
    else:
        try:
            if step.contents.local:
                shown = write(base, step.outputs, reads, names=names.copy(), aliases=aliases, imports=imports)
                count = len(shown.lines)
            done = write(base, step.outputs, reads, names=names, local=local, aliases=aliases, imports=imports)
        except (ScriptError, RecursionError) as fault:
            why = "it is nested too deeply" if isinstance(fault, RecursionError) else str(fault)
            made = {port: names.take(base) for port in step.outputs}
            line = f"raise ValueError({quote(f'the node cannot be written as a script: {why}')})"
            done = Written((line,), made, imports, tuple((base, name) for name in made.values()))
    fresh.append(done)
    return done, len(done.lines) if count is None else count


def _prelude(
    needed: Iterable[tuple[str, str]], aliases: Mapping[tuple[str, str], str], definitions: Mapping[str, str]
) -> list[str]:
    modules: dict[str, set[str]] = {}
    for module, name in needed:
        alias = aliases.get((module, name))
        modules.setdefault(module, set()).add(f"{name} as {alias}" if alias else name)
    prelude = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(modules.items())]
    prelude = ["import vapoursynth as vs", "from vapoursynth import core", *prelude]
    for definition in definitions.values():
        prelude += ["", "", *definition.split("\n")]
    return prelude
