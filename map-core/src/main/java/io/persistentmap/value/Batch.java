package io.persistentmap.value;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Some entries that one thread visits, one after the other; others go on if it is held up. */
final class Batch {
  private final List<Task> tasks;
  private final AtomicInteger next = new AtomicInteger();

  Batch(List<Task> tasks) {
    this.tasks = tasks;
  }

  /** Returns the next one, or null. */
  @Nullable Task next() {
    int number = next.getAndIncrement();
    return number < tasks.size() ? tasks.get(number) : null;
  }
}
