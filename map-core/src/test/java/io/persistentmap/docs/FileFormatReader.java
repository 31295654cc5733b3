package io.persistentmap.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A second reader of hash files, written from {@code docs/file-format.md} alone, to prove that the
 * page suffices. Sections are those of the page.
 *
 * <p>It is strict: whatever the page promises is checked, and {@link IllegalStateException} tells
 * what does not hold. Files must be below 2 GiB.
 */
final class FileFormatReader {
  private static final int SEGMENT_BYTES = 4 << 20;
  private static final int SUPERBLOCK_BYTES = 4096;

  /** Of a checkpoint's value, before the segments that had been emptied. */
  private static final int CHECKPOINT_FIELDS = 40;

  private final ByteBuffer file;
  private final Superblock superblock;

  private FileFormatReader(ByteBuffer file) {
    this.file = file;
    this.superblock = newestSuperblock();
  }

  /** Reads a hash file, or a snapshot, into memory and checks its superblocks. */
  static FileFormatReader open(Path path) throws IOException {
    return new FileFormatReader(
        ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN));
  }

  Superblock superblock() {
    return superblock;
  }

  /** A map with all that is in it. */
  record MapContent(String keyClass, String valueClass, String name, Map<Object, Object> entries) {}

  /** Sections 4 and 5: what the index image says, and then the log from the start of replay. */
  List<MapContent> fromImageAndReplay() {
    if (superblock.checkpoint() == 0) {
      return List.of();
    }
    Replay replay = new Replay();
    if (superblock.hasImage()) {
      replay.load(imageBlocks());
    }
    forEachOnWay(replay::apply);
    checkLastRecord(replay.last, replay.entries());
    return contents(replay.catalog, replay.values());
  }

  /** Section 4, "From the log alone": the newest record of each key, without the image. */
  List<MapContent> fromLogAlone() {
    if (superblock.checkpoint() == 0) {
      return List.of();
    }
    Newest newest = new Newest();
    for (Segment segment : segmentsInUse()) {
      forEachRecord(segment, Segment.FIRST_OFFSET, endOf(segment), newest::apply);
    }
    return contents(newest.catalog(), newest.values());
  }

  /** The same, for whoever has lost the checkpoint's record: also with segments that are free. */
  List<MapContent> fromLogBySequence() {
    if (superblock.checkpoint() == 0) {
      return List.of();
    }
    Newest newest = new Newest();
    segmentsBySequence().forEach(segment -> forEachIntactRecord(segment, newest::apply));
    return contents(newest.catalog(), newest.values());
  }

  private void checkLastRecord(@Nullable LogRecord last, long entries) {
    LogRecord end = present(last, "a record of the log", 0);
    require(end.kind == LogRecord.CHECKPOINT, "a checkpoint ends the log", end.lsn);
    ByteBuffer value = slice(end.value, 0, CHECKPOINT_FIELDS);
    require(value.getLong() == superblock.checkpoint(), "its number", end.lsn);
    require(value.getLong() == superblock.timeMillis(), "its time", end.lsn);
    require(value.getLong() == superblock.entries(), "its entries", end.lsn);
    require(value.getLong() == superblock.oldestSequence(), "its oldest sequence", end.lsn);
    require(value.getLong() == 0, "room for a check", end.lsn);
    require(entries == superblock.entries(), "number of entries read", entries);
  }

  private static List<MapContent> contents(
      Catalog catalog, Map<Integer, Map<ByteBuffer, ByteBuffer>> values) {
    List<MapContent> contents = new ArrayList<>();
    EncodedValues decoder = new EncodedValues(catalog.classes);
    catalog.maps.forEach(
        (number, description) -> {
          Map<Object, Object> entries = new HashMap<>();
          values
              .getOrDefault(number, Map.of())
              .forEach((key, value) -> entries.put(decoder.decode(key), decoder.decode(value)));
          String[] parts = description.split("\n", 4);
          require(parts[0].equals("map"), "the kind of map", number);
          contents.add(new MapContent(parts[1], parts[2], parts[3], entries));
        });
    return contents;
  }

  // ---- 1. The file -----------------------------------------------------------------------------

  private ByteBuffer bytes(long offset, long length) {
    boolean inside = offset >= 0 && length >= 0 && length <= file.limit() - offset;
    require(inside, "inside of the file", offset);
    return slice(file, (int) offset, (int) length);
  }

  private static ByteBuffer slice(ByteBuffer buffer, int offset, int length) {
    return buffer.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(ByteBuffer... parts) {
    CRC32C crc = new CRC32C();
    for (ByteBuffer part : parts) {
      crc.update(part);
    }
    return (int) crc.getValue();
  }

  /** What a CRC is masked with. */
  private int mask(long sequence, int place) {
    UUID store = superblock.store();
    long name = store.getMostSignificantBits() ^ store.getLeastSignificantBits();
    return mix(name) ^ mix(sequence) ^ place * 0x85EBCA6B;
  }

  private static int mix(long number) {
    return (int) ((number * 0x9E3779B97F4A7C15L) >>> 32);
  }

  private static void requireZeros(ByteBuffer buffer, long where) {
    while (buffer.hasRemaining()) {
      require(buffer.get() == 0, "zeros", where);
    }
  }

  private static void require(boolean holds, String what, long where) {
    if (!holds) {
      throw new IllegalStateException("does not hold: " + what + ", at or with " + where);
    }
  }

  private static <T> T present(@Nullable T value, String what, long where) {
    if (value == null) {
      throw new IllegalStateException("missing: " + what + ", at or with " + where);
    }
    return value;
  }

  private static UUID uuid(ByteBuffer buffer, int offset) {
    return new UUID(buffer.getLong(offset), buffer.getLong(offset + 8));
  }

  // ---- 2. Superblock ---------------------------------------------------------------------------

  /** A place in the log. */
  record LogPlace(long sequence, int segment, int offset) {
    static LogPlace at(ByteBuffer buffer, int offset) {
      return new LogPlace(
          buffer.getLong(offset), buffer.getInt(offset + 8), buffer.getInt(offset + 12));
    }

    long lsn() {
      return sequence * SEGMENT_BYTES + offset;
    }
  }

  /** The fields of a superblock. */
  record Superblock(
      UUID store,
      long generation,
      long checkpoint,
      long durableCheckpoint,
      long timeMillis,
      int flags,
      long hashSeed,
      LogPlace end,
      LogPlace start,
      int imageSegment,
      long imageSequence,
      long otherCheckpoint,
      long entries,
      long oldestSequence) {
    static final int COPY_BYTES = 512;
    static final int SECOND_COPY = 2048;
    static final int USED_BYTES = 152;
    static final byte[] MAGIC = "PMapHash".getBytes(UTF_8);

    static boolean isValid(ByteBuffer copy) {
      ByteBuffer zeroed = ByteBuffer.allocate(COPY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      zeroed.put(copy.duplicate()).putInt(12, 0).flip();
      return copy.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
          && crc(zeroed) == copy.getInt(12);
    }

    static Superblock of(ByteBuffer copy) {
      require(copy.getInt(8) == 1, "format version", copy.getInt(8));
      require(copy.getInt(68) == 22, "size of segments", copy.getInt(68));
      require(copy.getInt(116) == 0, "zero", 116);
      requireZeros(copy.slice(USED_BYTES, COPY_BYTES - USED_BYTES), USED_BYTES);
      return new Superblock(
          uuid(copy, 16),
          copy.getLong(32),
          copy.getLong(40),
          copy.getLong(48),
          copy.getLong(56),
          copy.getInt(64),
          copy.getLong(72),
          LogPlace.at(copy, 80),
          LogPlace.at(copy, 96),
          copy.getInt(112),
          copy.getLong(120),
          copy.getLong(128),
          copy.getLong(136),
          copy.getLong(144));
    }

    boolean isClosed() {
      return (flags & 1) != 0;
    }

    boolean hasImage() {
      return imageSegment >= 0;
    }
  }

  private Superblock newestSuperblock() {
    Superblock even = superblock(0);
    Superblock odd = superblock(1);
    require(even.store.equals(odd.store), "one store", 0);
    require(Math.abs(even.generation - odd.generation) == 1, "generations", even.generation);
    return even.generation > odd.generation ? even : odd;
  }

  private Superblock superblock(int parity) {
    ByteBuffer block = bytes((long) parity * SUPERBLOCK_BYTES, SUPERBLOCK_BYTES);
    Superblock newest = null;
    for (int at : new int[] {0, Superblock.SECOND_COPY}) {
      ByteBuffer copy = slice(block, at, Superblock.COPY_BYTES);
      int rest = Superblock.SECOND_COPY - Superblock.COPY_BYTES;
      requireZeros(block.slice(at + Superblock.COPY_BYTES, rest), at);
      if (Superblock.isValid(copy)) {
        Superblock read = Superblock.of(copy);
        newest = newest == null || read.generation > newest.generation ? read : newest;
      }
    }
    Superblock found = present(newest, "a superblock in block", parity);
    require(found.generation % 2 == parity, "parity of the generation", parity);
    return found;
  }

  // ---- 3. Segment ------------------------------------------------------------------------------

  /** The header of a segment or run. */
  record Segment(int number, long sequence, int kind, int run) {
    static final int HEADER_OFFSET = 8192;
    static final int HEADER_BYTES = 64;
    static final int FIRST_OFFSET = HEADER_OFFSET + HEADER_BYTES;
    static final int LINK_BYTES = 32;
    static final int LOG = 1;
    static final int IMAGE = 2;

    long position() {
      return (long) number * SEGMENT_BYTES;
    }

    long length() {
      return (long) run * SEGMENT_BYTES;
    }
  }

  private record Link(int end, long nextSequence, int nextSegment) {}

  private Segment segment(int number, long sequence, int kind) {
    Segment segment = present(findSegment(number), "a segment", number);
    require(segment.kind == kind, "a segment of kind " + kind, number);
    require(segment.sequence == sequence, "the segment of sequence " + sequence, number);
    return segment;
  }

  /** Null if there is none of this store. */
  private @Nullable Segment findSegment(int number) {
    long offset = (long) number * SEGMENT_BYTES + Segment.HEADER_OFFSET;
    if (number < 0 || offset + Segment.HEADER_BYTES > file.limit()) {
      return null;
    }
    ByteBuffer header = bytes(offset, Segment.HEADER_BYTES);
    boolean valid =
        header.getInt(0) == 0x47455350
            && header.getInt(4) == crc(header.slice(8, Segment.HEADER_BYTES - 8))
            && uuid(header, 8).equals(superblock.store());
    if (!valid) {
      return null;
    }
    requireZeros(header.slice(40, Segment.HEADER_BYTES - 40), offset);
    return new Segment(number, header.getLong(24), header.getInt(32), header.getInt(36));
  }

  private Link link(Segment segment) {
    long offset = segment.position() + segment.length() - Segment.LINK_BYTES;
    ByteBuffer link = bytes(offset, Segment.LINK_BYTES);
    int crc = crc(link.slice(4, Segment.LINK_BYTES - 4)) ^ mask(segment.sequence, 0);
    require(link.getInt(0) == crc, "CRC of link", offset);
    require(link.getLong(8) == segment.sequence, "sequence of link", offset);
    require(link.getInt(28) == 0, "zero in link", offset);
    return new Link(link.getInt(4), link.getLong(16), link.getInt(24));
  }

  private int endOf(Segment segment) {
    return segment.sequence == superblock.end().sequence
        ? superblock.end().offset
        : link(segment).end;
  }

  private void forEachOnWay(Consumer<LogRecord> consumer) {
    LogPlace place = superblock.start();
    boolean first = place.equals(new LogPlace(1, 0, Segment.FIRST_OFFSET));
    require(superblock.hasImage() || first, "start without an image", place.sequence);
    while (true) {
      Segment segment = segment(place.segment, place.sequence, Segment.LOG);
      forEachRecord(segment, place.offset, endOf(segment), consumer);
      if (segment.sequence == superblock.end().sequence) {
        require(segment.number == superblock.end().segment, "segment of the end", segment.number);
        return;
      }
      Link link = link(segment);
      require(link.nextSequence >= segment.sequence + segment.run, "sequences", segment.number);
      place = new LogPlace(link.nextSequence, link.nextSegment, Segment.FIRST_OFFSET);
    }
  }

  // ---- 4. Record -------------------------------------------------------------------------------

  /** A record of the log. */
  record LogRecord(
      long lsn,
      long address,
      int length,
      long previous,
      int kind,
      boolean moved,
      boolean byEquality,
      int map,
      ByteBuffer key,
      ByteBuffer value) {
    static final int HEADER_BYTES = 24;
    static final int PUT = 1;
    static final int REMOVE = 2;
    static final int CLEAR = 3;
    static final int MAP = 4;
    static final int CLASS = 5;
    static final int CHECKPOINT = 6;
    static final int DROP = 7;
    private static final int ADDRESS_BITS = 40;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    private static final long MAX_PREVIOUS_LENGTH = (1L << (Long.SIZE - ADDRESS_BITS)) - 1;

    long previousAddress() {
      return previous & ADDRESS_MASK;
    }

    long previousLength() {
      return previous >>> ADDRESS_BITS;
    }

    /** What a record that replaces this one must say of its length. */
    long lengthAsPrevious() {
      return Math.min((length + 7L) / 8, MAX_PREVIOUS_LENGTH);
    }

    /** When this took place: moved removals keep that time. */
    long time() {
      boolean keepsTime = moved && (kind == REMOVE || kind == CLEAR || kind == DROP);
      return keepsTime ? slice(value, 0, 8).getLong() : lsn;
    }

    int numberInKey() {
      return slice(key, 0, 4).getInt();
    }

    String text() {
      return UTF_8.decode(value.duplicate()).toString();
    }
  }

  private void forEachRecord(Segment segment, int from, int to, Consumer<LogRecord> consumer) {
    int offset = from;
    while (offset < to) {
      LogRecord record = record(segment, offset);
      consumer.accept(record);
      offset += align(record.length);
    }
    require(offset == to, "the last record ends at " + to, offset);
  }

  private static int align(int length) {
    return (length + 7) & -8;
  }

  private LogRecord recordAt(long address) {
    long position = address * 8;
    int number = (int) (position / SEGMENT_BYTES);
    Segment segment = present(findSegment(number), "a segment for address", address);
    require(segment.kind == Segment.LOG, "a log segment for address", address);
    return record(segment, (int) (position % SEGMENT_BYTES));
  }

  private LogRecord record(Segment segment, int offset) {
    long position = segment.position() + offset;
    int length = bytes(position, LogRecord.HEADER_BYTES).getInt(4);
    ByteBuffer record = bytes(position, align(length));
    int keyLength = record.getInt(20);
    require(length >= LogRecord.HEADER_BYTES + keyLength && keyLength >= 0, "lengths", position);
    int crc =
        crc(record.slice(24, length - 24), record.slice(4, 20))
            ^ mask(segment.sequence, offset / 8);
    require(record.getInt(0) == crc, "CRC of record", position);
    requireZeros(record.slice(length, align(length) - length), position);
    int flags = record.get(17);
    int kind = record.get(16);
    boolean hasKey = kind == LogRecord.PUT || kind == LogRecord.REMOVE;
    require((flags & ~(hasKey ? 3 : 1)) == 0, "flags", position);
    return new LogRecord(
        segment.sequence * SEGMENT_BYTES + offset,
        position / 8,
        length,
        record.getLong(8),
        kind,
        (flags & 1) != 0,
        (flags & 2) != 0,
        record.getShort(18) & 0xFFFF,
        record.slice(24, keyLength),
        record.slice(24 + keyLength, length - 24 - keyLength));
  }

  /** The maps and classes of a store. */
  private static final class Catalog {
    final Map<Integer, String> maps = new HashMap<>();
    final Map<Integer, String> classes = new HashMap<>();

    void apply(LogRecord record) {
      require(record.map == 0, "map 0", record.lsn);
      (record.kind == LogRecord.MAP ? maps : classes).put(record.numberInKey(), record.text());
    }
  }

  /** What a slot of the index knows of its record; the length is 0 if that is not known. */
  private record Slot(int upperHash, long previousLength) {}

  /**
   * The state that replay changes, record by record. Slots are found by "previous" alone: records
   * that the log replaces later may be gone.
   */
  private final class Replay {
    final Catalog catalog = new Catalog();
    final Map<Integer, Map<Long, Slot>> slots = new HashMap<>();
    final Map<Integer, Set<Long>> byEquality = new HashMap<>();
    final Map<Shard, Long> imageLsns = new HashMap<>();
    @Nullable LogRecord last;

    void apply(LogRecord record) {
      last = record;
      switch (record.kind) {
        case LogRecord.PUT, LogRecord.REMOVE -> {
          if (record.byEquality) {
            changeByEquality(record);
          } else {
            change(record);
          }
        }
        case LogRecord.CLEAR -> clear(record, record.map);
        case LogRecord.MAP, LogRecord.CLASS -> catalog.apply(record);
        case LogRecord.DROP -> {
          if (!record.moved) {
            clear(record, record.numberInKey());
            catalog.maps.remove(record.numberInKey());
          }
        }
        case LogRecord.CHECKPOINT -> {}
        default -> throw new IllegalStateException("kind " + record.kind);
      }
    }

    private void change(LogRecord record) {
      int upperHash = upperHash(record.key);
      boolean done = record.kind == LogRecord.REMOVE && record.previousAddress() == 0;
      require(done == (record.kind == LogRecord.REMOVE && record.moved), "moved", record.lsn);
      if (done || isInImage(record, record.map, upperHash)) {
        return;
      }
      if (record.previous != 0) {
        take(record, upperHash);
      }
      if (record.kind == LogRecord.PUT) {
        slotsOf(record.map).put(record.address, new Slot(upperHash, record.lengthAsPrevious()));
      }
    }

    private void changeByEquality(LogRecord record) {
      addressesOf(record.map).remove(record.previousAddress());
      if (record.kind == LogRecord.PUT) {
        addressesOf(record.map).add(record.address);
      }
    }

    private Set<Long> addressesOf(int map) {
      return byEquality.computeIfAbsent(map, number -> new HashSet<>());
    }

    private void take(LogRecord record, int upperHash) {
      Slot taken = slotsOf(record.map).remove(record.previousAddress());
      Slot previous = present(taken, "previous", record.lsn);
      require(previous.upperHash == upperHash, "hash of previous", record.lsn);
      boolean length =
          previous.previousLength == 0 || previous.previousLength == record.previousLength();
      require(length, "length of previous", record.lsn);
    }

    private void clear(LogRecord record, int map) {
      if (!record.moved) {
        slotsOf(map).values().removeIf(slot -> !isInImage(record, map, slot.upperHash));
        addressesOf(map).clear();
      }
    }

    private boolean isInImage(LogRecord record, int map, int upperHash) {
      return record.lsn < imageLsns.getOrDefault(new Shard(map, shard(upperHash)), 0L);
    }

    private Map<Long, Slot> slotsOf(int map) {
      return slots.computeIfAbsent(map, number -> new HashMap<>());
    }

    void load(List<Block> blocks) {
      for (Block block : blocks) {
        switch (block.kind) {
          case Block.SEGMENTS -> segmentsOf(block);
          case Block.MAPS -> loadNames(block, catalog.maps);
          case Block.CLASSES -> loadNames(block, catalog.classes);
          case Block.SHARD -> loadShard(block);
          case Block.ADDRESSES -> loadAddresses(block);
          case Block.DROPPED -> requireDropped(block);
          default -> throw new IllegalStateException("block of kind " + block.kind);
        }
      }
    }

    private void loadNames(Block block, Map<Integer, String> names) {
      ByteBuffer in = block.payload();
      while (in.hasRemaining()) {
        int number = in.getInt();
        int length = in.getInt();
        in.getLong(); // address of the record, which may have been moved since
        names.put(number, UTF_8.decode(slice(in, in.position(), length)).toString());
        in.position(in.position() + length);
      }
    }

    private void requireDropped(Block block) {
      ByteBuffer in = block.payload();
      require(in.hasRemaining(), "a dropped map", block.map);
      while (in.hasRemaining()) {
        int number = in.getInt();
        require(!catalog.maps.containsKey(number), "dropped and there", number);
        in.getLong(); // sequence
      }
    }

    private void loadShard(Block block) {
      imageLsns.put(new Shard(block.map, block.shard), block.lsn);
      ByteBuffer in = block.payload();
      long lastTag = 0;
      while (in.hasRemaining()) {
        long slot = in.getLong();
        long tag = slot >>> LogRecord.ADDRESS_BITS;
        require(tag >= lastTag, "slots ascend", block.shard);
        lastTag = tag;
        long address = slot & LogRecord.ADDRESS_MASK;
        slotsOf(block.map).put(address, new Slot(block.shard << 24 | (int) tag, 0));
      }
    }

    private void loadAddresses(Block block) {
      require(block.lsn == 0 && block.shard == 0, "zeros", block.map);
      ByteBuffer in = block.payload();
      long last = 0;
      while (in.hasRemaining()) {
        long address = in.getLong();
        require(address > last, "addresses ascend", address);
        last = address;
        addressesOf(block.map).add(address);
      }
    }

    Map<Integer, Map<ByteBuffer, ByteBuffer>> values() {
      Map<Integer, Map<ByteBuffer, ByteBuffer>> values = new HashMap<>();
      slots.forEach(
          (map, ofMap) ->
              ofMap.forEach(
                  (address, slot) -> {
                    LogRecord record = recordOf(address, map, false, values);
                    boolean inPlace = upperHash(record.key) == slot.upperHash;
                    require(inPlace, "shard and tag", record.lsn);
                  }));
      byEquality.forEach(
          (map, ofMap) -> ofMap.forEach(address -> recordOf(address, map, true, values)));
      return values;
    }

    private LogRecord recordOf(
        long address,
        int map,
        boolean wantedByEquality,
        Map<Integer, Map<ByteBuffer, ByteBuffer>> values) {
      LogRecord record = recordAt(address);
      require(record.kind == LogRecord.PUT && record.map == map, "a put", record.lsn);
      require(record.byEquality == wantedByEquality, "flag", record.lsn);
      Map<ByteBuffer, ByteBuffer> entries = values.computeIfAbsent(map, number -> new HashMap<>());
      require(entries.put(record.key, record.value) == null, "one record", record.lsn);
      return record;
    }

    long entries() {
      return slots.values().stream().mapToLong(Map::size).sum()
          + byEquality.values().stream().mapToLong(Set::size).sum();
    }
  }

  /** The newest record of each key, in whatever order they are met. */
  private static final class Newest {
    final Catalog catalog = new Catalog();
    private final Map<Integer, Map<ByteBuffer, LogRecord>> changes = new HashMap<>();
    private final Map<Integer, Long> clears = new HashMap<>();
    private final Map<Integer, Long> drops = new HashMap<>();
    private final Map<Integer, LogRecord> maps = new HashMap<>();

    void apply(LogRecord record) {
      switch (record.kind) {
        case LogRecord.PUT, LogRecord.REMOVE ->
            changes
                .computeIfAbsent(record.map, number -> new HashMap<>())
                .merge(record.key, record, Newest::later);
        case LogRecord.CLEAR -> clears.merge(record.map, record.time(), Math::max);
        case LogRecord.DROP -> {
          clears.merge(record.numberInKey(), record.time(), Math::max);
          drops.merge(record.numberInKey(), record.time(), Math::max);
        }
        case LogRecord.MAP -> maps.merge(record.numberInKey(), record, Newest::later);
        case LogRecord.CLASS -> catalog.apply(record);
        case LogRecord.CHECKPOINT -> {}
        default -> throw new IllegalStateException("kind " + record.kind);
      }
    }

    private static LogRecord later(LogRecord one, LogRecord other) {
      return one.time() > other.time() ? one : other;
    }

    /** The maps and classes; called once everything has been met. */
    Catalog catalog() {
      maps.forEach(
          (number, record) -> {
            if (record.lsn > drops.getOrDefault(number, 0L)) {
              catalog.apply(record);
            }
          });
      return catalog;
    }

    Map<Integer, Map<ByteBuffer, ByteBuffer>> values() {
      Map<Integer, Map<ByteBuffer, ByteBuffer>> values = new HashMap<>();
      changes.forEach(
          (map, records) -> {
            Map<ByteBuffer, ByteBuffer> ofMap = new HashMap<>();
            values.put(map, ofMap);
            for (LogRecord record : records.values()) {
              if (record.kind == LogRecord.PUT && record.lsn > clears.getOrDefault(map, 0L)) {
                ofMap.put(record.key, record.value);
              }
            }
          });
      return values;
    }
  }

  // ---- 5. Index image --------------------------------------------------------------------------

  private record Shard(int map, int number) {}

  private record Block(int kind, long lsn, int map, int shard, ByteBuffer content) {
    static final int HEADER_BYTES = 32;
    static final int SEGMENTS = 1;
    static final int MAPS = 2;
    static final int CLASSES = 3;
    static final int SHARD = 4;
    static final int END = 5;
    static final int ADDRESSES = 6;
    static final int DROPPED = 7;

    ByteBuffer payload() {
      return slice(content, 0, content.limit());
    }
  }

  /** The blocks of the image before the end block. */
  private List<Block> imageBlocks() {
    ByteBuffer in = image();
    List<Block> blocks = new ArrayList<>();
    while (true) {
      Block block = block(in, blocks.size());
      if (block.kind == Block.END) {
        require(block.lsn == blocks.size() && !in.hasRemaining(), "blocks", blocks.size());
        return blocks;
      }
      blocks.add(block);
    }
  }

  private Block block(ByteBuffer in, int number) {
    int at = in.position();
    int length = Math.toIntExact(in.getLong(at + 8));
    ByteBuffer block = slice(in, at, Block.HEADER_BYTES + length);
    int crc = crc(block.slice(4, 28 + length)) ^ mask(superblock.imageSequence(), number);
    require(block.getInt(0) == crc, "CRC of block", at);
    in.position(at + Block.HEADER_BYTES + length);
    return new Block(
        block.getInt(4),
        block.getLong(16),
        block.getInt(24),
        block.getInt(28),
        block.slice(Block.HEADER_BYTES, length));
  }

  private ByteBuffer image() {
    List<ByteBuffer> payloads = new ArrayList<>();
    Link link = new Link(0, superblock.imageSequence(), superblock.imageSegment());
    while (link.nextSegment != -1) {
      Segment segment = segment(link.nextSegment, link.nextSequence, Segment.IMAGE);
      link = link(segment);
      long start = segment.position() + Segment.FIRST_OFFSET;
      payloads.add(bytes(start, link.end - Segment.FIRST_OFFSET));
    }
    ByteBuffer image =
        ByteBuffer.allocate(payloads.stream().mapToInt(ByteBuffer::remaining).sum())
            .order(ByteOrder.LITTLE_ENDIAN);
    payloads.forEach(image::put);
    return image.flip();
  }

  private static List<Segment> segmentsOf(Block block) {
    List<Segment> segments = new ArrayList<>();
    ByteBuffer in = block.payload();
    while (in.hasRemaining()) {
      int number = in.getInt();
      int run = in.getInt();
      segments.add(new Segment(number, in.getLong(), Segment.LOG, run));
      in.getLong(); // bytes of tombstones
      in.getLong(); // highest sequence of a removal among them
      int count = in.getInt();
      for (int map = -1; count > 0; count--) {
        int next = in.getInt();
        require(next > map && next <= 0xFFFF, "maps ascend", number);
        map = next;
        in.getLong(); // live bytes
      }
    }
    return segments;
  }

  /** Those that the checkpoint's record names, and the one that it is in. */
  private List<Segment> segmentsInUse() {
    List<Segment> found = new ArrayList<>();
    BitSet bits = bitsOf(lastRecord());
    bits.set(superblock.end().segment);
    bits.stream().forEach(number -> found.add(present(findSegment(number), "segment", number)));
    for (Segment segment : found) {
      require(segment.kind == Segment.LOG, "of the log", segment.number);
      require(segment.sequence >= superblock.oldestSequence(), "not older", segment.number);
      require(segment.sequence <= superblock.end().sequence, "not younger", segment.number);
    }
    require(notFree().containsAll(found), "nothing free is in use", found.size());
    return found;
  }

  private LogRecord lastRecord() {
    List<LogRecord> records = new ArrayList<>();
    LogPlace end = superblock.end();
    Segment segment = segment(end.segment, end.sequence, Segment.LOG);
    forEachRecord(segment, Segment.FIRST_OFFSET, end.offset, records::add);
    return records.get(records.size() - 1);
  }

  private static BitSet bitsOf(LogRecord checkpoint) {
    ByteBuffer in = slice(checkpoint.value, 0, checkpoint.value.limit());
    in.position(CHECKPOINT_FIELDS);
    in.position(CHECKPOINT_FIELDS + 4 + 4 * in.getInt());
    int length = in.getInt();
    return BitSet.valueOf(slice(in, in.position(), length));
  }

  /** All segments that look as if the log up to its end had them, in use or free. */
  private List<Segment> segmentsBySequence() {
    List<Segment> found = new ArrayList<>();
    for (int number = 0; (long) number * SEGMENT_BYTES < file.limit(); number++) {
      Segment segment = findSegment(number);
      if (segment != null
          && segment.kind == Segment.LOG
          && segment.sequence >= superblock.oldestSequence()
          && segment.sequence <= superblock.end().sequence) {
        found.add(segment);
      }
    }
    return found;
  }

  /**
   * A free segment may have been used again in part: what is left of it counts, but is not much.
   */
  private void forEachIntactRecord(Segment segment, Consumer<LogRecord> consumer) {
    List<LogRecord> intact = new ArrayList<>();
    try {
      forEachRecord(segment, Segment.FIRST_OFFSET, endOf(segment), intact::add);
    } catch (IllegalStateException damage) {
      require(!notFree().contains(segment), "damage in a free segment only: " + damage, 0);
    }
    intact.forEach(consumer);
  }

  private Set<Segment> notFree() {
    Map<Integer, Segment> used = new HashMap<>();
    if (superblock.hasImage()) {
      imageBlocks().stream()
          .filter(block -> block.kind == Block.SEGMENTS)
          .flatMap(block -> segmentsOf(block).stream())
          .forEach(segment -> used.put(segment.number, segment));
    }
    forEachOnWay(
        record -> {
          int number = (int) (record.address * 8 / SEGMENT_BYTES);
          used.computeIfAbsent(number, this::findSegment);
          emptiedBy(record).forEach(used::remove);
        });
    return new HashSet<>(used.values());
  }

  private static List<Integer> emptiedBy(LogRecord record) {
    List<Integer> emptied = new ArrayList<>();
    if (record.kind == LogRecord.CHECKPOINT) {
      ByteBuffer in =
          slice(record.value, CHECKPOINT_FIELDS, record.value.limit() - CHECKPOINT_FIELDS);
      int count = in.getInt();
      for (int i = 0; i < count; i++) {
        emptied.add(in.getInt());
      }
    }
    return emptied;
  }

  // ---- 7. Hash ---------------------------------------------------------------------------------

  private static final long K0 = 0xA0761D6478BD642FL;
  private static final long K1 = 0xE7037ED1A0B428DBL;
  private static final long K2 = 0x8EBC6AF09C88C6E3L;

  /** Shard and tag. */
  private int upperHash(ByteBuffer key) {
    return (int) (hash(key) >>> 32);
  }

  private static int shard(int upperHash) {
    return upperHash >>> 24;
  }

  private long hash(ByteBuffer key) {
    ByteBuffer left = slice(key, 0, key.limit());
    long state = superblock.hashSeed() ^ K0;
    while (left.remaining() >= 16) {
      state = fold(left.getLong() ^ K1, left.getLong() ^ state);
    }
    long first = upToEight(left);
    long second = upToEight(left);
    state = fold(first ^ K1, second ^ state);
    return fold(state ^ K2, key.limit() ^ K1);
  }

  private static long upToEight(ByteBuffer left) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && left.hasRemaining(); shift += Byte.SIZE) {
      value |= (left.get() & 0xFFL) << shift;
    }
    return value;
  }

  private static long fold(long a, long b) {
    long high = Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
    return a * b ^ high;
  }
}
