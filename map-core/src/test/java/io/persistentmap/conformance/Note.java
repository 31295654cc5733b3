package io.persistentmap.conformance;

import org.jspecify.annotations.Nullable;

/** A value that can change. */
final class Note {
  private String text;

  Note(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  void text(String changed) {
    text = changed;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Note note && text.equals(note.text);
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
