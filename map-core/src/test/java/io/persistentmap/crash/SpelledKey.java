package io.persistentmap.crash;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * A key about which equality decides: the spelling does not count, and the {@code hashCode} is
 * another in each process, as that of an enum is.
 */
record SpelledKey(String text, int spelling) {
  private static volatile int salt = new SecureRandom().nextInt();

  /** Makes all hashes other ones, as in another process. Only while no map has such keys. */
  static void rehash(int newSalt) {
    salt = newSalt;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SpelledKey that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return (text.hashCode() ^ salt) * 0x9E3779B1;
  }

  @Override
  public String toString() {
    return text;
  }
}
