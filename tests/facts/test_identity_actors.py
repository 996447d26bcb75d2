"""Bots and agents are told apart, and people whose names resemble them stay people."""

from __future__ import annotations

import pytest

from groundplan.facts.identities.actors import classify
from groundplan.terms.people import ActorKind

HUMANS = [
    ("Ann Abbott", "ann.abbott@example.com"),
    ("Abbot", "abbot@example.com"),
    ("Ben Talbot", "talbot@example.com"),
    ("talbot", "12345+talbot@users.noreply.github.com"),
    ("Marc Cabot", "cabot@example.com"),
    ("Ann Bot", "ann.bot@example.com"),
    ("Ann Bot", "abot@example.com"),
    ("Anton Example", "robotboy@example.org"),
    ("Ann Botha", "ann@example.com"),
    ("Claude", "claude@personal.example"),
    ("Claude Example", "claude.example@example.com"),
    ("Claude Example", "98+claudeex@users.noreply.github.com"),
    ("Jules", "jules@personal.example"),
    ("Jules Example", "jules@example.com"),
    ("Devin Example", "devin@example.com"),
    ("devin", "devin@example.org"),
    ("Gemini Example", "gemini@example.com"),
    ("Ai Example", "ai.example@example.com"),
    ("Example Ai", "ai.ex@example.com"),
    ("Ann Example (aider)", "ann@example.com"),
    ("Travis Example", "travis@example.com"),
    ("Ann Jenkins", "jenkins.ann@example.com"),
    ("Ann Example", "noreply@github.com"),
    ("Ann Example", "ann@botworks.example"),
    ("Ann Robotham", "ann@example.com"),
    ("", ""),
]
BOTS = [
    ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
    ("Dependabot", "support@dependabot.com"),
    ("Renovate Bot", "bot@renovateapp.com"),
    ("GitHub", "noreply@github.com"),
    ("github-actions", "41898282+github-actions[bot]@users.noreply.github.com"),
    ("GitHub Actions", "actions@github.com"),
    ("pre-commit-ci[bot]", "66853113+pre-commit-ci[bot]@users.noreply.github.com"),
    ("k8s-ci-robot", "k8s-ci-robot@users.noreply.github.com"),
    ("Kubernetes Prow Robot", "k8s.ci.robot@example.com"),
    ("codecov", "codecov@example.com"),
    ("greenkeeper[bot]", "greenkeeper[bot]@users.noreply.github.com"),
    ("example-bot", "ann@example.com"),
    ("Example Bot", "bot@example.com"),
    ("examplebot", "examplebot@users.noreply.github.com"),
    ("Example CI", "builds@example.com"),
    ("sw-jenkins", "sw@example.com"),
    ("Ann Example (bot)", "1+ann-bot@users.noreply.github.com"),
]
AGENTS = [
    ("Claude", "noreply@anthropic.com"),
    ("Claude Opus 4.5", "somebody@example.com"),
    ("Claude Code", "ann@example.com"),
    ("Copilot", "198982749+Copilot@users.noreply.github.com"),
    ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com"),
    ("GitHub Copilot", "copilot@github.com"),
    ("Cursor Agent", "cursoragent@cursor.com"),
    ("devin-ai-integration[bot]", "158243242+devin-ai-integration[bot]@users.noreply.github.com"),
    ("google-labs-jules[bot]", "161369871+google-labs-jules[bot]@users.noreply.github.com"),
    ("openhands", "openhands@all-hands.dev"),
    ("aider (gpt-4o)", "noreply@aider.chat"),
    ("OpenAI Codex", "noreply@openai.com"),
    ("Gemini CLI", "gemini-cli@example.com"),
    ("Example Agent", "agent@example.com"),
]


@pytest.mark.parametrize(("name", "email"), HUMANS)
def test_a_person_stays_a_person(name: str, email: str) -> None:
    assert classify(name, email).kind is ActorKind.HUMAN


@pytest.mark.parametrize(("name", "email"), BOTS)
def test_a_bot_is_told_with_its_reason(name: str, email: str) -> None:
    actor = classify(name, email)
    assert actor.kind is ActorKind.BOT, actor
    assert actor.reason != classify("Ann Example", "ann@example.com").reason


@pytest.mark.parametrize(("name", "email"), AGENTS)
def test_an_agent_is_told_with_its_name(name: str, email: str) -> None:
    actor = classify(name, email)
    assert actor.kind is ActorKind.AGENT, actor
    assert actor.service
