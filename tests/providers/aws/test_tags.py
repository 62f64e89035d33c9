"""Any branch name fits into tags and comes back; other people's tags are left as they are."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dbt_ghost.core.resources import TAG_BRANCH, TAG_PROJECT, pairs
from dbt_ghost.providers.aws import tags


@given(st.text(max_size=400))
def test_any_branch_comes_back_and_is_a_valid_tag(branch: str) -> None:
    ours = pairs({TAG_BRANCH: branch, TAG_PROJECT: "flights"})
    written = tags.to_aws(ours)
    assert all(re.fullmatch(r"[A-Za-z0-9 +\-=._:/@]{0,256}", value) for value in written.values())
    assert tags.from_aws(written) == ours
    assert tags.from_list(tags.as_list(written)) == ours


def test_usual_branches_are_readable() -> None:
    assert tags.to_aws(((TAG_BRANCH, "fix/overnight-arrivals_2"),)) == {TAG_BRANCH: "fix/overnight-arrivals_2"}


def test_other_peoples_tags_are_left_as_they_are_and_awss_own_are_not_ours() -> None:
    theirs = (("cost.2", "a=3Db"), ("team", "é"))
    assert tags.to_aws(theirs) == dict(theirs)
    assert tags.from_aws(dict(theirs) | {"aws:cloudformation:stack-name": "x"}) == theirs
