"""Two import contracts that import-linter lacks. Both judge direct imports."""

from collections.abc import Iterable

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class Shown(Contract):
    """A contract whose broken imports are shown as lines."""

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["illegal"]:
            output.print_error(line, bold=False)


class Only(Shown):
    """`source` may import, of ours, what lies in `allowed` and nothing else."""

    type_name = "only"

    source = fields.StringField()
    allowed = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        source = str(self.source)
        if source not in graph.modules:
            raise ValueError(f"{source} does not exist: its contract would guard nothing")
        doors = [source, *map(str, self.allowed)]  # type: ignore[call-overload]
        ours = {module.split(".")[0] for module in graph.modules if not graph.is_module_squashed(module)}
        return judge(
            f"{importer} → {imported}"
            for importer in {source, *graph.find_descendants(source)}
            for imported in graph.find_modules_directly_imported_by(importer)
            if imported.split(".")[0] in ours and not any(within(imported, door) for door in doors)
        )


class Alone(Shown):
    """`modules` are imported within `owner` alone. Unlike a protected contract's, they need not exist yet."""

    type_name = "alone"

    owner = fields.StringField()
    modules = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        return judge(
            f"{importer} → {module}"
            for module in map(str, self.modules)  # type: ignore[call-overload]
            if module in graph.modules
            for inside in {module, *(() if graph.is_module_squashed(module) else graph.find_descendants(module))}
            for importer in graph.find_modules_that_directly_import(inside)
            if not within(importer, str(self.owner)) and not within(importer, module)
        )


def judge(illegal: Iterable[str]) -> ContractCheck:
    found = sorted(illegal)
    return ContractCheck(kept=not found, metadata={"illegal": found})


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")
