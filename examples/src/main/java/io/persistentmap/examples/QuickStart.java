package io.persistentmap.examples;

import io.persistentmap.PersistentMap;
import java.nio.file.Path;
import java.time.LocalDate;

/** The example of the README: open, put, checkpoint, read. */
public final class QuickStart {
  private QuickStart() {}

  /**
   * Makes {@code births.map} in the working directory, or opens it.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    try (PersistentMap<String, LocalDate> births =
        PersistentMap.open(Path.of("births.map"), String.class, LocalDate.class)) {
      births.put("Ada Lovelace", LocalDate.of(1815, 12, 10));
      births.merge("Alan Turing", LocalDate.of(1912, 6, 23), (old, now) -> now);
      births.checkpoint(); // after any crash, open() gives this state, or a later checkpoint's
      births.forEach((name, date) -> System.out.println(name + " was born on " + date));
    }
  }
}
