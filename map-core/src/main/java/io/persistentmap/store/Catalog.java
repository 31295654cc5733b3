package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.UnstorableException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.log.Segment;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.ClassTable;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows besides its entries: its maps, and the descriptions of the classes of what is
 * stored in them, each by number. Both are records of the log, and so as durable as the entries
 * that refer to them. Thread-safe.
 */
public final class Catalog implements ClassTable {
  /** An object of the catalog, and where its record is. */
  private static final class Item {
    final int number;
    final String description;

    /** Changes with the monitor, by a write that allocates nothing. */
    long address;

    Item(int number, String description, long address) {
      this.number = number;
      this.description = description;
      this.address = address;
    }

    private void describe(int kind, Description action) {
      action.describe(kind, number, description.getBytes(StandardCharsets.UTF_8));
    }
  }

  private final boolean readOnly;

  /**
   * Protects the items, and orders their records. Taken after the shards' locks, if both are:
   * nobody who has it takes one of those. A monitor, which the JVM gives back whatever is thrown.
   */
  private final Object monitor = new Object();

  /** Guarded by the monitor. */
  private final Map<Integer, Item> maps = new TreeMap<>();

  /** The maps, by kind and name. Guarded by the monitor. */
  private final Map<String, Integer> names = new HashMap<>();

  /** No number below it is free. Guarded by the monitor. */
  private int lowestFree = 1;

  /** Maps that were dropped, and the sequence of the segment open then. Guarded by the monitor. */
  private final Map<Integer, Long> dropped = new TreeMap<>();

  /** Guarded by the monitor. */
  private final Map<Integer, Item> classes = new TreeMap<>();

  /** The classes, by description. Guarded by the monitor. */
  private final Map<String, Integer> classNumbers = new HashMap<>();

  /** The highest number of a class. Guarded by the monitor. */
  private int lastClass;

  /** Set once, before anybody can ask for a new number. */
  private volatile @Nullable Log log;

  /**
   * Creates an empty catalog.
   *
   * @param readOnly whether new classes get numbers that are not stored
   */
  public Catalog(boolean readOnly) {
    this.readOnly = readOnly;
  }

  void attach(Log storeLog) {
    log = storeLog;
  }

  /** Runs code while no record of the catalog is appended. */
  <T> T withoutAppends(Supplier<T> code) {
    synchronized (monitor) {
      return code.get();
    }
  }

  // ---- maps ------------------------------------------------------------------------------------

  /** Returns the descriptions of all maps, by number. */
  public SortedMap<Integer, MapDescription> maps() {
    synchronized (monitor) {
      SortedMap<Integer, MapDescription> found = new TreeMap<>();
      maps.forEach((number, item) -> found.put(number, MapDescription.decode(item.description)));
      return found;
    }
  }

  /**
   * Adds a map.
   *
   * @return its number: the lowest that no map has, and that no record of the log can have
   */
  int addMap(MapDescription description) {
    synchronized (monitor) {
      requireWritable();
      freeNumbers();
      int number = lowestFree;
      while (maps.containsKey(number) || dropped.containsKey(number)) {
        number++;
      }
      if (number > RecordLayout.LAST_MAP) {
        throw new UnstorableException(
            (log == null ? "" : log.path() + ": ")
                + "a store has at most "
                + RecordLayout.LAST_MAP
                + " maps, and "
                + description.name()
                + " would be one more; drop some, and make a checkpoint");
      }
      String name = nameOf(description);
      names.put(name, number); // before the record, which can't be taken back
      try {
        add(maps, RecordLayout.CATALOG, number, description.encode());
      } catch (Throwable e) {
        names.remove(name);
        throw e;
      }
      lowestFree = number + 1;
      return number;
    }
  }

  /** Nothing follows the last checkpoint of a store that is being closed. */
  private void requireWritable() {
    Log target = log;
    if (!readOnly && target != null) {
      target.health().checkWritable();
    }
  }

