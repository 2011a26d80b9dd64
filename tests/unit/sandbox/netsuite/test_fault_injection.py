from __future__ import annotations

from consumer.sandbox.netsuite.fault_injection import Fault, Faults


def queue(*faults: Fault) -> Faults:
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
    The number of faults that were left is told.
    """
    faults = queue(Fault(kind="500", times=3), Fault(kind="slow", delay_s=1))

    assert faults.clear() == 2
    assert faults.take("a") is None
