package io.persistentmap.index;

import io.persistentmap.index.RecordLookup.Match;
import io.persistentmap.log.StoreHealth;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An iteration over the records of all entries, in order of hash. It sees each entry that is there
 * all the time exactly once, and others once or not at all, as {@code ConcurrentHashMap} does; its
 * place is a tag, which tables of any size share. Not thread-safe.
 */
public final class Cursor {
  private static final int OPTIMISTIC_ATTEMPTS = 64;
  private static final int BATCH = 32;
  private static final long BATCH_BYTES = 1 << 16;

  private final HashIndex index;
  private final RecordLookup lookup;
  private final StoreHealth health;
  private final Operation operation = new Operation();
  private final List<byte[]> batch = new ArrayList<>();
  private int shard;
  private int end;
  private long tag;
  private long nextTag;

  Cursor(HashIndex index, RecordLookup lookup, StoreHealth health, int from, int end) {
    this.index = index;
    this.lookup = lookup;
    this.health = health;
    this.shard = from;
    this.end = end;
  }

  /** Goes on with the records of one shard only, from its beginning. */
  public void enter(int number) {
    shard = number;
    end = number + 1;
    tag = 0;
  }

  /** Returns the next records, or an empty list at the end; valid until the next call. */
  public List<byte[]> next() {
    index.check();
    batch.clear();
    try {
      while (batch.isEmpty() && shard < end) {
        fill();
      }
      if (batch.isEmpty()) {
        index.check(); // a map that was closed meanwhile has no tables
      }
    } catch (InternalError e) {
      throw health.fail(e);
    }
    return batch;
  }

  private void fill() {
    Shard current = index.existing(shard);
    if (current == null) {
      nextTag = SlotTable.TAGS;
      advance(Match.ABSENT);
      return;
    }
    for (int attempt = 0; attempt < OPTIMISTIC_ATTEMPTS; attempt++) {
      long version = current.version();
      if ((version & 1) == 0) {
        Match match = collect(current.table());
        VarHandle.acquireFence();
        if (current.version() == version && match != Match.AGAIN) {
          advance(match);
          return;
        }
      }
      Thread.onSpinWait();
    }
    advance(
        current.locked(
            () -> {
              Match match;
              do {
                match = collect(current.table());
              } while (match == Match.AGAIN);
              return match;
            }));
  }

  /** Copies records from the present tag on, those of one tag together. */
  private Match collect(@Nullable SlotTable table) {
    batch.clear();
    nextTag = SlotTable.TAGS;
    if (table == null) {
      return Match.ABSENT;
    }
    long bytes = 0;
    int position = table.lowerBound(tag);
    while (position < table.slots()) {
      long slot = table.get(position++);
      long slotTag = SlotTable.tag(slot);
      if (slot != 0 && slotTag >= tag) {
        if ((batch.size() >= BATCH || bytes >= BATCH_BYTES) && slotTag != nextTag - 1) {
          return Match.FOUND;
        }
        Match match = copy(slot);
        if (match != Match.FOUND) {
          return match;
        }
        bytes += operation.foundLength;
        nextTag = slotTag + 1;
      }
    }
    nextTag = SlotTable.TAGS;
    return Match.FOUND;
  }

  private Match copy(long slot) {
    operation.slot = slot;
    Match match = lookup.copyRecord(slot, operation);
    if (match == Match.FOUND) {
      batch.add(Arrays.copyOf(operation.found, (int) operation.foundLength));
    }
    return match;
  }

  private void advance(Match match) {
    if (match == Match.DAMAGED) {
      throw lookup.damaged(operation.slot);
    }
    tag = nextTag;
    if (tag == SlotTable.TAGS) {
      tag = 0;
      shard++;
    }
  }
}
