package io.persistentmap.index;

import io.persistentmap.TypeMismatchException;
import io.persistentmap.UnstorableException;
import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Segment;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.Memory;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a file with keys that differed when they were put, and are equal now, since their class
 * has changed: a map can't have both, and whichever it hid would come back when the other is
 * removed.
 *
 * <p>Equal keys have one {@code hashCode}, and so one tag. So only keys that share a tag with
 * another are read once more, which are few. Two keys count as equal if each says so: where only
 * one does, they could be put side by side, and still can. Nothing is written before that.
 */
final class EqualKeys {
  private final HashIndex index;
  private final SegmentTable segments;
  private final KeyDecoder keys;
  private final int salt;
  private final Operation operation = new Operation();
  private final Set<String> classes = new LinkedHashSet<>();
  private long count;

  /** Looks at an index, for keys that are being placed. */
  EqualKeys(HashIndex index, SegmentTable segments, KeyDecoder keys, int salt) {
    this.index = index;
    this.segments = segments;
    this.keys = keys;
    this.salt = salt;
  }

  /**
   * Looks at all keys.
   *
   * @param placed the shards of the keys
   * @param accept whether equal ones are told of, instead of refused
   * @return what was accepted, or null if none are equal
   * @throws TypeMismatchException if some are equal, and not accepted
   */
  @Nullable String check(@Nullable Shard[] placed, boolean accept) {
    for (Shard shard : placed) {
      SlotTable table = shard == null ? null : shard.table();
      if (table != null) {
        look(table);
      }
    }
    if (count == 0) {
      return null;
    }
    String found = count + " equal to another one, of " + String.join(", ", classes);
    if (accept) {
      return "accepted by the caller: keys "
          + found
          + ". A look-up finds one of them, iteration both; the older may be what a lost removal"
          + " has left";
    }
    throw new TypeMismatchException(
        index.lookup().path()
            + ": expected keys that differ, found "
            + found
            + ": the class, or one that it is made of, had other fields or another equals when"
            + " they were put. Undo that change, or open the file with the class as it was, and"
            + " remove one of each two keys, or copy the entries to a map with other keys. In a"
            + " salvaged file, where a removal may be lost, and to copy the entries, accept them"
            + " with acceptOlderCheckpoint(true). Nothing was changed");
  }

  private void look(SlotTable table) {
    int from = 0;
    for (int i = 1; i <= table.slots(); i++) {
      if (!isSameTag(table.get(from), table.get(i))) {
        if (i - from > 1) {
          compare(table, from, i);
        }
        from = i;
      }
    }
  }

  private static boolean isSameTag(long slot, long other) {
    return slot != 0 && other != 0 && SlotTable.tag(slot) == SlotTable.tag(other);
  }

  private void compare(SlotTable table, int from, int to) {
    Set<Candidate> different = new HashSet<>();
    for (int i = from; i < to; i++) {
      Candidate key = candidate(SlotTable.address(table.get(i)));
      if (key != null && !different.add(key)) {
        count++;
        classes.add(key.key.getClass().getName());
      }
    }
  }

  /** Returns null for a key that can't be read, or asked: nobody can look it up. */
  private @Nullable Candidate candidate(long address) {
    Segment segment = segments.get(FileLayout.segmentOf(address));
    Memory base = segment == null ? null : segment.base();
    if (segment == null || base == null) {
      throw index.lookup().damagedAt(address, "a record");
    }
    int mask = Checksum.mask(salt, segment.sequence());
    if (operation.load(base, FileLayout.offsetOf(address), base.size(), mask) < 0) {
      throw index.lookup().damagedAt(address, "a record with a matching crc32c and length");
    }
    byte[] record = operation.found();
    int start = RecordLayout.HEADER_BYTES;
    try {
      Object key = keys.decode(record, start, start + (int) RecordLayout.keyLength(record, 0));
      return new Candidate(key, key.hashCode());
    } catch (UnstorableException unreadable) {
      return null;
    } catch (RuntimeException | LinkageError | StackOverflowError ofHashCode) {
      return null;
    }
  }

  /** A key that equals another if each equals the other. */
  private record Candidate(Object key, int code) {
    @Override
    public int hashCode() {
      return code;
    }

    @Override
    public boolean equals(Object other) {
      try {
        return other instanceof Candidate that && key.equals(that.key) && that.key.equals(key);
      } catch (RuntimeException | LinkageError | StackOverflowError failed) {
        return false; // each look-up fails, too, and says so
      }
    }
  }
}
