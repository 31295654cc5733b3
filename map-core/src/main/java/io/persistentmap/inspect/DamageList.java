package io.persistentmap.inspect;

import java.util.ArrayList;
import java.util.List;

/** Damage as it is found: all of it counted, and as much of it kept as anybody will read. */
final class DamageList {
  private static final int KEPT = 10_000;

  private final List<Damage> kept = new ArrayList<>();
  private long count;
  private long newestLsn;

  void add(Damage damage) {
    count++;
    if (kept.size() < KEPT) {
      kept.add(damage);
    }
    long lsn = damage.lsn();
    if (lsn != Damage.NOWHERE) {
      newestLsn = Math.max(newestLsn, lsn == 0 ? Long.MAX_VALUE : lsn);
    }
  }

  long count() {
    return count;
  }

  List<Damage> kept() {
    return List.copyOf(kept);
  }

  /** Returns the LSN that all records with damage are below or at; 0 if there are none. */
  long newestLsn() {
    return newestLsn;
  }
}
