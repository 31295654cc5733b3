package io.persistentmap.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.FileAccessException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards the lock of a store where there are no system calls. */
final class PortableLockTest {
  private static final int OPENERS = 4;
  private static final int ROUNDS = 100;

  private static final String HELD = "held by somebody else";

  private final FileSystem files = new PortableFileSystem();

  @TempDir Path dir;

  @Test
  void lock_byFirstOpenersAtOnce_oneHoldsItTheOthersAreToldSo() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(OPENERS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        Path path = dir.resolve("lock" + round);
        CyclicBarrier together = new CyclicBarrier(OPENERS);
        List<Future<Object>> results = new ArrayList<>();
        for (int i = 0; i < OPENERS; i++) {
          results.add(
              threads.submit(
                  () -> {
                    together.await();
                    return lockOrRefusal(path);
                  }));
        }
        int held = 0;
        for (Object result : all(results)) {
          if (result instanceof AutoCloseable lock) {
            held++;
            lock.close();
          } else {
            assertThat(result).isEqualTo(HELD);
          }
        }
        assertThat(held).isEqualTo(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Object> all(List<Future<Object>> futures) throws Exception {
    List<Object> results = new ArrayList<>();
    for (Future<Object> future : futures) {
      results.add(future.get());
    }
    return results;
  }

  private Object lockOrRefusal(Path path) {
    FileHold hold = files.lock(path, false, true);
    return hold != null ? hold : HELD;
  }

  /** Whoever only reads needs no lock there, as {@code StoreLock} has it. */
  @Test
  void failure_ofReadOnlyPlace_isAboutAccess() {
    for (IOException reason :
        List.of(
            new FileSystemException("store.lock", null, "Read-only file system"),
            new FileNotFoundException("store.lock (Permission denied)"))) {
      assertThat(Failures.of("lock", dir, reason)).isInstanceOf(FileAccessException.class);
    }
  }
}
