package io.persistentmap.inspect;

import io.persistentmap.index.Hashing;
import java.security.SecureRandom;

/**
 * Finds keys that come twice, by 128 bits that a keyed hash makes of each: that two different keys
 * have the same is less likely than that the memory fails. 24 to 48 bytes a key. Not thread-safe.
 */
public final class KeyFingerprints {
  private final long firstSeed;
  private final long secondSeed;

  /** Pairs; two zeros are empty. */
  private long[] slots = new long[32];

  private long count;

  /** Starts without keys. */
  public KeyFingerprints() {
    SecureRandom random = new SecureRandom();
    firstSeed = random.nextLong();
    secondSeed = random.nextLong();
  }

  /** Returns whether the key has not been added before. */
  public boolean add(byte[] bytes, int from, int length) {
    long first = Hashing.hash(firstSeed, bytes, from, length);
    long second = Hashing.hash(secondSeed, bytes, from, length) | 1; // never two zeros
    if (3 * (count + 1) * 2 > 2L * slots.length) {
      grow();
    }
    boolean added = insert(first, second);
    count += added ? 1 : 0;
    return added;
  }

  private boolean insert(long first, long second) {
    int mask = slots.length / 2 - 1;
    int position = (int) first & mask;
    while (slots[2 * position + 1] != 0) {
      if (slots[2 * position] == first && slots[2 * position + 1] == second) {
        return false;
      }
      position = (position + 1) & mask;
    }
    slots[2 * position] = first;
    slots[2 * position + 1] = second;
    return true;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    for (int i = 0; i < old.length; i += 2) {
      if (old[i + 1] != 0) {
        boolean unused = insert(old[i], old[i + 1]);
      }
    }
  }
}
