package io.persistentmap.index;

import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.serializer.ByteReader;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Fills an index from the file: from the blocks of an image, then by the records of the log behind
 * it, in order.
 *
 * <p><b>Keys found by their bytes</b> go to their shards at once. A shard's image is exact for an
 * LSN; records below it are skipped, and a record whose previous one is missing is damage.
 *
 * <p><b>Keys about which equality decides</b> are a set of addresses until the end, because their
 * hash is that of another process. A put adds its address and removes its previous one, a remove
 * removes its previous one, a clear removes all; each does nothing to what is so already. All
 * records are applied, also those that the image has already, and the set is right at the end:
 *
 * <p>Take any address. If records on the way from the start of replay speak of it (a put at it; a
 * put, remove or move whose previous it is; a clear), the last of them decides whether it is in the
 * set, whatever was there before: in replay as in the life of the map, where the order of those
 * records is that of the log, since a segment is reused only after all that was in it has been
 * replaced, and a checkpoint has waited for that. If none speaks of it, it was in the map during
 * the whole way or never, and so whenever the image looked at its shard.
 */
public final class IndexReplay {
  private final HashIndex index;
  private final AddressSet addresses;
  private final long seed;

  /** By shard, 0 where the image had none: whatever comes then is replayed. */
  private final AtomicLongArray shardLsns = new AtomicLongArray(HashIndex.SHARDS);

  /**
   * Fills an empty index, before anybody else can see it.
   *
   * @param seed of the store's hash
   */
  public IndexReplay(HashIndex index, long seed) {
    this.index = index;
    this.seed = seed;
    this.addresses = new AddressSet(index.health());
  }

  /** Returns the number of entries so far. */
  public long count() {
    return index.count() + addresses.count();
  }

  /** Returns the index. */
  public HashIndex index() {
    return index;
  }

  /** Returns what is known of the keys that equality decides about. */
  AddressSet addresses() {
    return addresses;
  }

  /**
   * Ends the replay: the keys that equality decides about, which have not been read, get places by
   * their addresses, where the cleaner and images find them. {@link KeyPlacement} gives them those
   * where they are looked up.
   */
  public void finish() {
    for (int part = 0; part < AddressSet.PARTS; part++) {
      for (long address : addresses.take(part)) {
        add(true, Hashing.ofAddress(seed, address), address);
      }
    }
  }

  // ---- image: several threads ------------------------------------------------------------------

  /**
   * Fills a shard.
   *
   * @return false if there is no such shard, or the bytes are not slots in order of tags
   */
  public boolean shard(int number, long lsn, byte[] slots, int length) {
    if (number < 0
        || number >= HashIndex.SHARDS
        || !IndexImage.read(index.shard(number), slots, length)) {
      return false;
    }
    shardLsns.set(number, lsn);
    return true;
  }

  /**
   * Adds addresses.
   *
   * @return false if the bytes are not addresses in order
   */
  public boolean addresses(byte[] bytes, int length) {
    if (length % Long.BYTES != 0) {
      return false;
    }
    ByteReader in = new ByteReader(bytes, 0, length);
    long before = 0;
    while (in.remaining() > 0) {
      long address = in.readLong();
      if (address <= before || address > FileLayout.ADDRESS_MASK) {
        return false;
      }
      addresses.add(address);
      before = address;
    }
    return true;
  }

  // ---- a new file ------------------------------------------------------------------------------

  /** Adds an entry whose key is not there yet; if equality decides about it, by its bytes. */
  public void add(boolean byEquality, long hash, long address) {
    Shard shard = index.shardOf(byEquality, hash);
    shard.reserve();
    shard.insert(SlotTable.slot(Hashing.tag(hash), address));
  }

  // ---- log: one thread -------------------------------------------------------------------------

  /** Replays a put of a key that is found by its bytes. */
  public void put(long hash, long lsn, long address, long previous) {
    if (lsn < shardLsns.get(Hashing.shard(hash))) {
      return;
    }
    Shard shard = index.shardOf(false, hash);
    long slot = SlotTable.slot(Hashing.tag(hash), address);
    if (previous == 0) {
      shard.reserve();
      shard.insert(slot);
    } else {
      shard.replace(requirePosition(shard, hash, address, previous), slot);
    }
  }

  /** Replays a remove of a key that is found by its bytes. */
  public void remove(long hash, long lsn, long address, long previous) {
    if (lsn >= shardLsns.get(Hashing.shard(hash))) {
      Shard shard = index.shardOf(false, hash);
      shard.remove(requirePosition(shard, hash, address, previous));
    }
  }

  /** Replays a put of a key about which equality decides. */
  public void putByEquality(long address, long previous) {
    removeByEquality(previous);
    addresses.add(address);
  }

  /** Replays a remove of a key about which equality decides. */
  public void removeByEquality(long previous) {
    if (previous != 0) {
      addresses.remove(RecordLayout.previousAddress(previous));
    }
  }

  /** Replays that all entries were removed. */
  public void clear(long lsn) {
    for (int shard = 0; shard < HashIndex.SHARDS; shard++) {
      Shard present = index.existing(shard);
      if (present != null && lsn >= shardLsns.get(shard)) {
        present.clear();
      }
    }
    addresses.clear();
  }

  private int requirePosition(Shard shard, long hash, long address, long previous) {
    SlotTable table = shard.table();
    long replaced = RecordLayout.previousAddress(previous);
    int position = table == null ? -1 : table.find(SlotTable.slot(Hashing.tag(hash), replaced));
    if (position < 0) {
      throw index
          .lookup()
          .damagedAt(
              address,
              "to replace the record at 0x" + Long.toHexString(FileLayout.fileOffsetOf(replaced)));
    }
    return position;
  }
}