  /** Frees the numbers of maps that were dropped so long ago that no record of theirs is left. */
  private void freeNumbers() {
    Log target = log;
    if (target == null || dropped.isEmpty()) {
      return;
    }
    long oldest = target.segments().oldestSequence();
    Iterator<Map.Entry<Integer, Long>> all = dropped.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Integer, Long> each = all.next();
      if (each.getValue() < oldest) {
        lowestFree = Math.min(lowestFree, each.getKey());
        all.remove();
      }
    }
  }

  private static String nameOf(MapDescription description) {
    return nameOf(description.kind(), description.name());
  }

  private static String nameOf(MapDescription.Kind kind, String name) {
    return kind.word() + '\n' + name;
  }

  /** Returns the number of a map, or null. */
  @Nullable Integer numberOf(MapDescription.Kind kind, String name) {
    synchronized (monitor) {
      return names.get(nameOf(kind, name));
    }
  }

  /** Returns the description of a map that there is. */
  MapDescription map(int number) {
    synchronized (monitor) {
      return MapDescription.decode(Objects.requireNonNull(maps.get(number)).description);
    }
  }

  /** Gives a map another description. */
  void changeMap(int number, MapDescription description) {
    synchronized (monitor) {
      Item item = Objects.requireNonNull(maps.get(number));
      Item changed = new Item(number, description.encode(), 0);
      Log target = Objects.requireNonNull(log);
      requireWritable();
      RecordBuffer record = record(RecordLayout.CATALOG, number, changed.description);
      String before = nameOf(MapDescription.decode(item.description));
      String after = nameOf(description);
      names.put(after, number);
      maps.put(number, changed);
      try {
        long previous = previous(item, RecordLayout.CATALOG);
        changed.address = target.append(record, previous, 0); // the last thing that could fail
      } catch (Throwable e) {
        maps.put(number, item);
        names.remove(after);
        throw e;
      }
      names.remove(before);
    }
  }

  /**
   * Drops a map. Its number is free when no record of it can be left in the log. With all stripes.
   */
  void dropMap(int number) {
    synchronized (monitor) {
      Item item = Objects.requireNonNull(maps.get(number));
      Log target = Objects.requireNonNull(log);
      RecordBuffer record = dropRecord(number, 0);
      String name = nameOf(MapDescription.decode(item.description));
      dropped.put(number, Long.MAX_VALUE);
      long address;
      try {
        address = target.append(record, previous(item, RecordLayout.CATALOG), 0);
      } catch (Throwable e) {
        dropped.remove(number);
        throw e;
      }
      try {
        maps.remove(number);
        names.remove(name);
        Segment segment = target.segments().require(FileLayout.segmentOf(address));
        dropped.put(number, segment.sequence());
      } catch (Throwable e) {
        target.health().broken = e; // the log has no such map any more, and the index has
        throw e;
      }
    }
  }

  /** Returns the finished record that says that a map was dropped. */
  static RecordBuffer dropRecord(int number, long lsn) {
    RecordBuffer record = new RecordBuffer();
    record.begin();
    record.writer().writeInt(number);
    record.endKey();
    record.writer().writeLong(lsn);
    record.finish(RecordLayout.DROP, 0);
    return record;
  }

  private static long previous(Item item, int kind) {
    return RecordLayout.previous(
        item.address, record(kind, item.number, item.description).paddedLength());
  }

  /** Replays that a map was dropped. */
  void replayDrop(int number, long since) {
    synchronized (monitor) {
      Item item = maps.remove(number);
      if (item != null) {
        names.remove(nameOf(MapDescription.decode(item.description)));
      }
      dropped.put(number, since);
    }
  }

  // ---- classes ---------------------------------------------------------------------------------

  @Override
  public int numberOf(String description) {
    synchronized (monitor) {
      Integer known = classNumbers.get(description);
      if (known != null) {
        return known;
      }
      int number = lastClass + 1;
      lastClass = number; // also if it fails half way: then nothing else may have that number
      add(classes, RecordLayout.CLASS, number, description);
      note(number, description);
      return number;
    }
  }

  @Override
  public String descriptionOf(int number) {
    synchronized (monitor) {
      Item item = classes.get(number);
      if (item == null) {
        throw new UnstorableException(
            "class number "
                + number
                + " is not in the store's table of classes; run a verification");
      }
      return item.description;
    }
  }

  @Override
  public int size() {
    synchronized (monitor) {
      return lastClass;
    }
  }

  private void note(int number, String description) {
    classNumbers.putIfAbsent(description, number);
    lastClass = Math.max(lastClass, number);
  }

  // ---- records ---------------------------------------------------------------------------------

  private void add(Map<Integer, Item> items, int kind, int number, String description) {
    Item item = new Item(number, description, 0);
    Log target = log;
    if (!readOnly && target != null) {
      RecordBuffer record = record(kind, number, description);
      items.put(number, item);
      try {
        item.address = target.append(record, 0, 0); // the last thing that could fail
      } catch (Throwable e) {
        items.remove(number);
        throw e;
      }
    } else {
      items.put(number, item);
    }
  }

  private static RecordBuffer record(int kind, int number, String description) {
    return record(kind, number, description.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the finished record of a map or class. */
  static RecordBuffer record(int kind, int number, byte[] description) {
    RecordBuffer record = new RecordBuffer();
    record.begin();
    record.writer().writeInt(number);
    record.endKey();
    record.writer().writeBytes(description, 0, description.length);
    record.finish(kind, 0);
    return record;
  }

  /**
   * Appends a record that no shard orders, for the cleaner: under the catalog's lock, so that
   * appends can be kept out; and not behind the last checkpoint of a store that is being closed,
   * where nobody would take it for a leftover.
   */
  void append(RecordBuffer record) {
    synchronized (monitor) {
      Log target = log;
      if (target != null) {
        target.health().checkWritable();
        target.append(record, 0, RecordLayout.RELOCATED);
      }
    }
  }

  /** Moves a record that the cleaner found, if it is the one that counts. */
  boolean relocate(int kind, int number, long address) {
    synchronized (monitor) {
      Map<Integer, Item> items = kind == RecordLayout.CATALOG ? maps : classes;
      Item item = items.get(number);
      Log target = log;
      if (item == null || item.address != address || target == null) {
        return false;
      }
      target.health().checkWritable();
      RecordBuffer record = record(kind, number, item.description);
      long previous = RecordLayout.previous(address, record.paddedLength());
      item.address = target.append(record, previous, RecordLayout.RELOCATED);
      return true;
    }
  }

  /** Replays a record of the log. */
  void replay(int kind, int number, String description, long address) {
    Item item = new Item(number, description, address);
    if (kind == RecordLayout.CLASS) {
      classes.put(number, item);
      note(number, description);
    } else {
      Item before = maps.put(number, item);
      if (before != null) { // it was renamed, or moved
        names.remove(nameOf(MapDescription.decode(before.description)));
      }
      names.put(nameOf(MapDescription.decode(description)), number);
      dropped.remove(number); // another map has it by now
    }
  }

  /** Takes a description as bytes. */
  public interface Description {
    /**
     * Takes one.
     *
     * @param kind of the record
     * @param number of the map or class
     * @param description of it
     */
    void describe(int kind, int number, byte[] description);
  }

  /** Passes on all maps and classes, as their records have them. */
  public void forEach(Description action) {
    synchronized (monitor) {
      maps.values().forEach(item -> item.describe(RecordLayout.CATALOG, action));
      classes.values().forEach(item -> item.describe(RecordLayout.CLASS, action));
    }
  }

  void writeMaps(ByteWriter out) {
    write(maps, out);
  }

  void writeDropped(ByteWriter out) {
    synchronized (monitor) {
      dropped.forEach(
          (number, since) -> {
            out.writeInt(number);
            out.writeLong(since);
          });
    }
  }

  /** Reads what {@link #writeDropped} wrote. */
  void readDropped(ByteReader in) {
    while (in.remaining() > 0) {
      int number = in.readInt();
      long since = in.readLong();
      if (number < 1 || number > RecordLayout.LAST_MAP || since < 0) {
        throw new CorruptFileException("dropped map " + number + ", which can't be");
      }
      replayDrop(number, since);
    }
  }

  void writeClasses(ByteWriter out) {
    write(classes, out);
  }

  private void write(Map<Integer, Item> items, ByteWriter out) {
    synchronized (monitor) {
      for (Item item : items.values()) {
        byte[] text = item.description.getBytes(StandardCharsets.UTF_8);
        out.writeInt(item.number);
        out.writeInt(text.length);
        out.writeLong(item.address);
        out.writeBytes(text, 0, text.length);
      }
    }
  }

  /** Reads what {@link #writeMaps} or {@link #writeClasses} wrote. */
  void read(int kind, ByteReader in) {
    while (in.remaining() > 0) {
      int number = in.readInt();
      int length = in.readInt();
      long address = in.readLong();
      if (length < 0
          || length > in.remaining()
          || address < 0
          || address > FileLayout.ADDRESS_MASK
          || (kind == RecordLayout.CATALOG && (number < 1 || number > RecordLayout.LAST_MAP))) {
        throw new CorruptFileException("map or class " + number + ", which can't be");
      }
      byte[] text = new byte[length];
      in.readBytes(text, 0, length);
      replay(kind, number, new String(text, StandardCharsets.UTF_8), address);
    }
  }
}
