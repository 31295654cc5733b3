package io.persistentmap.crash;

import io.persistentmap.DiskFullException;
import io.persistentmap.FaultInjection;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.platform.FileSystem;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What tests of closing share. */
final class ClosedMaps {
  private ClosedMaps() {}

  static FaultyFileSystem full(AtomicBoolean full) {
    return FaultyFileSystem.with(
        FileSystem.ofPlatform(),
        (number, call) ->
            full.get() && FaultyFileSystem.SPACE_CALLS.contains(call.operation())
                ? new DiskFullException("injected at " + call)
                : null);
  }

  static PersistentMap<String, Object> openObjects(FileSystem files, Path file) {
    return FaultInjection.into(PersistentMap.builder(String.class, Object.class), files).open(file);
  }

  static PersistentMap<String, String> openStrings(Path file) {
    return PersistentMap.open(file, String.class, String.class);
  }

  static PersistentMapBuilder<String, String> strings(FileSystem files) {
    return FaultInjection.into(PersistentMap.builder(String.class, String.class), files);
  }

  static @Nullable Throwable failureOf(Runnable call) {
    try {
      call.run();
      return null;
    } catch (Throwable e) {
      return e;
    }
  }

  static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
