package io.persistentmap.inspect;

import java.util.ArrayList;
import java.util.List;

/** Damage as it is found: all of it counted, and as much of it kept as anybody will read. */
final class DamageList {
  private static final int KEPT = 10_000;

  private final List<Damage> kept = new ArrayList<>();
  private long count;
  private long recordsBelow;

  void add(Damage damage) {
    count++;
    if (kept.size() < KEPT) {
      kept.add(damage);
    }
    recordsBelow = Math.max(recordsBelow, damage.recordsBelow());
  }

  long count() {
    return count;
  }

  List<Damage> kept() {
    return List.copyOf(kept);
  }

  /** Returns the LSN that all records are below that are affected; 0 if none is. */
  long recordsBelow() {
    return recordsBelow;
  }
}
