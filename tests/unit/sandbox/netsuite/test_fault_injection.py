from __future__ import annotations

from consumer.sandbox.netsuite.fault_injection import AnyFault, Fault, Faults, PlatformError, ThrownError


def queue(*faults: AnyFault) -> Faults:
    queued = Faults()
    for fault in faults:
        queued.add(fault)
    return queued


def test_oldest_fitting_fault_is_taken_first():
    """
    Faults that do not fit keep their place.
    """
    faults = queue(Fault(kind="500", match="b"), Fault(kind="502"), Fault(kind="503"))

    taken = [faults.take("a"), faults.take("b"), faults.take("c")]

    assert [fault.kind for fault in taken if fault] == ["502", "500", "503"]
    assert faults.take("d") is None


def test_fault_strikes_as_often_as_it_says():
    """
    Each call uses up one time.
    """
    faults = queue(Fault(kind="500", times=2))

    assert faults.take("a") is not None
    assert [fault.times for fault in faults.pending()] == [1]
    assert faults.take("a") is not None
    assert faults.take("a") is None


def test_clearing_forgets_all():
    """
    The response has the number of faults that were left.
    """
    faults = queue(Fault(kind="500", times=3), Fault(kind="slow", delay_s=1))

    assert faults.clear() == 2
    assert faults.take("a") is None


def test_errors_of_a_record_and_of_a_call_wait_for_their_own():
    """
    A call uses up no error that a record waits for, nor the reverse.
    """
    thrown = ThrownError(kind="error", at="save", type="invoice", name="USER_ERROR")
    faults = queue(thrown, PlatformError(kind="platform"))

    assert faults.thrown_at("load", "invoice") is None
    assert faults.thrown_at("save", "customer") is None
    assert faults.take("a") == PlatformError(kind="platform")
    assert faults.thrown_at("save", "invoice", {"memo": "a"}) == thrown
    assert faults.pending() == []


def test_error_strikes_the_record_that_contains_its_text():
    """
    Without a type any record will do, as long as one of its fields has the text.
    """
    faults = queue(ThrownError(kind="error", at="save", name="USER_ERROR", match="Größe", times=2))

    assert faults.thrown_at("save", "customer", {"memo": "b"}) is None
    assert faults.thrown_at("save", "customer", {"memo": "Größe 1"}) is not None
    assert [fault.times for fault in faults.pending()] == [1]
