"""Hosts in memory that were asked: facts by what a machine would answer."""

from llmhost.facts.base import AnyFact
from llmhost.facts.gather import Facts
from llmhost.transport.base import Answer
from tests.workflows.machine import Machine


def answered(machine: Machine, *facts: AnyFact) -> Facts:
    """What that machine answers to these questions."""
    answers = {}
    for fact in facts:
        status, text = machine.ask(fact.question)
        answers[fact] = Answer(status, text, "")
    return Facts(answers)
