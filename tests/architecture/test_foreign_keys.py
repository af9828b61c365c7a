"""A foreign key is an import: it points down the same layers."""

import tomllib

from sqlmodel import SQLModel

from portal import models
from tests.architecture.tracked import ROOT


def layers() -> dict[str, int]:
    """Each package's line in the import contract, counted from the top."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {
        name.strip(" ()"): number for number, line in enumerate(lines) for name in line.split("|")
    }


def packages_of_tables() -> dict[str, str]:
    classes = [mapper.class_ for mapper in SQLModel._sa_registry.mappers]
    return {each.__tablename__: each.__module__.split(".")[1] for each in classes}


def test_every_foreign_key_points_to_a_lower_layer_or_stays_in_its_slice() -> None:
    package_of, layer_of = packages_of_tables(), layers()
    wrong = [
        f"{table.name}.{key.parent.name} -> {key.column.table.name}"
        for table in models.metadata.tables.values()
        for key in table.foreign_keys
        if not _is_down(package_of[table.name], package_of[key.column.table.name], layer_of)
    ]
    assert wrong == []


def _is_down(owner: str, target: str, layer_of: dict[str, int]) -> bool:
    return owner == target or layer_of[target] > layer_of[owner]


def test_every_table_is_migrated_only_through_models() -> None:
    assert set(packages_of_tables()) == set(models.metadata.tables)
