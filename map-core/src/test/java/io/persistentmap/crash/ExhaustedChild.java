package io.persistentmap.crash;

import io.persistentmap.CloseMode;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.serializer.Codec;
import java.io.FileInputStream;
import java.nio.file.Path;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Works on a store while the process lacks something for real, and gets it back. Says "done", or
 * ends with an exception.
 *
 * <p>Arguments: what it lacks, the hash file, the snapshot mode.
 */
final class ExhaustedChild {
  private static final int ENTRIES = 1_000;
  private static final int FULL_MILLIS = 300;
  private static final int LIMIT_BYTES = 24 << 20;

  private final Path file;
  private final SnapshotMode mode;
  private final Map<String, String> expected = new HashMap<>();

  private ExhaustedChild(Path file, SnapshotMode mode) {
    this.file = file;
    this.mode = mode;
  }

  public static void main(String[] arguments) throws Exception {
    ChildJvm.endWithParent();
    ExhaustedChild child =
        new ExhaustedChild(Path.of(arguments[1]), SnapshotMode.valueOf(arguments[2]));
    switch (arguments[0]) {
      case "descriptors" -> child.descriptors();
      case "heap" -> child.heap();
      case "size" -> child.fileSize();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
    SigkillChild.say("done");
  }

  private PersistentMap<String, String> open() {
    return PersistentMap.builder(String.class, String.class).snapshotMode(mode).open(file);
  }

  private void put(PersistentMap<String, String> map, String key, String value) {
    map.put(key, value);
    expected.put(key, value);
  }

  private void putMany(PersistentMap<String, String> map) {
    for (int i = 0; i < ENTRIES; i++) {
      put(map, "key" + i, "value " + i);
    }
    map.checkpoint();
  }

  private void requireAll(PersistentMap<String, String> map) {
    if (!expected.equals(new HashMap<>(map))) {
      throw new IllegalStateException("expected " + expected.size() + ", found " + map.size());
    }
  }

  private void requireAllAgain() {
    try (PersistentMap<String, String> map = open()) {
      requireAll(map);
      if (map.recovery().wasCrash()) {
        throw new IllegalStateException(map.recovery().toString());
      }
    }
  }

  private static void requireRefused(Runnable call, String name) {
    try {
      call.run();
    } catch (ResourceExhaustedException e) {
      if (!String.valueOf(e.getMessage()).contains(name)) {
        throw e;
      }
      return;
    }
    throw new IllegalStateException("not refused");
  }

  /** Also the first change after opening, which makes both snapshots, meets it. */
  private void descriptors() throws Exception {
    Limits.loadClasses(PersistentMap.class, Codec.class, ExhaustedChild.class);
    for (int life = 0; life < 3; life++) {
      try (PersistentMap<String, String> map = open()) {
        if (life != 1) {
          putMany(map);
        }
        put(map, "unsaved", "in life " + life);
        Deque<FileInputStream> opened = Limits.useUpDescriptors();
        requireRefused(map::checkpoint, "EMFILE");
        put(map, "more", "in life " + life);
        requireRefused(map::checkpoint, "EMFILE");
        requireRefused(map::close, "EMFILE");
        requireAll(map);
        while (!opened.isEmpty()) { // each number of free descriptors, until it is enough
          opened.pop().close();
          if (opened.size() % 7 != 0 && succeeds(map)) {
            break;
          }
        }
        opened.forEach(ExhaustedChild::close);
        map.checkpoint();
        requireAll(map);
      }
      requireAllAgain();
    }
  }

  private static void close(FileInputStream in) {
    try {
      in.close();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static boolean succeeds(PersistentMap<String, String> map) {
    try {
      map.checkpoint();
      return true;
    } catch (ResourceExhaustedException e) {
      return false;
    }
  }

  private void heap() throws Exception {
    Limits.loadClasses(PersistentMap.class, Codec.class, ExhaustedChild.class);
    try (PersistentMap<String, String> map = open()) {
      putMany(map);
      put(map, "unsaved", "before");
      fillHeap(map);
      put(map, "after", "the heap is free");
      map.checkpoint();
      requireAll(map);
    }
    requireAllAgain();
  }

  private static void fillHeap(PersistentMap<String, String> map) throws InterruptedException {
    List<byte[]> blocks = Limits.useUpHeap();
    long end = System.nanoTime() + FULL_MILLIS * 1_000_000L;
    while (System.nanoTime() < end) {
      try {
        FaultInjection.awaitMaintenance(map); // lets the cleaner run
      } catch (OutOfMemoryError e) {
        // It has no thread yet, say.
      }
    }
    blocks.clear();
  }

  private void fileSize() {
    PersistentMap<String, String> map = open();
    putMany(map);
    final Map<String, String> saved = new HashMap<>(expected);
    Limits.fileSize(LIMIT_BYTES);
    String value = "x".repeat(100_000);
    requireRefused(
        () -> {
          for (int i = 0; i < 2_000; i++) {
            put(map, "large" + i, i + value);
          }
        },
        "EFBIG");
    requireRefused(map::checkpoint, "EFBIG");
    requireRefused(map::close, "EFBIG");
    requireAll(map);
    map.close(CloseMode.DISCARD);
    Map<String, String> all = new HashMap<>(expected);
    expected.clear();
    expected.putAll(saved);
    try (PersistentMap<String, String> again = open()) { // the limit still holds
      requireAll(again);
      again.putAll(all);
      throw new IllegalStateException("not refused");
    } catch (ResourceExhaustedException e) {
      // As it must be; and closing it by itself is refused, too.
    }
    Limits.anyFileSize();
  }
}
