package io.persistentmap.jcstress;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Maps that have just been opened, so that none of their values is live yet: each sample takes an
 * entry, and when all have been taken, a copy of the same file is opened.
 */
final class JustOpened {
  private static final int ENTRIES = 4096;

  /** Guarded by the class. */
  private static @Nullable JustOpened last;

  /** Guarded by the class. */
  private static int opened;

  /** Guarded by the class. */
  private static @Nullable Path template;

  private final Path file;
  private final PersistentMap<Integer, Cell> map;

  /** Guarded by the class. */
  private int taken;

  /** Guarded by the class. */
  private int given;

  private JustOpened(Path file) {
    this.file = file;
    this.map = Maps.builder(Integer.class, Cell.class).closeMode(CloseMode.DISCARD).open(file);
  }

  /** An entry that is in its record only, when it is taken. */
  record Entry(JustOpened from, Integer key) {
    PersistentMap<Integer, Cell> map() {
      return from.map;
    }

    void give() {
      giveBack(from);
    }
  }

  static synchronized Entry take() {
    JustOpened from = last;
    if (from == null || from.taken == ENTRIES) {
      from = open();
      last = from;
    }
    return new Entry(from, from.taken++);
  }

  private static synchronized void giveBack(JustOpened from) {
    if (++from.given == ENTRIES) {
      from.map.close();
      Maps.delete(from.file);
    }
  }

  /** Under the lock of the class. */
  private static JustOpened open() {
    if (template == null) {
      template = Maps.directory().resolve("template");
      try (PersistentMap<Integer, Cell> map =
          Maps.builder(Integer.class, Cell.class).open(template)) {
        for (int key = 0; key < ENTRIES; key++) {
          map.set(key, new Cell(1));
        }
      }
    }
    Path copy = Maps.directory().resolve("copy" + opened++);
    try {
      Files.copy(template, copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new JustOpened(copy);
  }
}
