"""What is written down can be read by its owner's row, and by nothing else."""

import pytest

from portal.sealing import CannotOpen, Vault

OLD = "an old encryption key of some length"
NEW = "a new encryption key of some length"
ROW = ("message", "row-1", "patient-1")


def test_what_was_sealed_can_be_opened_again() -> None:
    vault = Vault([NEW])
    assert vault.open(vault.seal("I feel sick. ¿Y tú?", *ROW), *ROW) == "I feel sick. ¿Y tú?"


def test_the_sealed_value_does_not_show_the_words() -> None:
    assert b"sick" not in Vault([NEW]).seal("I feel sick", *ROW)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    vault = Vault([NEW])
    sealed = vault.seal("mine", *ROW)
    with pytest.raises(CannotOpen):
        vault.open(sealed, "message", "row-2", "patient-1")


def test_a_new_first_key_still_opens_what_the_old_one_sealed() -> None:
    sealed = Vault([OLD]).seal("before", *ROW)
    assert Vault([NEW, OLD]).open(sealed, *ROW) == "before"


def test_without_the_key_nothing_opens_and_nothing_is_blank() -> None:
    sealed = Vault([OLD]).seal("before", *ROW)
    with pytest.raises(CannotOpen):
        Vault([NEW]).open(sealed, *ROW)


def test_an_altered_value_does_not_open() -> None:
    vault = Vault([NEW])
    sealed = bytearray(vault.seal("mine", *ROW))
    sealed[-1] ^= 1
    with pytest.raises(CannotOpen):
        vault.open(bytes(sealed), *ROW)
