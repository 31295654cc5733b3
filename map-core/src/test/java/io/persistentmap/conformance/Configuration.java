package io.persistentmap.conformance;

import io.persistentmap.testing.FileSystemKind;
import java.util.List;

/**
 * One way to have a map. The suites run the same tests in each.
 *
 * @param keys how keys are compared
 * @param values what values have to do with entries
 * @param cached whether there is a cache
 * @param life what happened to the map before a test gets it, and happens during the test
 * @param where the file system, which decides how checkpoints are made
 */
record Configuration(Keys keys, Values values, boolean cached, Life life, FileSystemKind where) {

  /** How keys are compared. */
  enum Keys {
    /** By bytes: strings. */
    BYTES,
    /** By equality: objects of which no two have the same bytes. */
    EQUALITY
  }

  /** What values have to do with entries. */
  enum Values {
    /** Strings, which can't change, and so are shared and cached. */
    COPIED,
    /** Objects that can change, handed out as copies. */
    COPIED_MUTABLE
  }

  /** What happens to a map before a test gets it, and during the test. */
  enum Life {
    /** The file is new. */
    NEW,
    /** Other entries were there, and cleared; the file still has their records. */
    CLEARED,
    /** It was filled, closed and opened. */
    REOPENED,
    /** It was filled, a checkpoint was made, the process killed, and the map recovered. */
    RECOVERED,
    /** It is closed and opened after each change. */
    REOPENED_EACH_CHANGE,
    /** After each change a checkpoint is made, the map dropped without closing, and recovered. */
    RECOVERED_EACH_CHANGE
  }

  private static final Keys BYTES = Keys.BYTES;
  private static final Keys EQUALITY = Keys.EQUALITY;
  private static final Values COPIED = Values.COPIED;
  private static final Values MUTABLE = Values.COPIED_MUTABLE;
  private static final FileSystemKind TMPFS = FileSystemKind.TMPFS;
  private static final FileSystemKind XFS = FileSystemKind.XFS;
  private static final FileSystemKind BTRFS = FileSystemKind.BTRFS;

  /** Those that the suites run in. */
  static final List<Configuration> ALL =
      List.of(
          new Configuration(BYTES, COPIED, true, Life.NEW, TMPFS),
          new Configuration(EQUALITY, MUTABLE, false, Life.NEW, XFS),
          new Configuration(BYTES, COPIED, true, Life.CLEARED, TMPFS),
          new Configuration(BYTES, COPIED, false, Life.CLEARED, TMPFS),
          new Configuration(BYTES, MUTABLE, true, Life.CLEARED, TMPFS),
          new Configuration(BYTES, MUTABLE, false, Life.CLEARED, TMPFS),
          new Configuration(EQUALITY, COPIED, true, Life.CLEARED, TMPFS),
          new Configuration(EQUALITY, COPIED, false, Life.CLEARED, TMPFS),
          new Configuration(EQUALITY, MUTABLE, true, Life.CLEARED, TMPFS),
          new Configuration(EQUALITY, MUTABLE, false, Life.CLEARED, TMPFS),
          new Configuration(EQUALITY, COPIED, true, Life.REOPENED, XFS),
          new Configuration(BYTES, MUTABLE, false, Life.REOPENED, TMPFS),
          new Configuration(BYTES, COPIED, false, Life.RECOVERED, TMPFS),
          new Configuration(EQUALITY, MUTABLE, true, Life.RECOVERED, BTRFS),
          new Configuration(EQUALITY, COPIED, true, Life.REOPENED_EACH_CHANGE, TMPFS),
          new Configuration(BYTES, MUTABLE, false, Life.REOPENED_EACH_CHANGE, XFS),
          new Configuration(BYTES, COPIED, false, Life.RECOVERED_EACH_CHANGE, XFS),
          new Configuration(EQUALITY, MUTABLE, true, Life.RECOVERED_EACH_CHANGE, TMPFS));

  /** Says whether there is a step after each change. */
  boolean isStepped() {
    return life == Life.REOPENED_EACH_CHANGE || life == Life.RECOVERED_EACH_CHANGE;
  }

  /**
   * Says whether to run tests that make thousands of maps to iterate over. Those take too long in
   * images of file systems, and a step between two calls would end the iteration.
   */
  boolean isForIterators() {
    return !isStepped() && !where.isImage();
  }

  /** For the names of tests. */
  @Override
  public String toString() {
    return String.format(
        "%s keys, %s values, %s, %s, %s",
        name(keys), name(values), cached ? "cache" : "no cache", name(life), where);
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
