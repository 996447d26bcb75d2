"""What stands behind an account: a human, a bot or an AI agent, each with the reason kept.

A wrong "bot" erases somebody's work, so a name alone makes a bot only where no person carries it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from groundplan.facts.identities.naming import Address, read_address
from groundplan.terms.people import ActorKind

AGENT_ADDRESSES = {
    "noreply@anthropic.com": "Claude",
    "claude@anthropic.com": "Claude",
    "cursoragent@cursor.com": "Cursor",
    "agent@cursor.com": "Cursor",
    "noreply@cursor.com": "Cursor",
    "openhands@all-hands.dev": "OpenHands",
    "noreply@aider.chat": "aider",
    "aider@aider.chat": "aider",
    "codex@openai.com": "Codex",
    "noreply@openai.com": "Codex",
    "chatgpt@openai.com": "ChatGPT",
    "copilot@github.com": "Copilot",
    "noreply@github-copilot.com": "Copilot",
    "gemini-cli@google.com": "Gemini",
    "gemini@google.com": "Gemini",
    "gemini-code-assist@google.com": "Gemini",
    "jules@google.com": "Jules",
    "noreply@jules.google": "Jules",
    "devin@cognition.ai": "Devin",
    "noreply@cognition.ai": "Devin",
    "amp@ampcode.com": "Amp",
    "crush@charm.land": "Crush",
    "noreply@opencode.ai": "opencode",
    "opencode@sst.dev": "opencode",
    "noreply@windsurf.com": "Windsurf",
    "qwen-coder@alibabacloud.com": "Qwen Code",
    "kiro@amazon.com": "Kiro",
}
# logins on forges; a [bot] suffix is taken off first
AGENT_LOGINS = {
    "copilot": "Copilot",
    "copilot-swe-agent": "Copilot",
    "copilot-pull-request-reviewer": "Copilot",
    "github-copilot": "Copilot",
    "cursoragent": "Cursor",
    "cursor-agent": "Cursor",
    "cursor": "Cursor",
    "devin-ai-integration": "Devin",
    "google-labs-jules": "Jules",
    "openhands-agent": "OpenHands",
    "openhands-ai": "OpenHands",
    "claude": "Claude",
    "claude-ai": "Claude",
    "anthropic-code-agent": "Claude",
    "chatgpt-codex-connector": "Codex",
    "openai-codex": "Codex",
    "openai-code-agent": "Codex",
    "gemini-code-assist": "Gemini",
    "gemini-cli": "Gemini",
    "sweep-ai": "Sweep",
    "codegen-sh": "Codegen",
    "amazon-q-developer": "Amazon Q",
    "coderabbitai": "CodeRabbit",
    "ellipsis-dev": "Ellipsis",
    "factory-droid": "Factory",
    "roomote": "Roo Code",
    "qodo-merge-pro": "Qodo",
    "windsurf-bot": "Windsurf",
}
# names that no person carries; "Claude", "Devin" and "Jules" alone are people's names
_AGENT_NAMES = tuple(
    (brand, re.compile(f"^(?:{pattern})$", re.IGNORECASE))
    for brand, pattern in (
        ("Claude", r"claude[ -]?(?:code\b|opus|sonnet|haiku|fable|mythos|ai\b|agent|\(|v?\d).*"),
        ("Claude", r"anthropic[ -]claude\b.*"),
        (
            "Copilot",
            r"(?:(?:github|microsoft)[ -])?copilot(?:[ -](?:swe|autofix|agent|app|cli).*)?",
        ),
        ("Cursor", r"cursor[ -]?(?:agent|ai|grok|bot|composer).*"),
        (
            "Codex",
            r"openai[ -](?:codex|gpt).*|codex[ -](?:cli|agent|gpt|ai).*|(?:chat)?gpt[ -]?\d.*",
        ),
        ("ChatGPT", r"chatgpt"),
        ("Gemini", r"(?:google )?gemini[ -](?:cli|code|agent|pro|flash|ai|\d).*"),
        ("Jules", r"google[ -](?:labs[ -])?jules\b.*|jules[ -](?:agent|bot|ai)\b.*"),
        ("Devin", r"devin[ -]ai\b.*"),
        ("OpenHands", r"openhands\b.*"),
        ("aider", r"aider(?: \(.*\))?"),
        ("Amazon Q", r"amazon q\b.*"),
        ("CodeRabbit", r"coderabbit(?:ai)?"),
        ("Kiro", r"kiro \(ai\)|kiro[ -](?:agent|ai|cli)"),
        ("TRAE", r"trae[ -](?:cli|agent|ai)"),
        ("Qwen Code", r"qwen[ -]?cod(?:er|e).*"),
        ("Roo Code", r"roo[ -]code"),
        ("AI agent", r"ai (?:agent|assistant|builder|bot)|ai \(.*\)|.*\(ai agent\)"),
    )
)
# what any of the names above, and any program's name, contains: most names stop here
_AGENT_HINT = re.compile(
    r"claude|copilot|cursor|codex|gpt|gemini|jules|devin|openhands|aider|amazon|rabbit|kiro|trae"
    r"|qwen|roo|ai|agent|cli|deepseek|grok|kimi|glm|llama"
)
_AGENT_WORDS = frozenset("ai agent cli codex claude copilot gemini devin jules".split())
_AGENT_LOCALS = frozenset("agent ai noreply no-reply bot".split())
_MODEL = re.compile(
    r"\b(?:claude|gpt|deepseek|qwen|grok|kimi|glm|gemini|llama)[ -]?\w*[ .-]?\d", re.I
)
BOT_NAMES = frozenset(
    """dependabot dependabot-preview renovate renovatebot greenkeeper greenkeeperio pre-commit-ci
    github-actions codecov codecov-io codecov-commenter allcontributors imgbot imgbotapp mergify
    restyled restyled-commits deepsource-autofix deepsourcebot snyk snyk-bot bors bors-ng homu
    k8s-ci-robot k8s-merge-robot travis-ci travis circleci appveyor jenkins jenkinsci buildbot
    buildkite weblate transifex crowdin crowdin-bot pyup-bot pyup azure-pipelines gitlab-ci
    rust-highfive rustbot zuul gerrit syzbot coverity copybara copybara-service web-flow
    semantic-release semantic-release-bot release-please whitesource-bolt mend-bolt sourcery-ai
    lgtm-com gitter-badger the-gitter-badger badger codetriage-readme-bot stickler-ci
    vercel netlify sonarcloud codeclimate hosted-weblate openstack-proposal-bot
    google-oss-copybara tensorflower-gardener kernel-test-robot github-merge-button
    nightly-merge auto-merge autofix-ci autofix pull-bot changeset-bot cla-bot googlebot
    linux-build-service-account cvs2git cvs2svn svn2git git-svn github-merge-queue
    meeseeksdev meeseeksmachine lumberbot-app conda-forge-linter regro-cf-autotick-bot
    fossabot trunk-io graphite-app kodiakhq bulldozer prow openshift-ci-robot
    openshift-merge-robot openshift-cherrypick-robot huggingface-hub-bot hf-doc-builder""".split()
)
BOT_ADDRESSES = {
    "action@github.com": "GitHub Actions",
    "actions@github.com": "GitHub Actions",
    "github-actions@github.com": "GitHub Actions",
    "merge-button@github.com": "GitHub's merge button",
    "bot@renovateapp.com": "Renovate",
    "support@dependabot.com": "Dependabot",
    "lkp@intel.com": "the kernel test robot",
    "builds@travis-ci.org": "Travis CI",
    "badger@gitter.im": "Gitter's badger",
    "snyk-bot@snyk.io": "Snyk",
    "hosted@weblate.org": "Weblate",
    "noreply@weblate.org": "Weblate",
    "github-bot@pyup.io": "pyup",
    "bot@pyup.io": "pyup",
}
# family names, and words, that end like a bot's name
_HUMAN_BOT = frozenset(
    """abbot talbot cabot chabot lebot jacobot turbot sabot robot corbot herbot barbot lambot
    gombot thibot tribot gerbot garbot rabot bot tabot hobot ebot libot sybot ribot dubot joubot
    ducarbot rebot gobot jobot guibot galibot barbot bourbot babot imbot cambot""".split()
)
_BOT_TOKEN = re.compile(r"(?:^|[-_+./])(?:ro)?bot(?:[-_+./]|$|\d+$)|\[bot\]")
_MACHINE_TOKEN = re.compile(r"(?:^|[-_])(?:ci|jenkins|travis|cibot|autobuild)$")
_TASKS = frozenset(
    """bot bots robot ci noreply automation builds build jenkins travis actions action release test
    merge deploy auto sync pr cla docs doc lint stale version update backport""".split()
)


@dataclass(frozen=True, slots=True)
class Actor:
    """What stands behind an account, why it is thought so, and which service, if it is one."""

    kind: ActorKind
    reason: str
    service: str


HUMAN = Actor(ActorKind.HUMAN, "nothing says otherwise", "")


@lru_cache(maxsize=400_000)
def classify(name: str, email: str) -> Actor:
    """What stands behind an account.

    Names alone decide only where no person carries them; `Claude`, `Devin`, `Jules` or a family
    name such as Abbot stays human unless the address says otherwise.
    """
    address = read_address(email)
    said = " ".join(name.split())
    return (
        _agent(said, address) or _marked_bot(said, address) or _habitual_bot(said, address) or HUMAN
    )


def _agent(name: str, address: Address) -> Actor | None:
    if brand := AGENT_ADDRESSES.get(address.text):
        return Actor(ActorKind.AGENT, f"the address is that of the AI agent {brand}", brand)
    low = name.lower()
    marked = low.removesuffix("[bot]") if low.endswith("[bot]") else ""
    if brand := AGENT_LOGINS.get(_forge_login(address)) or AGENT_LOGINS.get(marked):
        return Actor(ActorKind.AGENT, f"the login is that of the AI agent {brand}", brand)
    if _AGENT_HINT.search(low) is None:
        return None
    for brand, pattern in _AGENT_NAMES:
        if pattern.match(name):
            return Actor(ActorKind.AGENT, f"no person carries the name {name!r}", brand)
    last = low.split()[-1:] or [""]
    if (last[0] in _AGENT_WORDS or _MODEL.search(name)) and address.local in _AGENT_LOCALS:
        return Actor(ActorKind.AGENT, f"the name {name!r} and its address are a program's", name)
    return None


def _marked_bot(name: str, address: Address) -> Actor | None:
    low = name.lower()
    handle = low.replace(" ", "-").replace("_", "-").removesuffix("[bot]")
    if "[bot]" in low or "[bot]" in address.text:
        return Actor(ActorKind.BOT, "a forge marks the account [bot]", handle)
    if service := BOT_ADDRESSES.get(address.text):
        return Actor(ActorKind.BOT, f"the address is that of {service}", handle)
    if name == "GitHub" and address.text == "noreply@github.com":
        return Actor(ActorKind.BOT, "GitHub's web interface commits on people's behalf", handle)
    if handle in BOT_NAMES:
        return Actor(ActorKind.BOT, f"{name!r} is a known service", handle)
    if (login := _forge_login(address)) in BOT_NAMES:
        return Actor(ActorKind.BOT, f"the login {login!r} is a known service", login)
    return None


def _habitual_bot(name: str, address: Address) -> Actor | None:
    low = name.lower()
    words = re.sub(r"\([^)]*\)", " ", low).split() or [""]
    last = words[-1]
    said = Actor(ActorKind.BOT, f"the name {name!r} calls itself a machine", low.replace(" ", "-"))
    if "(bot)" in low or _BOT_TOKEN.search(
        low if len(words) == 1 else "-" + last if "-" in last else ""
    ):
        return said
    if name.endswith(" CI") or (len(words) == 1 and _MACHINE_TOKEN.search(low)):
        return said
    if len(words) >= 2 and last in ("bot", "robot", "bots"):
        # "Bot" is also a family name: a name of two words needs an address that agrees
        person = address.local == words[0][0] + last
        return said if len(words) > 2 or (_is_task(address) and not person) else None
    if len(words) == 1 and last.endswith("bot") and len(last) >= 6 and last not in _HUMAN_BOT:
        agrees = _is_task(address) or last in (address.local, _forge_login(address))
        return said if agrees or last.removesuffix("bot") in _TASKS else None
    if address.local in ("bot", "bots", "robot") and len(words) < 2:
        return Actor(ActorKind.BOT, f"the address {address.local}@ is a machine's", low)
    return None


def _is_task(address: Address) -> bool:
    local = address.noreply.login if address.noreply else address.local
    parts = set(re.split(r"[-_+]", local))
    if parts & _TASKS or local.startswith(("noreply", "no-reply")):
        return True
    family_name = local.partition(".")[2] == "bot"  # first.last of somebody called Bot
    return not family_name and local.endswith("bot") and local not in _HUMAN_BOT


def _forge_login(address: Address) -> str:
    return address.noreply.login.removesuffix("[bot]") if address.noreply else ""
