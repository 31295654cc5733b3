package io.persistentmap.crash;

import io.persistentmap.PersistentMap;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a writer does, step by step. Each step follows from seed, writer and number alone, and doing
 * a step again changes nothing: so whoever knows how many steps a writer has done, as the map says
 * itself, knows all of its entries.
 */
final class Workload {
  /** Writers, each with keys of its own. */
  static final int WRITERS = 2;

  /** Key of the record of the last time that all entries were removed. */
  static final String CLEARED = "cleared";

  private static final int SPELLINGS = 5;
  private static final int KEYS = 1500;
  private static final long CLEAR_EVERY = 6007;
  private static final int VERSION_BYTES = 2 * Long.BYTES;
  private static final int HUGE_BYTES = 5 << 20;

  private final long seed;
  private final int writer;
  private final Values values;

  Workload(long seed, int writer, Values values) {
    this.seed = seed;
    this.writer = writer;
    this.values = values;
  }

  /** How large the values are. */
  enum Values {
    /** Up to runs of segments. */
    ALL_SIZES,
    /** So small that little space is enough. */
    SMALL
  }

  /** What a step does. */
  enum Kind {
    PUT,
    PUT_IF_ABSENT,
    REPLACE,
    REMOVE,
    COMPUTE,
    COMPUTE_TO_NOTHING,
    CLEAR
  }

  /** One step. */
  record Step(long number, Kind kind, String key) {}

  /**
   * What a value is made of.
   *
   * @param step the step that wrote it
   * @param seen the step that wrote the value which that one replaced, if it looked at it
   */
  record Version(long step, long seen) {}

  /** Key of a writer's step counter. */
  static String counterKey(int writer) {
    return "steps of " + writer;
  }

  Step step(long number) {
    if (writer == 0 && number % CLEAR_EVERY == 0) {
      return new Step(number, Kind.CLEAR, CLEARED);
    }
    long random = random(number);
    return new Step(number, kind((int) (random >>> 40) & 0xff), key((int) (random >>> 1) % KEYS));
  }

  /** Most steps write, since that is what makes segments worth cleaning. */
  private static Kind kind(int random) {
    if (random < 140) {
      return Kind.PUT;
    } else if (random < 160) {
      return Kind.REMOVE;
    } else if (random < 210) {
      return Kind.COMPUTE;
    } else if (random < 225) {
      return Kind.COMPUTE_TO_NOTHING;
    }
    return random < 240 ? Kind.PUT_IF_ABSENT : Kind.REPLACE;
  }

  private String key(int number) {
    return writer + "/" + Math.abs(number);
  }

  /** Says what the key of a step has after it; null is nothing. */
  @Nullable Version after(Step step, @Nullable Version before) {
    return switch (step.kind()) {
      case PUT -> new Version(step.number(), 0);
      case PUT_IF_ABSENT -> before != null ? before : new Version(step.number(), 0);
      case REPLACE -> before == null ? null : new Version(step.number(), 0);
      case REMOVE, COMPUTE_TO_NOTHING -> null;
      case COMPUTE ->
          before == null
              ? new Version(step.number(), 0)
              : before.step() == step.number() ? before : new Version(step.number(), before.step());
      case CLEAR -> throw new IllegalArgumentException("clear is about all keys");
    };
  }

  /**
   * Returns a key as it is in the map: the second writer has keys about which equality decides, and
   * spells them anew each time.
   */
  static Object mapKey(String key, int spelling) {
    return key.startsWith("1/") ? new SpelledKey(key, spelling) : key;
  }

  /** Does a step on a map. */
  void perform(Step step, PersistentMap<Object, byte[]> map) {
    Object key = mapKey(step.key(), (int) step.number() % SPELLINGS);
    switch (step.kind()) {
      case PUT -> map.put(key, encode(new Version(step.number(), 0)));
      case PUT_IF_ABSENT -> map.putIfAbsent(key, encode(new Version(step.number(), 0)));
      case REPLACE -> map.replace(key, encode(new Version(step.number(), 0)));
      case REMOVE -> map.remove(key);
      case COMPUTE -> map.compute(key, (same, before) -> computed(step, before));
      case COMPUTE_TO_NOTHING -> map.computeIfPresent(key, (same, before) -> null);
      case CLEAR -> map.clear();
    }
  }

  private byte @Nullable [] computed(Step step, byte @Nullable [] before) {
    Version version = after(step, before == null ? null : decode(before));
    return version == null ? null : encode(version);
  }

  /** Returns the value of a version. */
  byte[] encode(Version version) {
    long random = random(~version.step());
    byte[] bytes = new byte[VERSION_BYTES + length(random)];
    ByteBuffer out = ByteBuffer.wrap(bytes).putLong(version.step()).putLong(version.seen());
    while (out.remaining() >= Long.BYTES) {
      out.putLong(random);
      random = (random * 6364136223846793005L) + 1442695040888963407L;
    }
    return bytes;
  }

  private int length(long random) {
    int kind = (int) (random >>> 48) & 0x3ff;
    int size = (int) (random >>> 20) & 0xfffff;
    if (values == Values.SMALL) {
      return size >>> 9;
    }
    if (kind == 0) {
      return HUGE_BYTES + size; // a run of segments of its own
    }
    return kind < 30 ? size >>> 3 : kind < 300 ? size >>> 7 : size >>> 12;
  }

  /** Returns the version that a value says it is of. */
  static Version decode(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    return new Version(in.getLong(), in.getLong());
  }

  /** Says whether a value is that version, to the last byte. */
  boolean isValue(byte @Nullable [] value, @Nullable Version version) {
    if (value == null || version == null) {
      return value == null && version == null;
    }
    return Arrays.equals(value, encode(version));
  }

  /** Returns numbers as a value. */
  static byte[] encode(long... numbers) {
    ByteBuffer out = ByteBuffer.allocate(numbers.length * Long.BYTES);
    for (long number : numbers) {
      out.putLong(number);
    }
    return out.array();
  }

  /** Returns one of the numbers of a value; 0 if there is no value. */
  static long number(byte @Nullable [] value, int index) {
    return value == null ? 0 : ByteBuffer.wrap(value).getLong(index * Long.BYTES);
  }

  /** SplitMix64. */
  private long random(long number) {
    long z = (seed + (writer * 0x632be59bd9b4e019L)) ^ (number * 0x9e3779b97f4a7c15L);
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
