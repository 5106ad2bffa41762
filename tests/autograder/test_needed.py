"""A case family stays only if a declared mistake fails on its cases and on no others."""

import dataclasses
from collections import Counter

import pytest

from autograder import verify
from autograder.exercise import Family, Mistake
from autograder.exercises import exercises_of
from autograder.needed import unneeded_families
from autograder.reference import find_reference, lesson_names


@pytest.fixture(scope="module")
def chain_jacobians(exercises):
    return exercises["chain_jacobians"]


def told(lesson, exercise, **changes):
    changed = dataclasses.replace(exercise, **changes)
    return list(unneeded_families(lesson.reference, [changed], 3))


@pytest.mark.parametrize("name", lesson_names())
def test_every_family_of_the_course_is_needed(name):
    assert list(unneeded_families(find_reference(name), exercises_of(name).values(), 10)) == []


def test_family_that_exposes_what_another_does_is_told(lesson, chain_jacobians):
    again = dataclasses.replace(chain_jacobians.families[0], name="the same again")
    sentence = (
        "chain_jacobians: the case family {!r} is not proven needed: no mistake fails on it "
        "alone. Declare one, or remove the family"
    )
    assert told(lesson, chain_jacobians, families=(*chain_jacobians.families, again)) == [
        sentence.format("three different sizes"),
        sentence.format("the same again"),
    ]


def test_family_is_needed_as_long_as_one_mistake_fails_on_it_alone(lesson, chain_jacobians):
    (proof,) = (one for one in chain_jacobians.mistakes if one.name == "order as the shapes allow")
    others = tuple(one for one in chain_jacobians.mistakes if one is not proof)
    assert told(lesson, chain_jacobians) == []
    (sentence,) = told(lesson, chain_jacobians, mistakes=others)
    assert "'one size for all' is not proven needed" in sentence


def test_mistake_that_passes_proves_nothing(lesson, chain_jacobians):
    harmless = Mistake("a comment", "dy_du @ du_dx", "dy_du @ du_dx  # fine", "no mistake at all")
    assert len(told(lesson, chain_jacobians, mistakes=(harmless,))) == 2


def test_mistake_that_others_catch_now_and_then_proves_nothing(lesson, exercises):
    counted = exercises["count_evaluations"]
    now_and_then = Family("three or four", lambda rng: {"n": int(rng.integers(3, 5))}, "a test")
    (guessed,) = (one for one in counted.mistakes if one.name == "guessed from small chains")
    families = (counted.families[0], now_and_then)
    assert len(told(lesson, counted, families=families, mistakes=(guessed,))) == 2


def test_only_family_of_an_exercise_is_needed(lesson, chain_jacobians):
    assert told(lesson, chain_jacobians, families=chain_jacobians.families[:1]) == []


def test_the_linter_fails_for_a_family_that_is_not_needed(monkeypatch, lesson, exercises):
    grads = exercises["parameter_grads"]
    mistakes = tuple(one for one in grads.mistakes if one.name != "squeezed")
    changed = exercises | {"parameter_grads": dataclasses.replace(grads, mistakes=mistakes)}
    monkeypatch.setattr(verify, "exercises_of", lambda name: changed)
    assert list(verify._problems(lesson, 1, Counter())) == [
        "parameter_grads: the case family 'a single link' is not proven needed: no mistake fails "
        "on it alone. Declare one, or remove the family"
    ]
