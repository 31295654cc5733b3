package io.persistentmap.platform;

import io.persistentmap.PersistentMapException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What the platform throws when a system call fails with an error number, for other packages. */
public final class FailedCalls {
  private static final Path SOMEWHERE = Path.of("injected");

  private FailedCalls() {}

  /** Returns what a call throws that is no sync. */
  public static PersistentMapException of(String call, int errno) {
    return Failures.of(call, SOMEWHERE, errno);
  }

  /** Returns the numbers after which the call can be repeated, by name. */
  public static Map<String, Integer> repeatable() {
    Map<String, Integer> numbers = new TreeMap<>();
    for (int number = 1; number <= ErrnoNames.HIGHEST; number++) {
      if (Errno.isExhausted(number) || Errno.isAccess(number)) {
        numbers.put(ErrnoNames.describe(number), number);
      }
    }
    return numbers;
  }
}
