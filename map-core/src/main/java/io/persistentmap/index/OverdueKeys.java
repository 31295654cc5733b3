package io.persistentmap.index;

import java.util.List;
import java.util.stream.Collectors;

/** Keys whose holders are not waited for any longer, since the store is being closed. Immutable. */
public final class OverdueKeys {
  /** There are none. */
  public static final OverdueKeys NONE = new OverdueKeys(List.of());

  private final List<KeyLock> held;

  OverdueKeys(List<KeyLock> held) {
    this.held = List.copyOf(held);
  }

  /** Says whether there are none. */
  public boolean isEmpty() {
    return held.isEmpty();
  }

  /** Says whether a key of a map with that hash may be among them. */
  public boolean mayHave(int map, long hash) {
    for (KeyLock lock : held) {
      if (lock.map() == map && lock.hash() == hash) {
        return true;
      }
    }
    return false;
  }

  /**
   * Says whether a key is among them; asks its {@code equals}, if that decides.
   *
   * @param map its number
   * @param operation whose key it is
   * @param key the same as an object
   */
  public boolean has(int map, Operation operation, Object key) {
    return held.stream().anyMatch(lock -> lock.isExactly(map, operation, key));
  }

  /** Names the keys, who holds them, and where the holders are. */
  public String describe() {
    return held.stream().map(KeyLock::describeHolder).distinct().collect(Collectors.joining("; "));
  }
}
