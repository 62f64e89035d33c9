{# Which branch this is about: the argument, then the environment; Jinja cannot ask git. Twin of core/branch.py. #}
{% macro _branch(operation, branch, protected=[]) %}
    {% set found = dbt_ghost._named_branch(operation, branch) %}
    {% if not found.name %}
        {% do dbt_ghost._refuse(
            operation, 'no branch: `branch` is needed, and no variable names one',
            'pass --args \'{branch: name}\', or set GHOST_BRANCH'
        ) %}
    {% endif %}
    {% if modules.re.search('[\\x00-\\x1f\\x7f-\\x9f]', found.name) %}
        {% do dbt_ghost._refuse(
            operation, 'the branch name ' ~ tojson(found.name) ~ ' has control characters', 'rename the branch'
        ) %}
    {% endif %}
    {# A ghost that a branch had before it was protected may still be looked at and dropped. #}
    {% set may_be_any = operation in ['ghost_status', 'ghost_drop'] %}
    {% if not may_be_any and found.name | lower in (['main', 'master'] + protected | list) | map('lower') | list %}
        {% do dbt_ghost._refuse(
            operation, found.name ~ ' (' ~ found.source ~ ') is a protected branch: it never gets a ghost',
            'switch to the branch you work on; if this is it, pass --args \'{branch: name}\', or set GHOST_BRANCH'
        ) %}
    {% endif %}
    {{ return(found.name) }}
{% endmacro %}


{# {name, source}; an empty name where nothing names a branch. #}
{% macro _named_branch(operation, branch) %}
    {% if branch is not none and branch is not string %}
        {% do dbt_ghost._refuse(
            operation, 'branch must be text, not ' ~ branch, 'put it in quotes: {branch: "' ~ branch ~ '"}'
        ) %}
    {% endif %}
    {% set own = [('branch', branch or '')] %}
    {% for name in dbt_ghost._branch_variables()[:2] %}
        {% do own.append((name, env_var(name, ''))) %}
    {% endfor %}
    {% for source, value in own if value.strip() %}
        {% set name = dbt_ghost._short_branch(value) %}
        {% if not name %}
            {% do dbt_ghost._refuse(
                operation, value.strip() ~ ' (' ~ source ~ ') is a tag, a merge ref or a detached HEAD, not a branch',
                'pass --args \'{branch: name}\', or set GHOST_BRANCH'
            ) %}
        {% endif %}
        {{ return({'name': name, 'source': source}) }}
    {% endfor %}
    {% for variable in dbt_ghost._branch_variables()[2:] %}
        {% set name = dbt_ghost._short_branch(env_var(variable, '')) %}
        {% if name and not dbt_ghost._holds_tag(variable) %}
            {{ return({'name': name, 'source': variable}) }}
        {% endif %}
    {% endfor %}
    {{ return({'name': '', 'source': ''}) }}
{% endmacro %}


{# In order: our own two, GitHub, GitLab, Bitbucket, Buildkite, CircleCI, Jenkins, Azure, dbt Cloud. #}
{% macro _branch_variables() %}
    {{ return([
        'GHOST_BRANCH', 'DBT_GHOST_BRANCH', 'GITHUB_HEAD_REF', 'GITHUB_REF_NAME', 'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME',
        'CI_COMMIT_REF_NAME', 'BITBUCKET_BRANCH', 'BUILDKITE_BRANCH', 'CIRCLE_BRANCH', 'CHANGE_BRANCH', 'BRANCH_NAME',
        'SYSTEM_PULLREQUEST_SOURCEBRANCH', 'BUILD_SOURCEBRANCH', 'DBT_CLOUD_GIT_BRANCH'
    ]) }}
{% endmacro %}


{# `refs/heads/x` and `x` are `x`; a tag, a pull request merged for the test, or a detached HEAD is empty. #}
{% macro _short_branch(ref) %}
    {% set ref = ref.strip() %}
    {% set no_branch = modules.re.fullmatch('refs/(?!heads/).*|[0-9]+/(merge|head)|HEAD', ref) %}
    {{ return('' if no_branch else ref.removeprefix('refs/heads/')) }}
{% endmacro %}


{# Variables that hold a tag's name in a tag's build, which another one tells by its value, or by having any. #}
{% macro _tag_variables() %}
    {{ return({
        'GITHUB_REF_NAME': ['GITHUB_REF_TYPE', 'tag'],
        'CI_COMMIT_REF_NAME': ['CI_COMMIT_TAG', ''],
        'BUILDKITE_BRANCH': ['BUILDKITE_TAG', ''],
        'BRANCH_NAME': ['TAG_NAME', '']
    }) }}
{% endmacro %}

{% macro _holds_tag(variable) %}
    {% set marker, value = dbt_ghost._tag_variables().get(variable, ['', '']) %}
    {% set found = env_var(marker, '') if marker else '' %}
    {{ return(found == value if value else found != '') }}
{% endmacro %}
