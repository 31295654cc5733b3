package io.persistentmap.testing;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Seeds of randomised tests, printed so that a failed run can be repeated.
 *
 * <p>{@code -Dpersistentmap.seed=N} gives every test the seed N, {@code
 * -Dpersistentmap.seed.NAME=N} only the test of that name.
 */
public final class TestSeeds {
  private static final String PROPERTY = "persistentmap.seed";

  private TestSeeds() {}

  /** Returns a new seed, or the one to repeat, and prints it. */
  public static long next(String name) {
    Long repeated = Long.getLong(PROPERTY + "." + name, Long.getLong(PROPERTY));
    long seed = repeated == null ? ThreadLocalRandom.current().nextLong() : repeated;
    System.out.println("seed " + name + "=" + seed);
    return seed;
  }
}
