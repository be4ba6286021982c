"""Classifying requests and routing them, as applications import it."""

from holdfast.intent.classification import OUT_OF_SCOPE, Classification, Scored
from holdfast.intent.classify import Classifier, Thresholds
from holdfast.intent.combine import InTurn, Together
from holdfast.intent.examples import ByExamples, Embeddings
from holdfast.intent.front_door import front_door, routing_function
from holdfast.intent.parts import Part, parts_of
from holdfast.intent.route import Route, Routed, RoutedPart, Router
from holdfast.intent.rules import ByRules, Rule, load_rules
from holdfast.intent.small_model import ByModel, classifying_agent

__all__ = [
    "OUT_OF_SCOPE",
    "ByExamples",
    "ByModel",
    "ByRules",
    "Classification",
    "Classifier",
    "Embeddings",
    "InTurn",
    "Part",
    "Route",
    "Routed",
    "RoutedPart",
    "Router",
    "Rule",
    "Scored",
    "Thresholds",
    "Together",
    "classifying_agent",
    "front_door",
    "load_rules",
    "parts_of",
    "routing_function",
]
