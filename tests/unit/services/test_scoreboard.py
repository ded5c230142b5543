"""All versions of a model side by side."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.enums import Target
from erpai_desktop.services import compilations
from erpai_desktop.services.scoreboard import find_version, scoreboard
from tests.evaluated import add_evaluated, add_provider, record, records
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

TODAY = date(2026, 11, 4)


@ON_BOTH_DATABASES
def test_each_version_with_score_cost_and_days_left(company: Company) -> None:
    database = company.database
    first = add_evaluated(database, company.sales, records("." * 3 + "x"))
    provider = add_provider(database, shutdown="2027-01-14")
    billed = [dataclasses.replace(one, money_micros=410, elapsed_ms=820.0) for one in records("....")]
    billed[3] = dataclasses.replace(billed[3], expects_refusal=True, refused=True)
    add_evaluated(
        database,
        company.sales,
        billed,
        target=Target.GROUNDED,
        provider_id=provider,
        base_model="gpt-5",
        judge="judge-1",
        currency="EUR",
    )
    database.write(compilations.activate, compilation_id=first)
    newest, oldest = database.read(scoreboard, model_id=company.sales, today=TODAY)
    assert (newest.name, newest.is_active, newest.share, newest.judge) == ("v2", False, 1.0, "judge-1")
    assert (newest.answered_right, newest.refused_right) == (3, 1)
    assert (newest.median_ms, newest.cost_micros, newest.currency) == (820.0, 410_000, "EUR")
    assert (newest.base_model, newest.provider_name, newest.days_left) == ("gpt-5", "OpenAI Main", 71)
    assert newest.shutdown == date(2027, 1, 14)
    assert (oldest.name, oldest.is_active, oldest.share) == ("v1", True, 0.75)
    assert (oldest.cost_micros, oldest.days_left) == (0, None)
    assert oldest.interval is not None and oldest.interval.low < 0.75 < oldest.interval.high


def test_what_an_older_program_stored_or_nobody_measured_is_not_invented(company: Company) -> None:
    database = company.database
    add_evaluated(database, company.sales, [])
    add_evaluated(
        database, company.marketing, [], target=Target.GROUNDED, values={"evaluation_summary": '{"right":3,"total":4}'}
    )
    (version,) = database.read(scoreboard, model_id=company.sales)
    assert (version.share, version.interval, version.cost_micros, version.median_ms) == (None, None, None, None)
    (version,) = database.read(scoreboard, model_id=company.marketing)
    assert (version.share, version.answered_right, version.refused_right, version.cost_micros) == (
        0.75,
        None,
        None,
        None,
    )
    assert database.read(scoreboard, model_id=company.social) == ()


def test_a_version_is_found_by_what_people_call_it(company: Company) -> None:
    database = company.database
    with pytest.raises(NotFoundError, match="No version is active"):
        database.read(find_version, model_id=company.sales, name="active")
    first = add_evaluated(database, company.sales, [record(1)])
    second = add_evaluated(database, company.sales, [record(1)])
    for name in ("v1", "1", " V1 "):
        assert database.read(find_version, model_id=company.sales, name=name) == first
    assert database.read(find_version, model_id=company.sales, name="active") == second
    for name in ("v3", "", "v", "newest", "-1", "9" * 40, "٣"):
        with pytest.raises(NotFoundError, match="There is no version"):
            database.read(find_version, model_id=company.sales, name=name)


@pytest.mark.parametrize("announced", ["base-1", "ft:base-1:us:erpai:1"])
def test_a_trained_model_ends_by_itself_or_with_the_one_it_was_made_from(company: Company, announced: str) -> None:
    provider = add_provider(company.database, base_model=announced, shutdown="2026-11-10")
    add_evaluated(
        company.database,
        company.sales,
        [record(1)],
        target=Target.FINE_TUNE,
        provider_id=provider,
        base_model="base-1",
        compiled_model_name="ft:base-1:us:erpai:1",
    )
    (version,) = company.database.read(scoreboard, model_id=company.sales, today=TODAY)
    assert version.days_left == 6
