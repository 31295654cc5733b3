package io.persistentmap.store;

import io.persistentmap.CorruptFileException;
import io.persistentmap.UnstorableException;
import io.persistentmap.format.FileLayout;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.log.Log;
import io.persistentmap.log.RecordBuffer;
import io.persistentmap.serializer.ByteReader;
import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.ClassTable;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a store knows besides its entries: its maps, and the descriptions of the classes of what is
 * stored in them, each by number. Both are records of the log, and so as durable as the entries
 * that refer to them. Thread-safe.
 */
public final class Catalog implements ClassTable {
  /** The number of the map that a store with one map has. */
  public static final int FIRST_MAP = 1;

  /** An object of the catalog, and where its record is. */
  private record Item(int number, String description, long address) {
    private void describe(int kind, Description action) {
      action.describe(kind, number, description.getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * A map of the store.
   *
   * @param name its name; "" for the one of a store with one map
   * @param keyType name of the declared class of its keys
   * @param valueType name of the declared class of its values
   */
  public record MapDescription(String name, String keyType, String valueType) {
    private String encode() {
      return keyType + '\n' + valueType + '\n' + name;
    }

    /** Returns what a record of the log has. */
    public byte[] bytes() {
      return encode().getBytes(StandardCharsets.UTF_8);
    }

    private static MapDescription decode(String text) {
      String[] lines = text.split("\n", 3);
      if (lines.length < 3) {
        throw new CorruptFileException("the description of a map is damaged: " + text);
      }
      return new MapDescription(lines[2], lines[0], lines[1]);
    }
  }

  private final boolean readOnly;

  /**
   * Protects the items, and orders their records. Taken after the shards' locks, if both are:
   * nobody who has it takes one of those.
   */
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  private final Map<Integer, Item> maps = new TreeMap<>();

  /** Guarded by the lock. */
  private final Map<Integer, Item> classes = new TreeMap<>();

  /** The classes, by description. Guarded by the lock. */
  private final Map<String, Integer> numbers = new HashMap<>();

  /** The highest number of a class. Guarded by the lock. */
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

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
  }

  // ---- maps ------------------------------------------------------------------------------------

  /** Returns the description of a map, or null. */
  @Nullable MapDescription map(int number) {
    lock.lock();
    try {
      Item item = maps.get(number);
      return item == null ? null : MapDescription.decode(item.description);
    } finally {
      lock.unlock();
    }
  }

  /** Adds a map. */
  void addMap(int number, MapDescription description) {
    lock.lock();
    try {
      add(maps, RecordLayout.CATALOG, number, description.encode());
    } finally {
      lock.unlock();
    }
  }

  // ---- classes ---------------------------------------------------------------------------------

  @Override
  public int numberOf(String description) {
    lock.lock();
    try {
      Integer known = numbers.get(description);
      if (known != null) {
        return known;
      }
      int number = lastClass + 1;
      add(classes, RecordLayout.CLASS, number, description);
      note(number, description);
      return number;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String descriptionOf(int number) {
    lock.lock();
    try {
      Item item = classes.get(number);
      if (item == null) {
        throw new UnstorableException(
            "class number "
                + number
                + " is not in the store's table of classes; run a verification");
      }
      return item.description;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int size() {
    lock.lock();
    try {
      return lastClass;
    } finally {
      lock.unlock();
    }
  }

  private void note(int number, String description) {
    numbers.putIfAbsent(description, number);
    lastClass = Math.max(lastClass, number);
  }

  // ---- records ---------------------------------------------------------------------------------

  private void add(Map<Integer, Item> items, int kind, int number, String description) {
    long address = 0;
    Log target = log;
    if (!readOnly && target != null) {
      address = target.append(record(kind, number, description), 0, 0);
    }
    items.put(number, new Item(number, description, address));
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
    lock.lock();
    try {
      Log target = log;
      if (target != null) {
        target.health().checkWritable();
        target.append(record, 0, RecordLayout.RELOCATED);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Moves a record that the cleaner found, if it is the one that counts. */
  boolean relocate(int kind, int number, long address) {
    lock.lock();
    try {
      Map<Integer, Item> items = kind == RecordLayout.CATALOG ? maps : classes;
      Item item = items.get(number);
      Log target = log;
      if (item == null || item.address != address || target == null) {
        return false;
      }
      target.health().checkWritable();
      RecordBuffer record = record(kind, number, item.description);
      long previous = RecordLayout.previous(address, record.paddedLength());
      long moved = target.append(record, previous, RecordLayout.RELOCATED);
      items.put(number, new Item(number, item.description, moved));
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Replays a record of the log. */
  void replay(int kind, int number, String description, long address) {
    Map<Integer, Item> items = kind == RecordLayout.CATALOG ? maps : classes;
    items.put(number, new Item(number, description, address));
    if (kind == RecordLayout.CLASS) {
      note(number, description);
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
    lock.lock();
    try {
      maps.values().forEach(item -> item.describe(RecordLayout.CATALOG, action));
      classes.values().forEach(item -> item.describe(RecordLayout.CLASS, action));
    } finally {
      lock.unlock();
    }
  }

  void writeMaps(ByteWriter out) {
    write(maps, out);
  }

  void writeClasses(ByteWriter out) {
    write(classes, out);
  }

  private void write(Map<Integer, Item> items, ByteWriter out) {
    lock.lock();
    try {
      for (Item item : items.values()) {
        byte[] text = item.description.getBytes(StandardCharsets.UTF_8);
        out.writeInt(item.number);
        out.writeInt(text.length);
        out.writeLong(item.address);
        out.writeBytes(text, 0, text.length);
      }
    } finally {
      lock.unlock();
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
          || address > FileLayout.ADDRESS_MASK) {
        throw new CorruptFileException("map or class " + number + ", which can't be");
      }
      byte[] text = new byte[length];
      in.readBytes(text, 0, length);
      replay(kind, number, new String(text, StandardCharsets.UTF_8), address);
    }
  }
}
