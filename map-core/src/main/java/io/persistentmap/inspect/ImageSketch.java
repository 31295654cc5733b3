package io.persistentmap.inspect;

import io.persistentmap.format.Checksum;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.ImageBlock;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of an index image: which segments the log had, and for each shard that is whole
 * which records were its entries. A shard that is damaged is as if the image did not speak of it.
 */
final class ImageSketch {
  private static final int SHARDS = 256;
  private static final int SHARD_SHIFT = 56;
  private static final int TAG_SHIFT = 32;
  private static final long TAG_MASK = (1L << 24) - 1;

  private record ShardName(int map, int number) {}

  /** The entries of one shard. */
  private static final class Shard {
    /** What they are exact for. */
    final long lsn;

    /** Ascending by tag, those of one tag in no order. */
    final long[] slots;

    Shard(long lsn, long[] slots) {
      this.lsn = lsn;
      this.slots = slots;
    }

    /** Returns the position of a slot, or -1. */
    int find(long slot) {
      long tag = slot >>> FileLayout.ADDRESS_BITS;
      int low = 0;
      int high = slots.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (slots[middle] >>> FileLayout.ADDRESS_BITS < tag) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      while (low < slots.length && slots[low] >>> FileLayout.ADDRESS_BITS == tag) {
        if (slots[low] == slot) {
          return low;
        }
        low++;
      }
      return -1;
    }
  }

  private final Map<ShardName, Shard> shards = new HashMap<>();
  private final List<LogSegment.Name> table = new ArrayList<>();
  private final List<CatalogItem> catalog = new ArrayList<>();
  private final List<Integer> numbers = new ArrayList<>();
  private final RecordSet byEqualityAddresses = new RecordSet();
  private boolean tableKnown;

  /** Whether all blocks have been read, and so all addresses are known. */
  private boolean complete;

  private long replayStart;

  /** Of a file without one. */
  static ImageSketch none() {
    return new ImageSketch();
  }

  private ImageSketch() {}

  /**
   * Reads the image that a superblock names, if it names one.
   *
   * @param onDamage is told what can't be read
   */
  static ImageSketch read(FileBytes file, Superblock superblock, Consumer<Damage> onDamage) {
    ImageSketch sketch = new ImageSketch();
    sketch.replayStart = superblock.replayStart().lsn();
    if (superblock.imageSegment() != Superblock.NO_IMAGE) {
      ImageChain chain = new ImageChain(file, superblock, sketch.numbers);
      try {
        sketch.read(file, superblock, chain, onDamage);
      } catch (ImageChain.Broken e) {
        long offset = FileLayout.fileOffset(superblock.imageSegment());
        onDamage.accept(Damage.of(file.path(), offset, "index image: " + e.getMessage()));
      }
    }
    return sketch;
  }

  private void read(
      FileBytes file, Superblock superblock, ImageChain chain, Consumer<Damage> onDamage)
      throws ImageChain.Broken {
    int mask = Checksum.mask(superblock.salt(), superblock.imageSequence());
    boolean whole = true;
    for (long number = 0; ; number++) {
      byte[] header = chain.read(ImageBlock.BYTES);
      ImageBlock block = ImageBlock.decode(header);
      if (block.length() < 0 || block.length() > Math.min(file.size(), Integer.MAX_VALUE - 8)) {
        throw new ImageChain.Broken("a block of " + block.length() + " bytes");
      }
      byte[] payload = chain.read((int) block.length());
      if (!ImageBlock.isIntact(header, payload, payload.length, mask, number)) {
        whole = false;
        onDamage.accept(
            Damage.of(
                file.path(),
                FileLayout.fileOffset(chain.segment()),
                "index image: a block of kind " + block.kind() + " has a wrong crc32c"));
      } else if (block.kind() == ImageBlock.END) {
        complete = whole;
        return;
      } else {
        apply(block, payload);
      }
    }
  }

