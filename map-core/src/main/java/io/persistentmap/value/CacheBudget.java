package io.persistentmap.value;

import java.util.ArrayList;
import java.util.List;

/** What the caches of the maps of a store share: each may have the same part of it. Thread-safe. */
public final class CacheBudget {
  private static final int SHARE_OF_HEAP = 8;

  private final long bytes = Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP;

  /** Guarded by this. */
  private final List<CopiedValues> users = new ArrayList<>();

  /** Creates a budget of an eighth of the largest heap. */
  public CacheBudget() {}

  /** Adds one, when it first has something to keep, and returns what it may have. */
  synchronized long join(CopiedValues user) {
    users.add(user);
    long each = bytes / users.size();
    users.forEach(other -> other.resize(each));
    return each;
  }

  /** Gives what one has had to the others: its map was dropped. */
  synchronized void leave(CopiedValues user) {
    if (users.remove(user) && !users.isEmpty()) {
      long each = bytes / users.size();
      users.forEach(other -> other.resize(each));
    }
  }
}
