package io.persistentmap.live;

import java.util.EnumSet;
import java.util.Set;

/** A value that changes in its monitor. */
final class InitializedValue {
  static {
    InitializerHook.reached(InitializedValue.class);
  }

  private final Set<InitializedKind> kinds;
  private final byte[] padding;
  private int count;

  InitializedValue(int count, int bytes) {
    this.kinds = EnumSet.of(count % 2 == 0 ? InitializedKind.FIRST : InitializedKind.SECOND);
    this.padding = new byte[bytes];
    this.count = count;
  }

  synchronized void change() {
    count++;
  }

  synchronized int count() {
    return count;
  }

  @Override
  public synchronized boolean equals(Object other) {
    return other instanceof InitializedValue value
        && count == value.count
        && padding.length == value.padding.length
        && kinds.equals(value.kinds);
  }

  @Override
  public synchronized int hashCode() {
    return count;
  }
}