  private void apply(ImageBlock block, byte[] payload) throws ImageChain.Broken {
    ByteBuffer in = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    switch (block.kind()) {
      case ImageBlock.SEGMENTS -> readTable(in);
      case ImageBlock.SHARD -> readShard(block, in);
      case ImageBlock.ADDRESSES -> readAddresses(in);
      case ImageBlock.CATALOG -> readItems(RecordLayout.CATALOG, in);
      case ImageBlock.CLASSES -> readItems(RecordLayout.CLASS, in);
      default -> {}
    }
  }

  private void readTable(ByteBuffer in) throws ImageChain.Broken {
    while (in.remaining() >= 36) {
      int number = in.getInt();
      int run = in.getInt();
      table.add(new LogSegment.Name(number, in.getLong()));
      in.getLong(); // bytes of tombstones
      in.getLong(); // highest sequence of a removal among them
      long liveBytes = (long) in.getInt() * (Integer.BYTES + Long.BYTES);
      if (number < 0 || run < 1 || liveBytes < 0 || liveBytes > in.remaining()) {
        throw new ImageChain.Broken("segment " + number + " can't be");
      }
      in.position(in.position() + (int) liveBytes);
    }
    tableKnown = true;
  }

  private void readShard(ImageBlock block, ByteBuffer in) throws ImageChain.Broken {
    if (block.shard() < 0 || block.shard() >= SHARDS) {
      throw new ImageChain.Broken("shard " + block.shard());
    }
    long[] slots = new long[in.remaining() / Long.BYTES];
    in.asLongBuffer().get(slots);
    shards.put(new ShardName(block.map(), block.shard()), new Shard(block.lsn(), slots));
  }

  private void readItems(int kind, ByteBuffer in) throws ImageChain.Broken {
    while (in.remaining() >= 16) {
      int number = in.getInt();
      int length = in.getInt();
      in.getLong(); // address of the record
      if (length < 0 || length > in.remaining()) {
        throw new ImageChain.Broken("map or class " + number);
      }
      byte[] description = new byte[length];
      in.get(description);
      catalog.add(new CatalogItem(kind, number, description, 0, 0));
    }
  }

  private void readAddresses(ByteBuffer in) throws ImageChain.Broken {
    while (in.remaining() >= Long.BYTES) {
      long address = in.getLong();
      if (address < 0 || address > FileLayout.ADDRESS_MASK) {
        throw new ImageChain.Broken("address " + address);
      }
      boolean unused = byEqualityAddresses.add(address);
    }
  }

  /** Returns the numbers of the segments of the image that could be read. */
  List<Integer> numbers() {
    return numbers;
  }

  /** Returns the maps and classes that could be read. */
  List<CatalogItem> catalog() {
    return catalog;
  }

  /** Returns the segments that the log had, if that is known. */
  List<LogSegment.Name> table() {
    return table;
  }

  /** Says whether {@link #table} is what the image has. */
  boolean isTableKnown() {
    return tableKnown;
  }

  /**
   * Returns the LSN below which the image knows all about keys of a map and a hash; 0 if it knows
   * nothing. Of a shard that a whole image does not have there was nothing where replay starts.
   *
   * @param byEquality whether equality decides about the key
   */
  long exactBelow(int map, long hash, boolean byEquality) {
    Shard shard = byEquality ? null : shard(map, hash);
    if (shard == null) {
      return complete ? replayStart : 0;
    }
    return shard.lsn;
  }

  /** Says whether an address is one of the image's entries. */
  boolean names(int map, long hash, boolean byEquality, long address) {
    if (byEquality) {
      return byEqualityAddresses.contains(address);
    }
    Shard shard = shard(map, hash);
    return shard != null && shard.find(slot(hash, address)) >= 0;
  }

  private @Nullable Shard shard(int map, long hash) {
    return shards.get(new ShardName(map, (int) (hash >>> SHARD_SHIFT)));
  }

  private static long slot(long hash, long address) {
    return (((hash >>> TAG_SHIFT) & TAG_MASK) << FileLayout.ADDRESS_BITS) | address;
  }
}
