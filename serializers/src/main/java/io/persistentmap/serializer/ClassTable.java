package io.persistentmap.serializer;

/**
 * The numbers that stand for classes in one file.
 *
 * <p>A number is given once, is durable together with the first record that uses it, and is never
 * given to another class. Numbers start at 1 and are dense, so that they are short. Several threads
 * call at the same time. What an implementation throws becomes the cause of a {@link
 * SerializationException}.
 */
public interface ClassTable {
  /**
   * Returns the number of a class, giving it one if it has none yet.
   *
   * @param type a class that has a name, arrays included
   * @return its number, at least 1
   */
  int idOf(Class<?> type);

  /**
   * Returns the class of a number.
   *
   * @param id a number read from the file
   * @return its class
   * @throws RuntimeException if no class has this number, or the class cannot be loaded
   */
  Class<?> classOf(int id);
}
