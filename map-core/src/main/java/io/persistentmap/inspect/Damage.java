package io.persistentmap.inspect;

import java.nio.file.Path;

/**
 * Something in a file that is not as it was written.
 *
 * @param file the file
 * @param offset where in the file, in bytes; 0 if it is about the file as a whole
 * @param length how many bytes are affected, or 0 if that can't be said
 * @param recordsBelow the LSN that all records are below that are affected; 0 if no record is
 * @param what what was expected and found, for a person
 */
public record Damage(Path file, long offset, long length, long recordsBelow, String what) {
  /** Damage of a file as a whole, or of what is not a record. */
  static Damage of(Path file, long offset, String what) {
    return new Damage(file, offset, 0, 0, what);
  }

  /** Returns one line for a person. */
  public String describe() {
    return file + (offset > 0 ? ": at 0x" + Long.toHexString(offset) : "") + ": " + what;
  }
}
