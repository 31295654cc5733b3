package io.persistentmap.foreign;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what was run. */
public final class Alarm {
  private static final List<String> RAISED = new CopyOnWriteArrayList<>();

  private Alarm() {}

  static void raise(String what) {
    RAISED.add(what);
  }

  /** Returns what was noted so far. */
  public static List<String> raised() {
    return RAISED;
  }
}
