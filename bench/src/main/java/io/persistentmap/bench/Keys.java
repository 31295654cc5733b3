package io.persistentmap.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Keys of 14 characters: {@code user0000000042}. */
final class Keys {
  private static final byte[] FIRST = "user0000000000".getBytes(StandardCharsets.ISO_8859_1);
  private static final int RADIX = 10;

  /** Characters of a key. */
  static final int LENGTH = FIRST.length;

  private Keys() {}

  /** Returns the key of a number. */
  static String of(long number) {
    byte[] text = FIRST.clone();
    long rest = number;
    for (int i = text.length - 1; rest > 0; i--) {
      text[i] += (byte) (rest % RADIX);
      rest /= RADIX;
    }
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  /** Returns the keys of the numbers below a count. */
  static String[] upTo(int count) {
    String[] keys = new String[count];
    Arrays.setAll(keys, Keys::of);
    return keys;
  }
}
