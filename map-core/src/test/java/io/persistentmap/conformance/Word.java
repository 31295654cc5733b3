package io.persistentmap.conformance;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A key of which no two have the same bytes, but many are equal. */
final class Word {
  private static final AtomicInteger written = new AtomicInteger();

  private final String text;

  @SuppressWarnings("unused") // makes the bytes different
  private final int number = written.incrementAndGet();

  Word(String text) {
    this.text = text;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Word word && text.equals(word.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
