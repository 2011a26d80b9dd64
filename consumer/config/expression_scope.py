"""The variables of expressions for one event, and the budget that their evaluations share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from consumer.config import cel_interpreter, expression_cost, expression_plan
from consumer.config.expression_plan import Chain, InterpreterPlan, Members, Step
from consumer.config.value_extent import Extent

if TYPE_CHECKING:
    import cel


class EvaluationError(ValueError):
    """The expression does not fit this event, or its value is of a type that a field cannot have."""


class Scope:
    """
    The variables of expressions for one event; converted for the interpreter once, at the first use.

    Members have their names in Lago's JSON; a number with decimals is a double.
    """

    def __init__(self, **values: Mapping[str, Any] | None) -> None:
        """Make a scope from values by variable name: ``event``, ``customer``."""
        self._values = values
        self._contexts: dict[tuple[tuple[str, Members], ...], cel.Context] = {}
        self._elements: cel.Context | None = None
        self._extent: Extent | None = None
        self._spent_visits = 0

    def evaluate(self, expr: str, fee: Mapping[str, Any] | None = None) -> object:
        """
        The value of the expression, with the variable ``fee`` for a line.

        Raises:
            EvaluationError: the expression does not fit the values, or exceeds the budget of this event.
        """
        plan = expression_plan.plan(expr)
        self._spend(plan, fee)
        raised: list[Exception] = []
        context = self._context(plan, fee, raised)
        try:
            return cel_interpreter.compiled(plan.source).execute(context)
        except cel_interpreter.FAILURES as error:
            # The interpreter replaces an exception of a function by one whose text contains its name.
            inner = [each for each in raised if "_list_" in str(error)]
            raise EvaluationError(_reason(inner[-1] if inner else error)) from error

    def _context(
        self, plan: InterpreterPlan, fee: Mapping[str, Any] | None, raised: list[Exception]
    ) -> cel.Context:
        context = self._contexts.get(plan.members)
        if context is None:
            known = {
                name: expression_plan.only(members, self._values[name])
                for name, members in plan.members
                if name in self._values
            }
            context = self._contexts[plan.members] = cel_interpreter.context(known)
        members = dict(plan.members)
        if fee is not None and "fee" in members:
            context.add_variable("fee", expression_plan.only(members["fee"], fee))
        for chain in plan.chains:
            context.add_function(chain.function, self._function(chain, fee, raised))
        return context

    def _function(self, chain: Chain, fee: Mapping[str, Any] | None, raised: list[Exception]) -> Any:
        def run() -> Sequence[Any]:
            try:
                values: Sequence[Any] = _elements(chain, self._values | ({} if fee is None else {"fee": fee}))
                for step in chain.steps:
                    values = self._carried_out(step, values)
            except cel_interpreter.FAILURES as error:
                raised.append(error)
                raise
            return values

        return run

    def _carried_out(self, step: Step, values: Sequence[Any]) -> Sequence[Any]:
        if self._elements is None:
            self._elements = cel_interpreter.context({})
        program, made = cel_interpreter.compiled(step.body), []
        for value in values:
            self._elements.add_variable(step.variable, expression_plan.only(step.members, value))
            found = program.execute(self._elements)
            if step.kind == "map":
                made.append(found)
            elif not isinstance(found, bool):
                raise TypeError(f"filter({step.variable}, …) asks for true or false")
            elif found:
                made.append(value)
        return made

    def _spend(self, plan: InterpreterPlan, fee: Mapping[str, Any] | None) -> None:
        """
        Subtract the maximum cost of an evaluation from the budget of this event.

        A cost proportional to the size of the event (`expression_cost.FREE_VISITS`) is not subtracted.
        """
        if self._extent is None:
            self._extent = Extent.of_values(self._values)
        extent = self._extent if fee is None else self._extent.with_values(fee=fee)
        visits = _visits(plan, extent)
        self._spent_visits += max(0, visits - expression_cost.FREE_VISITS * extent.total)
        if self._spent_visits > expression_cost.MAX_VISITS:
            raise EvaluationError(
                f"it could visit {visits:,} values of this event, beyond the budget of "
                f"{expression_cost.MAX_VISITS:,}; exists and all cost less than filter and map, "
                "and no body should look at event"
            )


def _visits(plan: InterpreterPlan, extent: Extent) -> int:
    nodes = {name: extent.nodes_of(name, members) for name, members in plan.members}
    visits = expression_cost.shape(plan.source).visits(replace(extent, nodes=nodes))
    for chain in plan.chains:
        items, held = extent.of(chain.path[-1]), extent.held_by(chain.path[-1])
        for step in chain.steps:
            of_body = expression_cost.shape(step.body).visits(extent)
            visits += items * (1 + of_body) + (expression_cost.VISITS_OF_A_LOOK + 1) * held
    return visits


def _elements(chain: Chain, values: Mapping[str, Any]) -> Sequence[Any]:
    found: Any = values[chain.root]
    for name in chain.path:
        if not isinstance(found, Mapping):
            raise TypeError(f"what should have {name} is no object")
        found = found[name]
    if not isinstance(found, list | tuple | Mapping):
        raise TypeError(f"{'.'.join((chain.root, *chain.path))} is no list")
    return list(found)


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    return str(error).split(". ", 1)[0].rstrip(".")
