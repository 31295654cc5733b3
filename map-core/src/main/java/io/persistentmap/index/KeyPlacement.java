package io.persistentmap.index;

import io.persistentmap.UnstorableException;
import io.persistentmap.log.SegmentTable;
import io.persistentmap.platform.DataFile;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives the keys about which equality decides their places in an index: each record is read once,
 * its key decoded, and its {@code hashCode} of this process asked. Until then they have places by
 * their addresses ({@link IndexReplay#finish}), so the new ones are made aside, and put in at once.
 *
 * <p>If there are many, a thread of ours reads and checks the records. What they mean is found out
 * by the opening thread alone: objects of the program are made, and its code runs, in no thread
 * that it waits for, as it may be initialising the class that such an object needs.
 *
 * <p>A key that can't be decoded, or whose {@code hashCode} fails, is placed by its bytes: nothing
 * can look it up, but its entry is there, counted, and kept by whatever happens to the map.
 */
public final class KeyPlacement {
  /** Keys that are worth another thread. */
  private static final long MANY_KEYS = 10_000;

  private final HashIndex index;
  private final StoredKeyReader reader;
  private final KeyDecoder keys;
  private final EqualKeys equalKeys;
  private final long seed;
  private final @Nullable Shard[] placed;
  private long unreadable;
  private @Nullable Throwable firstReason;
  private @Nullable String accepted;

  /** Places keys in an index that no function of the map uses yet, nor the cleaner meanwhile. */
  public KeyPlacement(
      HashIndex index, SegmentTable segments, DataFile file, KeyDecoder keys, int salt, long seed) {
    this.index = index;
    this.reader = new StoredKeyReader(index, segments, file, salt);
    this.keys = keys;
    this.equalKeys = new EqualKeys(index, segments, keys, salt);
    this.placed = index.shardsAside();
    this.seed = seed;
  }

  /**
   * Places all keys.
   *
   * @param acceptEqual whether keys that are equal now are told of, instead of refused
   * @throws io.persistentmap.CorruptFileException if a record is damaged
   * @throws io.persistentmap.TypeMismatchException if two keys are equal now, and not accepted
   */
  public void run(boolean acceptEqual) {
    long[] addresses = index.addressesByEquality();
    if (addresses.length < MANY_KEYS) {
      reader.read(addresses, this::place);
    } else {
      ReadAhead.<StoredKeyReader.Keys>run(
          "persistentmap open", sink -> reader.read(addresses, sink), this::place);
    }
    accepted = equalKeys.check(placed, acceptEqual);
    if (addresses.length > 0) {
      index.replaceByEquality(placed);
    }
  }

  /** Returns what a careful person would want to know. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (firstReason != null) {
      remarks.add(
          unreadable
              + " keys can't be read, and are kept as they are; one of them: "
              + firstReason);
    }
    if (accepted != null) {
      remarks.add(accepted);
    }
    return remarks;
  }

  private void place(StoredKeyReader.Keys stored) {
    for (int i = 0; i < stored.count(); i++) {
      insert(hash(stored.bytes(), stored.from(i), stored.to(i)), stored.address(i));
    }
  }

  private long hash(byte[] bytes, int from, int to) {
    try {
      return Hashing.ofHashCode(seed, keys.decode(bytes, from, to).hashCode());
    } catch (UnstorableException e) {
      note(e);
    } catch (RuntimeException | LinkageError | StackOverflowError e) { // of hashCode
      note(e);
    }
    return Hashing.hash(seed, bytes, from, to - from);
  }

  private void note(Throwable reason) {
    unreadable++;
    if (firstReason == null) {
      firstReason = reason;
    }
  }

  private void insert(long hash, long address) {
    int number = Hashing.shard(hash);
    Shard shard = placed[number];
    if (shard == null) {
      shard = index.makeAside(number);
      placed[number] = shard;
    }
    shard.reserve();
    shard.insert(SlotTable.slot(Hashing.tag(hash), address));
  }
}
