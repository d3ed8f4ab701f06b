"""A plan as text: the `.vpy` a person could have written, and the same steps for the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.emit import apart, comment, defined, identifier, imported, write
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
    blocks, prelude = _blocks(plan, None)
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
    for step, remark, code, names in blocks:
        add("")
        add(remark, step.node)
        for text in code:
            add(text, step.node)
        variables |= {(step.id, port): name for port, name in names.items()}
    ends = [variables[sink.step, sink.port] for sink in plan.sinks]
    if not ends and blocks:
        step, _, _, names = blocks[-1]
        ends = [next(iter(names.values()))]
    add("")
    for number, name in enumerate(ends):
        add(f"{name}.set_output({number if len(ends) > 1 else ''})")
    return ScriptText("\n".join(lines) + "\n", tuple(owners), variables)


def step_codes(plan: Plan, local: Mapping[str, str]) -> tuple[str, tuple[StepCode, ...]]:
    """The prelude and the steps as the worker takes them. `local` gives this machine's values (index files).

    Lines count in `script_text` without a title.
    """
    blocks, prelude = _blocks(plan, local)
    shown, _ = _blocks(plan, None)
    codes: list[StepCode] = []
    names: dict[tuple[str, str], str] = {}
    line = len(prelude) + 1
    for (step, remark, code, made), (_, _, text, _) in zip(blocks, shown, strict=True):
        inputs = tuple(StepInput(names[place], plan.step(place[0]).fingerprint, place[1]) for place in step.reads())
        outputs = tuple(StepOutput(port, name) for port, name in made.items())
        line += 2  # the empty line and the remark
        codes.append(
            StepCode(step.fingerprint, step.node, remark.removeprefix("# "), "\n".join(code), inputs, outputs, line)
        )
        line += len(text)
        names |= {(step.id, port): name for port, name in made.items()}
    return "\n".join(prelude), tuple(codes)


type _Block = tuple[Step, str, tuple[str, ...], Mapping[str, str]]


def _blocks(plan: Plan, local: Mapping[str, str] | None) -> tuple[list[_Block], list[str]]:
    """Each step's remark, lines and variables; and the import lines all of them need."""
    modules: dict[str, set[str]] = {}
    blocks: list[_Block] = []
    variables: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    definitions: dict[str, str] = {}
    for step in plan.steps:
        taken |= {name for _, name in imported(step.outputs.values())}
        definitions |= defined(step.outputs.values())
    aliases = apart(pair for step in plan.steps for pair in imported(step.outputs.values()))
    taken |= {*definitions, *aliases.values()}
    for step in plan.steps:
        reads = {place: variables[place] for place in step.reads()}
        base = identifier(step.name, taken)
        done = write(base, step.outputs, reads, taken=taken, local=local, aliases=aliases)
        taken |= set(done.variables.values()) | {line.split(" = ", 1)[0] for line in done.lines if " = " in line}
        variables |= {(step.id, port): name for port, name in done.variables.items()}
        blocks.append((step, comment(step.remark), done.lines, done.variables))
        for module, name in done.imports:
            alias = aliases.get((module, name))
            modules.setdefault(module, set()).add(f"{name} as {alias}" if alias else name)
    prelude = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(modules.items())]
    prelude = ["import vapoursynth as vs", "from vapoursynth import core", *prelude]
    for definition in definitions.values():
        prelude += ["", "", *definition.split("\n")]
    return blocks, prelude
