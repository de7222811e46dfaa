"""Hosts in memory that were asked: facts by what a machine would answer."""

import json

from llmhost.facts.base import AnyFact
from llmhost.facts.gather import Facts
from llmhost.spec.deployment import Deployment
from llmhost.spec.record import to_record
from llmhost.transport.base import Answer
from tests.workflows.machine import Entry, Machine


def answered(machine: Machine, *facts: AnyFact) -> Facts:
    """What that machine answers to these questions."""
    answers = {}
    for fact in facts:
        status, text = machine.ask(fact.question)
        answers[fact] = Answer(status, text, "")
    return Facts(answers)


def record(machine: Machine, there: Deployment, text: str = "") -> None:
    """Lets a machine carry a deployment, as far as its record says so."""
    path = f"{there.directory}/deployment.json"
    machine.files[path] = Entry(text or json.dumps(to_record(there)))
