package io.persistentmap.value;

/** A task that waits for a monitor, or another lock: of its value, or of a part of that. */
final class Parked {
  final Task task;
  final Object value;

  /** What is waited for: the value, or a part of it. */
  final Object monitor;

  /** Who is waiting for it. */
  final Visitor visitor;

  final long since;

  /** Whether the thread that makes the checkpoint, which has the part, has tried in vain. */
  boolean triedByMaker;

  Parked(Task task, Object value, Object monitor, Visitor visitor, long since) {
    this.task = task;
    this.value = value;
    this.monitor = monitor;
    this.visitor = visitor;
    this.since = since;
  }

  boolean isOfPart() {
    return monitor != value;
  }
}
