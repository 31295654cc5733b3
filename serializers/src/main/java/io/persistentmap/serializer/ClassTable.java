package io.persistentmap.serializer;

/**
 * The numbers that stand for classes in one file.
 *
 * <p>A number means a description, not a class: the name of a class together with the layout of its
 * objects, so a class whose fields change gets a number more, and what was written before stays
 * readable. A number is given once, is durable together with the first record that uses it, and is
 * never given to another description. Numbers start at 1 and are dense, so that they are short.
 * Several threads call at the same time. What an implementation throws becomes the cause of a
 * {@link SerializationException}.
 */
public interface ClassTable {
  /**
   * The table of no file: nothing has a number, and nothing gets one. For what needs none: telling
   * of classes, and strings and other scalars.
   */
  ClassTable NONE =
      new ClassTable() {
        @Override
        public int numberOf(String description) {
          throw new UnsupportedOperationException("no file, so no number for " + description);
        }

        @Override
        public String descriptionOf(int number) {
          throw new UnsupportedOperationException("no file, so no class number " + number);
        }

        @Override
        public int size() {
          return 0;
        }
      };

  /**
   * Returns the number of a description, giving it one if it has none yet.
   *
   * @param description the lines that say what a class is and how its objects are laid out
   * @return its number, at least 1
   */
  int numberOf(String description);

  /**
   * Returns the description that has a number.
   *
   * @param number a number read from the file
   * @return the description, as it was given
   * @throws RuntimeException if nothing has this number
   */
  String descriptionOf(int number);

  /**
   * Returns how many descriptions there are.
   *
   * @return the highest number given so far
   */
  int size();
}
